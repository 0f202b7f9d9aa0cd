// The editor of the first second: a <textarea> with Python's indentation, sized like the full editor that replaces it.

import { h } from "../view/dom";
import type { Caret, Editor, EditorOptions } from "./editor";
import { readOnly } from "./readonly";

export class PlainEditor implements Editor {
  readonly dom: HTMLElement;
  readonly #area: HTMLTextAreaElement;
  readonly choosing = false;

  constructor({ text, label, language, events }: EditorOptions) {
    const area = h("textarea", {
      class: "plain-editor",
      "data-language": language,
      "aria-label": label,
      spellcheck: language === "text" ? "true" : "false",
      autocapitalize: "off",
      autocomplete: "off",
      autocorrect: "off",
      wrap: language === "text" ? "soft" : "off",
      rows: 1,
      tabindex: -1,
    });
    area.value = text;
    area.readOnly = readOnly();
    area.addEventListener("input", () => {
      this.#fit();
      events.change(area.value);
    });
    area.addEventListener("focus", () => events.focus());
    area.addEventListener("keydown", (event) => {
      const { value, selectionStart: at } = area;
      if (event.key === "Tab" && !event.altKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        if (event.shiftKey) dedent(area);
        else insert(area, "    ");
      } else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
        const indent = /^ */.exec(line)?.[0] ?? "";
        const deeper = language === "python" && /:\s*(#.*)?$/.test(line) ? "    " : "";
        if (indent + deeper === "") return;
        event.preventDefault();
        insert(area, `\n${indent}${deeper}`);
      } else if (event.key === "ArrowUp" && !event.shiftKey && !value.slice(0, at).includes("\n")) {
        if (events.exit(-1)) event.preventDefault();
      } else if (event.key === "ArrowDown" && !event.shiftKey && !value.slice(at).includes("\n")) {
        if (events.exit(1)) event.preventDefault();
      }
    });
    this.#area = area;
    this.dom = area;
    this.#fit();
  }

  get text(): string {
    return this.#area.value;
  }

  set text(text: string) {
    this.#area.value = text;
    this.#fit();
  }

  get caret(): Caret {
    const { selectionStart, selectionEnd, selectionDirection } = this.#area;
    return selectionDirection === "backward"
      ? { anchor: selectionEnd, head: selectionStart }
      : { anchor: selectionStart, head: selectionEnd };
  }

  set caret({ anchor, head }: Caret) {
    this.#area.setSelectionRange(
      Math.min(anchor, head),
      Math.max(anchor, head),
      head < anchor ? "backward" : "forward",
    );
  }

  get focused(): boolean {
    return (this.#area.getRootNode() as Document | ShadowRoot).activeElement === this.#area;
  }

  focus(): void {
    this.#area.focus({ preventScroll: true });
  }

  markFound(): void {
    // A text area marks only what is selected in it.
  }

  markLine(): void {
    // The full editor has the gutter; the error itself names the line.
  }

  destroy(): void {
    this.#area.remove();
  }

  #fit(): void {
    this.#area.rows = this.#area.value.split("\n").length;
  }
}

function insert(area: HTMLTextAreaElement, text: string): void {
  // Deprecated, but the only way that keeps the browser's undo; where it is gone the text still goes in.
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input"));
}

function dedent(area: HTMLTextAreaElement): void {
  const { value, selectionStart: at } = area;
  const start = value.lastIndexOf("\n", at - 1) + 1;
  const spaces = /^ {0,4}/.exec(value.slice(start))?.[0].length ?? 0;
  if (spaces === 0) return;
  area.setRangeText("", start, start + spaces, "preserve");
  area.dispatchEvent(new Event("input"));
}
