// The limits of a question, to be changed; and how they read in one line.

import { type AskLimits, LIMITS } from "../../ask/index";
import { openDialog } from "../../page/view/dialogs";
import { h } from "../../page/view/dom";
import { SHOWN_LIMITS } from "../model/choices";

const ABOUT: Readonly<Record<(typeof SHOWN_LIMITS)[number], { label: string; hint: string; unit: number }>> = {
  steps: { label: "Steps", hint: "times that the model may run something", unit: 1 },
  tokens: { label: "Tokens", hint: "in and out, of all requests of a question", unit: 1 },
  money: { label: "Money", hint: "where the model’s prices are known; none is no limit", unit: 1 },
  timeMs: { label: "Seconds", hint: "from the question to the answer; an hour where you approve", unit: 1000 },
  repairs: { label: "Repairs", hint: "failures that go back to the model", unit: 1 },
  bits: { label: "Bits", hint: "of your data that code could tell by choosing its reports", unit: 1 },
};

export function limitsDialog(now: AskLimits, choose: (limits: AskLimits) => void): void {
  const inputs = SHOWN_LIMITS.map((name) => {
    const { unit } = ABOUT[name];
    return [
      name,
      h("input", {
        class: "field",
        type: "number",
        min: 0,
        max: 1e9,
        step: name === "money" ? "any" : 1,
        required: name !== "money",
        value: shown((now[name] ?? LIMITS[name]) / unit),
        "data-testid": `limit-${name}`,
      }),
    ] as const;
  });
  const form = h(
    "form",
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          const asked = inputs.map(([name, input]) => [name, numberOf(name, input.value)] as const);
          choose(Object.fromEntries(asked.filter(([name, value]) => value !== LIMITS[name])));
          dialog.close();
        },
      },
    },
    inputs.map(([name, input]) =>
      h(
        "label",
        { class: "limit" },
        h("span", {}, h("strong", {}, ABOUT[name].label), h("span", { class: "hint" }, ABOUT[name].hint)),
        input,
      ),
    ),
    h(
      "p",
      { class: "dialog-actions" },
      h("button", { type: "submit", class: "button primary", "data-testid": "limits-use" }, "Use these limits"),
      h(
        "button",
        {
          type: "button",
          class: "button",
          on: {
            click: () => {
              choose({});
              dialog.close();
            },
          },
        },
        "Usual ones",
      ),
    ),
  );
  const dialog = openDialog(
    "Limits of a question",
    "limits",
    h("p", { class: "lead" }, "At the first one that is reached the question ends, and says which."),
    form,
  );
}

const shown = (value: number): number | string => (Number.isFinite(value) ? value : "");

function numberOf(name: (typeof SHOWN_LIMITS)[number], text: string): number {
  if (name === "money") return text === "" ? Number.POSITIVE_INFINITY : Number(text);
  return Math.round(Number(text) * ABOUT[name].unit);
}
