// What a cell adds to the code that stands in the page: a bar with buttons, room for an editor, for notes and for outputs.

import base from "../page/styles/tokens.css";
import { h } from "../page/view/dom";
import { icon } from "../page/view/icons";
import type { Parts } from "./contract";
import look from "./styles/cell.css";

/** What its buttons do. */
export interface Presses {
  run(): void;
  edit(): void;
  restore(): void;
  reset(): void;
  open(): void;
  copy(button: HTMLElement): void;
}

/** All of it, and what only the element itself draws in. */
export interface Drawn {
  parts: Parts;
  /** Where the page's own code shows through. */
  slot: HTMLElement;
  note: HTMLElement;
  stored: HTMLElement;
}

let sheet: CSSStyleSheet | undefined;

/** One sheet for all cells of a page. */
export function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(base + look);
  }
  return sheet;
}

function tool(
  name: Parameters<typeof icon>[0],
  label: string,
  click: (button: HTMLElement) => void,
): HTMLButtonElement {
  const button = h(
    "button",
    {
      type: "button",
      class: "tool",
      part: "tool",
      "aria-label": label,
      title: label,
      on: { click: () => click(button) },
    },
    icon(name),
  );
  return button;
}

/** Draws a cell that has run nothing yet. */
export function drawn(presses: Presses): Drawn {
  const runLabel = h("span", {}, "Run");
  const run = h(
    "button",
    { type: "button", class: "run", part: "run", on: { click: () => presses.run() } },
    h("span", { class: "sign" }, icon("play"), icon("stop")),
    runLabel,
  );
  const parts: Parts = {
    root: h("div", { class: "root", part: "cell", role: "group" }),
    run,
    runLabel,
    status: h("span", { class: "status", part: "status", role: "status" }),
    well: h("div", { class: "well", part: "editor", hidden: true }),
    edit: tool("edit", "Edit", () => presses.edit()),
    restore: tool("undo", "Original code", () => presses.restore()),
    reset: tool("reset", "Reset", () => presses.reset()),
    open: tool("out", "Open in the notebook page", () => presses.open()),
    outputs: h("div", { class: "place", part: "output" }),
  };
  const copy = tool("copy", "Copy", (button) => presses.copy(button));
  for (const one of [parts.restore, parts.reset, parts.open]) one.hidden = true;
  const slot = h("div", { class: "given", part: "code" }, h("slot"));
  const note = h("p", { class: "complaint", part: "note", role: "alert", hidden: true });
  const stored = h("div", { class: "stored", part: "output", hidden: true });
  const tools = h("span", { class: "tools" }, parts.restore, parts.edit, copy, parts.reset, parts.open);
  const bar = h("div", { class: "bar", part: "bar" }, run, parts.status, tools);
  parts.root.append(slot, parts.well, bar, note, stored, h("slot", { name: "output" }), parts.outputs);
  return { parts, slot, note, stored };
}
