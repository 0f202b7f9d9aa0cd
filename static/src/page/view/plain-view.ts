// A result as text: its beginning, and more of it with each press.

import { count } from "../model/format";
import { FORMULA } from "../model/inline";
import { formulaOf } from "../model/latex";
import { h } from "./dom";
import { copyText } from "./hand-out";
import { mathView } from "./math-view";
import { tool } from "./table-view";

const FIRST = 20_000;
/** Characters that one press adds. */
const MORE = 200_000;

export function plainView(text: string): HTMLElement {
  return h("div", { class: "output output-plain" }, textBox(text));
}

function textBox(text: string): HTMLElement {
  const body = h("div", {
    class: "plain-text",
    "data-testid": "output-text",
    dir: "auto",
    tabindex: 0,
    role: "group",
    "aria-label": "Result",
  });
  let shown = Math.min(FIRST, text.length);
  body.append(text.slice(0, shown));
  const label = () => {
    const left = text.length - shown;
    return `${count(left)} more characters. Show ${left > MORE ? `${count(MORE)} of them` : "all"}`;
  };
  if (shown < text.length) {
    const more = h("button", {
      type: "button",
      class: "fold",
      on: {
        click: () => {
          const to = Math.min(text.length, shown + MORE);
          more.before(text.slice(shown, to));
          shown = to;
          if (shown === text.length) more.remove();
          else more.textContent = label();
        },
      },
    });
    more.textContent = label();
    body.append(more);
  }
  return body;
}

/** The formula; what Python would print is to be had beside its source. */
export function latexView(latex: string, text: string | undefined): HTMLElement {
  const formula = formulaOf(latex);
  const long = formula.length > FORMULA;
  return h(
    "div",
    { class: "output output-latex", "data-testid": "output-latex" },
    long ? textBox(text ?? formula) : mathView(formula, true, text),
    h(
      "div",
      { class: "output-tools" },
      h("span", { class: "spring" }),
      text !== undefined && !long && tool("copy", "Text", () => void copyText(text)),
      tool("copy", "LaTeX", () => void copyText(formula)),
    ),
  );
}
