// What the person is asked: first for the code, then for consent.

import { h } from "../page/view/dom";
import { icon } from "../page/view/icons";

/** "k7qf2m9x…" as the program shows it: in groups of four. */
export function grouped(typed: string): string {
  const letters = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .slice(0, 16);
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}

/** Asks for a code. */
export function codeStep(connect: (token: string) => void): HTMLElement {
  const field = h("input", {
    id: "token",
    class: "field token",
    type: "text",
    inputmode: "text",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    placeholder: "XXXX-XXXX-XXXX-XXXX",
    "aria-describedby": "token-hint",
    "data-testid": "token",
    on: {
      input: () => {
        // In the middle of the text the cursor would jump.
        if (field.selectionStart === field.value.length) field.value = grouped(field.value);
      },
    },
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const token = grouped(field.value);
    if (token.length === 19) return connect(token);
    field.setCustomValidity("A code has sixteen letters and digits.");
    field.reportValidity();
    field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
  };
  return h(
    "form",
    { class: "ask", novalidate: true, "data-testid": "step-code", on: { submit } },
    h("h2", {}, "Let a program use this tab"),
    h(
      "p",
      { id: "token-hint" },
      "The program shows a code, or a link with the code in it. Each works once and for a few minutes.",
    ),
    h(
      "div",
      { class: "token-row" },
      h("label", { for: "token", class: "visually-hidden" }, "Code"),
      field,
      h("button", { type: "submit", class: "button primary", "data-testid": "connect" }, "Connect"),
    ),
  );
}

/** Asks whether this program may run code here. */
export function consentStep(
  program: { name: string; address: string },
  answers: { allow(): void; refuse(): void },
): HTMLElement {
  const allow = h(
    "button",
    { type: "button", class: "button primary", "data-testid": "allow", on: { click: answers.allow } },
    "Allow",
  );
  const point = (name: "check" | "blocked", text: string) => h("li", {}, icon(name), h("span", {}, text));
  return h(
    "section",
    { class: "ask", "aria-labelledby": "consent-title", "data-testid": "step-consent" },
    h(
      "h2",
      { id: "consent-title", tabindex: -1 },
      h("bdi", { class: "program" }, program.name || "A program"),
      " wants to run Python in this tab",
    ),
    h(
      "p",
      { class: "muted" },
      "That name is the program’s own word",
      program.address !== "" && [". It asks from ", h("bdi", {}, program.address)],
      ". Allow it if you have just started it.",
    ),
    h(
      "ul",
      { class: "ask-points" },
      point("check", "You see all code that runs, and what comes of it, and can stop it at any time."),
      point("check", "The program gets what the code prints, shows and writes to files in the sandbox."),
      point("blocked", "The code reaches no network, no file of yours, and nothing of this or other pages."),
    ),
    h(
      "div",
      { class: "ask-actions" },
      allow,
      h(
        "button",
        { type: "button", class: "button", "data-testid": "refuse", on: { click: answers.refuse } },
        "Refuse",
      ),
    ),
  );
}

/** Nothing to press: something is on its way. */
export function waitStep(text: string): HTMLElement {
  return h(
    "div",
    { class: "ask ask-wait", "data-testid": "step-wait" },
    h("span", { class: "spinner", "aria-hidden": "true" }),
    h("p", {}, text),
  );
}
