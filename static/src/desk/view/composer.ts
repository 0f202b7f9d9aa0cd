// Where questions are written: the field, what they are asked with, what is under way, and those that wait.

import { plainName } from "../../page/model/format";
import { byId, fill, h, setText } from "../../page/view/dom";
import { icon } from "../../page/view/icons";
import type { Asker } from "../asker";
import type { Choices } from "../model/choices";
import { labelOf } from "../model/models";
import { NAMES } from "./outflow-view";
import { goingText } from "./turns-view";

export interface ComposerActions {
  /** True where the question was taken. */
  ask(text: string): boolean;
  model(): void;
  mode(): void;
  limits(): void;
}

const TICK_MS = 500;
/** Lines of a question that are shown at once. */
const LINES = 8;

export class Composer {
  readonly #field = byId("question") as HTMLTextAreaElement;
  readonly #going = byId("going");
  readonly #facts = h("span", { class: "going-facts" });
  readonly #queue = byId("queue");
  #asker: Asker | undefined;
  #off: () => void = () => undefined;

  constructor(actions: ComposerActions) {
    const form = byId("composer") as HTMLFormElement;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#field.value.trim();
      if (text === "" || !actions.ask(text)) return;
      this.#field.value = "";
      this.#fit();
    });
    this.#field.addEventListener("input", () => this.#fit());
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    byId("model-chip").addEventListener("click", actions.model);
    byId("mode-chip").addEventListener("click", actions.mode);
    byId("limits-chip").addEventListener("click", actions.limits);
    const stop = h(
      "button",
      { type: "button", class: "button stop", "data-testid": "stop", on: { click: () => this.#asker?.stop() } },
      icon("stop"),
      h("span", {}, "Stop"),
    );
    fill(this.#going, h("span", { class: "spinner", "aria-hidden": "true" }), this.#facts, stop);
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Puts a text into the field, for the person to go on with. */
  begin(text: string): void {
    this.#field.value = text;
    this.#fit();
    this.#field.focus();
  }

  follow(asker: Asker): void {
    this.#off();
    this.#asker = asker;
    const offs = [asker.changed.on(() => this.#draw()), asker.sent.on(() => this.#tick())];
    this.#off = () => {
      for (const off of offs) off();
    };
    this.#draw();
  }

  /** Draws what questions are asked with. */
  choices({ model, mode }: Choices): void {
    const chip = byId("model-chip");
    fill(chip, icon("box"), h("bdi", {}, plainName(labelOf(model))));
    chip.dataset.none = String(model === undefined);
    fill(byId("mode-chip"), icon("jar"), NAMES[mode]);
  }

  #draw(): void {
    const { going, queue = [] } = this.#asker ?? {};
    this.#going.hidden = !going;
    setText(byId("ask"), going ? "Ask next" : "Ask");
    this.#tick();
    fill(
      this.#queue,
      queue.map((text, at) =>
        h(
          "p",
          { class: "waiting", "data-testid": "waiting" },
          h("span", { class: "waiting-word" }, "next"),
          h("span", { dir: "auto" }, text),
          h(
            "button",
            {
              type: "button",
              class: "icon-button",
              "aria-label": "Don’t ask this",
              on: { click: () => this.#asker?.drop(at) },
            },
            icon("close"),
          ),
        ),
      ),
    );
  }

  #tick(): void {
    if (this.#asker?.going) setText(this.#facts, goingText(this.#asker, performance.now()));
  }

  #fit(): void {
    this.#field.rows = Math.min(LINES, this.#field.value.split("\n").length);
  }
}
