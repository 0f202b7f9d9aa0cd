// Python asks: a prompt in the flow of the output, answered by Enter.

import type { InputOutput } from "../model/outputs";
import { h } from "./dom";

export function inputView({ prompt, password, answer }: InputOutput): HTMLElement {
  const field = h("input", {
    type: password ? "password" : "text",
    // A password manager shall neither fill in nor offer to keep what code asks for.
    autocomplete: password ? "new-password" : "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-label": prompt.trim() || "Answer for input()",
    "data-testid": "input-field",
  });
  const form = h(
    "form",
    {
      class: "output output-input",
      "data-testid": "output-input",
      on: {
        submit: (event) => {
          event.preventDefault();
          answer(field.value);
        },
      },
    },
    h("label", { dir: "auto" }, h("span", { class: "prompt" }, prompt || "input"), field),
    h("button", { type: "submit", class: "button" }, "Answer"),
  );
  // Typing elsewhere is not interrupted; a person who waits for the cell can answer at once.
  queueMicrotask(() => {
    const active = document.activeElement;
    if (active?.closest("input, select, textarea:not(.plain-editor), [contenteditable]") === null) field.focus();
  });
  return form;
}
