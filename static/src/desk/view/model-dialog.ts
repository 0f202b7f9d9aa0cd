// Choosing a model: the demo, one on this machine, or a provider by address, name and key.

import { openDialog } from "../../page/view/dialogs";
import { fill, h, setText } from "../../page/view/dom";
import { KINDS, type Kind, type ModelChoice } from "../model/choices";
import { ABOUT, unreachable } from "../model/models";

/** `hosts`: origins that this page may reach besides its own and the person's machine. */
export function modelDialog(
  now: ModelChoice | undefined,
  hosts: readonly string[],
  choose: (choice: ModelChoice) => void,
): void {
  let kind: Kind = now?.kind ?? "demo";
  const choices = KINDS.map((one) =>
    h(
      "label",
      { class: "model-kind" },
      h("input", {
        type: "radio",
        name: "model-kind",
        value: one,
        checked: one === kind,
        "data-testid": `model-${one}`,
        on: {
          change: () => {
            kind = one;
            draw();
          },
        },
      }),
      h("span", {}, h("strong", {}, ABOUT[one].name), h("span", { class: "hint" }, ABOUT[one].about)),
    ),
  );
  const text = (testid: string, value: string, more: Record<string, string> = {}) =>
    h("input", {
      class: "field",
      value,
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      "data-testid": testid,
      on: { input: () => check() },
      ...more,
    });
  const base = text("model-base", now?.base ?? "", { inputmode: "url" });
  const name = text("model-name", now?.kind === "demo" ? "" : (now?.name ?? ""));
  // No password manager shall keep what was to be in memory alone.
  const key = text("model-key", now?.key ?? "", { type: "password", autocomplete: "new-password" });
  const box = (testid: string, checked: boolean) => h("input", { type: "checkbox", checked, "data-testid": testid });
  const keep = box("model-keep", now?.keepKey ?? false);
  const images = box("model-images", now?.images ?? false);
  const warning = h("p", { class: "model-warning", role: "status", "data-testid": "model-warning" });
  const field = (label: string, input: HTMLElement, hint?: string) =>
    h(
      "label",
      { class: "model-field" },
      h("span", {}, label),
      input,
      hint !== undefined && h("span", { class: "hint" }, hint),
    );
  const keyField = h(
    "div",
    {},
    field("Key", key),
    h("label", { class: "model-tick" }, keep, "Keep the key in this browser. Else it is gone with this page."),
  );
  const fields = h(
    "div",
    { class: "model-fields" },
    field("Address", base),
    field("Model", name, "Its name, as its server calls it."),
    keyField,
    h("label", { class: "model-tick" }, images, "It can look at figures. They are sent under “Everything” alone."),
    warning,
  );
  const form = h(
    "form",
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          if (!check(true)) return;
          const demo = kind === "demo";
          choose({
            kind,
            base: demo ? "" : base.value.trim(),
            name: demo ? "demo" : name.value.trim(),
            key: demo || !ABOUT[kind].keyed ? "" : key.value.trim(),
            keepKey: keep.checked,
            images: images.checked,
          });
          dialog.close();
        },
      },
    },
    h("fieldset", { class: "model-kinds" }, h("legend", { class: "visually-hidden" }, "Model"), choices),
    fields,
    h(
      "p",
      { class: "dialog-actions" },
      h("button", { type: "submit", class: "button primary", "data-testid": "model-use" }, "Use this model"),
    ),
  );

  function check(asked = false): boolean {
    if (kind === "demo") return true;
    const missing = asked && name.value.trim() === "" ? "Which model? Its server knows it by a name." : undefined;
    const wrong = unreachable(base.value.trim() || ABOUT[kind].base, hosts, location.origin);
    setText(warning, missing ?? wrong ?? "");
    if (missing) name.focus();
    // What the page's policy refuses is refused with a reason when it is tried; what is no address can't be used.
    return !missing && !wrong;
  }

  function draw(): void {
    fields.hidden = kind === "demo";
    keyField.hidden = !ABOUT[kind].keyed;
    base.placeholder = ABOUT[kind].base;
    check();
  }

  const body = h("div", {});
  fill(
    body,
    h("p", { class: "lead" }, "Requests go from this page straight to the model’s server, and to nobody else."),
    form,
  );
  const dialog = openDialog("Which model?", "model", body);
  draw();
}
