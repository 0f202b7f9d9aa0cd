// Formulas: TeX becomes MathML, by a library that comes with the first of them. Until it is there, and where it can't read
// one, the source stands there.

import { h } from "./dom";

type Typeset = (tex: string, display: boolean) => Element | undefined;

let coming: Promise<Typeset | undefined> | undefined;

function load(): Promise<Typeset | undefined> {
  coming ??= import("./typeset").then(
    ({ typeset }) => typeset,
    () => undefined,
  );
  return coming;
}

/** `text`: what stands there where the formula can't, instead of its source. */
export function mathView(tex: string, display: boolean, text = tex): HTMLElement {
  const element = h(
    display ? "div" : "span",
    { class: display ? "formula display" : "formula", "data-testid": "formula" },
    h("code", { dir: "ltr" }, text),
  );
  // A wide one is scrolled.
  if (display) element.tabIndex = 0;
  if (display) element.setAttribute("role", "group");
  if (display) element.setAttribute("aria-label", "Formula");
  void load().then((typeset) => {
    const math = typeset?.(tex, display);
    if (math) element.replaceChildren(math);
  });
  return element;
}
