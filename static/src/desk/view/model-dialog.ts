// Choosing a model: the demo, one of this server, one on this machine, or a provider by address, name and key.

import { builtInState, findLocal, type Offered, offered } from "../../ask/index";
import { openDialog } from "../../page/view/dialogs";
import { fill, h, setText } from "../../page/view/dom";
import { KINDS, type Kind, type ModelChoice } from "../model/choices";
import { ABOUT, unreachable, within } from "../model/models";

export interface ModelDialogParts {
  now: ModelChoice | undefined;
  /** Origins that this page may reach besides its own and the person's machine. */
  hosts: readonly string[];
  /** This server asks models for its visitors. */
  offers: boolean;
  choose(choice: ModelChoice): void;
  /** Goes to OpenRouter, and comes back with a key. */
  signIn(): void;
}

const LOCAL = ["ollama", "lmstudio", "llamacpp"] as const;
type Local = (typeof LOCAL)[number];
const isLocal = (kind: Kind): kind is Local => LOCAL.includes(kind as Local);

export function modelDialog({ now, hosts, offers, choose, signIn }: ModelDialogParts): void {
  let kind: Kind = now?.kind ?? "demo";
  let seeking = new AbortController();
  let offering: readonly Offered[] = [];
  const labels = new Map<Kind, HTMLElement>();
  for (const one of KINDS) {
    const input = h("input", {
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
    });
    const { name, about } = ABOUT[one];
    const words = h("span", {}, h("strong", {}, name), h("span", { class: "hint" }, about));
    labels.set(one, h("label", { class: "model-kind" }, input, words));
  }
  const text = (testid: string, value: string, more: Record<string, string> = {}) =>
    h("input", {
      class: "field",
      value,
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      "data-testid": testid,
      on: { input: () => check(), change: () => look() },
      ...more,
    });
  const names = h("datalist", { id: "model-names" });
  const base = text("model-base", now?.base ?? "", { inputmode: "url" });
  const name = text("model-name", now && !within(now.kind) ? now.name : "", { list: "model-names" });
  // No password manager shall keep what was to be in memory alone.
  const key = text("model-key", now?.key ?? "", { type: "password", autocomplete: "new-password" });
  const box = (testid: string, checked: boolean) => h("input", { type: "checkbox", checked, "data-testid": testid });
  const keep = box("model-keep", now?.keepKey ?? false);
  const images = box("model-images", now?.images ?? false);
  const warning = h("p", { class: "model-warning", role: "status", "data-testid": "model-warning" });
  const found = h("p", { class: "hint model-found", role: "status", "data-testid": "model-found" });
  const field = (label: string, input: HTMLElement, hint?: string) =>
    h(
      "label",
      { class: "model-field" },
      h("span", {}, label),
      input,
      hint !== undefined && h("span", { class: "hint" }, hint),
    );
  const baseField = field("Address", base);
  const enter = h(
    "p",
    {},
    h(
      "button",
      { type: "button", class: "button", "data-testid": "model-sign-in", on: { click: signIn } },
      "Sign in at OpenRouter",
    ),
    h("span", { class: "hint" }, " It asks you there, and sends you back with a key."),
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
    enter,
    baseField,
    field("Model", name, "Its name, as its server calls it."),
    names,
    keyField,
    h("label", { class: "model-tick" }, images, "It can look at figures. They are sent under “Everything” alone."),
    found,
    warning,
  );
  const form = h(
    "form",
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          if (!check(true)) return;
          const alone = within(kind);
          const called = alone ? kind : name.value.trim();
          const prices = kind === "server" ? offering.find(({ model }) => model === called)?.prices : undefined;
          choose({
            kind,
            base: alone || kind === "server" ? "" : base.value.trim(),
            name: called,
            key: ABOUT[kind].keyed ? key.value.trim() : "",
            keepKey: keep.checked,
            images: images.checked,
            ...(prices && { prices }),
          });
          dialog.close();
        },
      },
    },
    h("fieldset", { class: "model-kinds" }, h("legend", { class: "visually-hidden" }, "Model"), [...labels.values()]),
    fields,
    h(
      "p",
      { class: "dialog-actions" },
      h("button", { type: "submit", class: "button primary", "data-testid": "model-use" }, "Use this model"),
    ),
  );

  function check(asked = false): boolean {
    if (within(kind)) return true;
    const missing = asked && name.value.trim() === "" ? "Which model? Its server knows it by a name." : undefined;
    const wrong =
      kind === "server" ? undefined : unreachable(base.value.trim() || ABOUT[kind].base, hosts, location.origin);
    setText(warning, missing ?? wrong ?? "");
    if (missing) name.focus();
    enter.hidden = kind !== "openrouter" || wrong !== undefined;
    // What the page's policy refuses is refused with a reason when it is tried; what is no address can't be used.
    return !missing && !wrong;
  }

  /** Looks for the models that there are to choose from. */
  function look(): void {
    seeking.abort();
    seeking = new AbortController();
    const { signal } = seeking;
    const list = (models: readonly string[], sentence: string): void => {
      if (signal.aborted) return;
      setText(found, sentence);
      fill(
        names,
        models.map((value) => h("option", { value })),
      );
      if (name.value === "" && models[0] !== undefined) name.value = models[0];
    };
    const failed = (error: unknown) => list([], error instanceof Error ? error.message : String(error));
    list([], "");
    if (kind === "server")
      offered({ signal }).then((all) => {
        offering = all;
        list(
          all.map(({ model }) => model),
          `There are: ${all.map(({ model }) => model).join(", ")}.`,
        );
      }, failed);
    if (!isLocal(kind) || !check()) return;
    list([], `Looking for ${ABOUT[kind].name} …`);
    const at = base.value.trim();
    findLocal(kind, { signal, ...(at && { base: at }) }).then(({ models, sentence }) => list(models, sentence), failed);
  }

  function draw(): void {
    fields.hidden = within(kind);
    keyField.hidden = !ABOUT[kind].keyed;
    baseField.hidden = kind === "server";
    base.placeholder = ABOUT[kind].base;
    check();
    look();
  }

  const show = (one: Kind, there: boolean): void => {
    const label = labels.get(one);
    if (label) label.hidden = !there && kind !== one;
  };
  show("server", offers);
  show("browser", false);
  void builtInState().then((state) => show("browser", state !== "no"));
  const body = h("div", {});
  fill(
    body,
    h(
      "p",
      { class: "lead" },
      "Requests go from this page straight to the model’s server, and to nobody else.",
      offers && " Those to this server’s models are passed on by it.",
    ),
    form,
  );
  const dialog = openDialog("Which model?", "model", body);
  dialog.addEventListener("close", () => seeking.abort());
  draw();
}
