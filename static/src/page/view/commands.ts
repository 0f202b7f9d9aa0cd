// What keys do: reads presses through the keymap and acts on notebook, runner and views.

import { readOnly } from "../editor/readonly";
import { type Command, Keymap } from "../model/keymap";
import { type CellSeed, isFolded, type Notebook } from "../model/notebook";
import type { Runner } from "../model/runner";
import type { NotebookView } from "./notebook-view";

export interface CommandTargets {
  notebook: Notebook;
  runner: Runner;
  view: NotebookView;
  showKeys(): void;
  save(): Promise<void>;
  find(replacing: boolean): Promise<void>;
}

export function listenForCommands(targets: CommandTargets): (command: Command) => void {
  const keymap = new Keymap();
  const act = (command: Command) => run(command, targets);
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
      const { view, runner, notebook } = targets;
      const cell = view.selected;
      const editing = cell?.editing ?? false;
      // A list of completions has Escape first.
      if (event.key === "Escape" && cell?.choosing) return;
      const origin = event.composedPath()[0];
      const { key, ctrlKey: ctrl, metaKey: meta, altKey: alt, shiftKey: shift } = event;
      if (ctrl && key.toLowerCase() === "c" && !shift && !alt && runner.busy && nothingSelected(editing, view)) {
        event.preventDefault();
        void runner.stop();
        return;
      }
      // Fields and buttons outside the editor keep their own keys; Escape Escape stops from anywhere.
      const elsewhere =
        !editing &&
        origin instanceof Element &&
        origin.closest("input, textarea, select, button, summary, a, [contenteditable]") !== null;
      const outside =
        origin instanceof Element &&
        origin !== document.body &&
        origin.closest("#notebook, .full-editor") === null &&
        !editing;
      if (
        (elsewhere || outside) &&
        key !== "Escape" &&
        !(key === "?" && !(origin instanceof HTMLInputElement)) &&
        !((ctrl || meta) && /^[sfh]$/i.test(key)) &&
        !isRun(event)
      )
        return;
      if (elsewhere && origin instanceof Element && origin.closest("input, select, .output-input") && key !== "Escape")
        return;
      // Scrolling inside a focused output is the output's.
      if (
        /^(Arrow|Home|End)/.test(key) &&
        origin instanceof Element &&
        !editing &&
        origin.closest(".outputs [tabindex]")
      )
        return;
      const command = keymap.read({ key, ctrl, meta, alt, shift }, editing, event.timeStamp);
      if (command === undefined) return;
      if (command === "stop" && !runner.busy) return;
      if (command === "edit" && notebook.selected === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      act(command);
    },
    { capture: true },
  );
  return act;
}

function isRun({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return key === "Enter" && (shiftKey || ctrlKey || metaKey);
}

function nothingSelected(editing: boolean, view: NotebookView): boolean {
  if (editing) return view.selected?.selectionEmpty ?? true;
  return getSelection()?.isCollapsed ?? true;
}

/** What changes cells. Where nobody may, what also runs them only runs them. */
const CHANGES: Partial<Record<Command, Command | "nothing">> = {
  "run-insert": "run-stay",
  "insert-above": "nothing",
  "insert-below": "nothing",
  delete: "nothing",
  "undo-delete": "nothing",
  "to-text": "nothing",
  "to-code": "nothing",
  "move-up": "nothing",
  "move-down": "nothing",
};

function run(asked: Command, { notebook, runner, view, showKeys, save, find }: CommandTargets): void {
  const command = readOnly() ? (CHANGES[asked] ?? asked) : asked;
  const { selected } = notebook;
  const at = selected ? notebook.indexOf(selected.id) : -1;
  const go = (id: string | undefined, edit = false) => {
    if (id === undefined) return;
    notebook.select(id);
    if (edit) view.view(id)?.edit();
    else view.view(id)?.focus();
  };
  const insert = (index: number, edit: boolean, seed: CellSeed = { kind: "code", source: "" }) => {
    go(notebook.insert(index, seed).id, edit);
  };
  const start = () => {
    if (!selected) return;
    if (selected.kind !== "code") view.selected?.leave();
    else runner.run(selected.id);
  };
  switch (command) {
    case "run-stay":
      start();
      if (view.selected?.editing) view.selected.leave();
      break;
    case "run-advance": {
      const { editing } = view.selected ?? { editing: false };
      start();
      const next = notebook.cells[at + 1];
      if (next) go(next.id, editing && next.kind === "code");
      else if (!readOnly()) insert(at + 1, true);
      break;
    }
    case "run-insert":
      start();
      insert(at + 1, true);
      break;
    case "run-all":
      runner.runAll();
      break;
    case "edit":
      view.selected?.edit();
      break;
    case "leave":
      view.selected?.leave();
      break;
    case "up":
    case "down":
      go(notebook.neighbour(command === "up" ? -1 : 1)?.id);
      break;
    case "first":
      go(notebook.cells[0]?.id);
      break;
    case "last":
      go(notebook.cells.at(-1)?.id);
      break;
    case "insert-above":
      insert(Math.max(0, at), false);
      break;
    case "insert-below":
      insert(at + 1, false);
      break;
    case "delete":
      if (selected) view.removeCell(selected.id);
      break;
    case "undo-delete":
      go(notebook.undoRemove()?.id);
      break;
    case "to-text":
    case "to-code":
      if (selected) notebook.setKind(selected.id, command === "to-text" ? "text" : "code");
      break;
    case "move-up":
    case "move-down":
      if (selected) notebook.move(selected.id, command === "move-up" ? -1 : 1);
      break;
    case "duplicate":
      if (selected) go(notebook.duplicate(selected.id)?.id);
      break;
    case "merge":
      if (selected) notebook.merge(selected.id);
      break;
    case "split":
      if (selected && view.selected) go(notebook.split(selected.id, view.selected.caret)?.id, true);
      break;
    case "save":
      void save();
      break;
    case "find":
    case "replace":
      void find(command === "replace");
      break;
    case "fold":
      if (selected) notebook.setFolded(selected.id, !isFolded(selected));
      break;
    case "fold-all": {
      const shown = notebook.cells.filter((cell) => cell.outputs.items.length > 0);
      const fold = shown.some((cell) => !isFolded(cell));
      for (const cell of shown) notebook.setFolded(cell.id, fold);
      break;
    }
    case "stop":
      void runner.stop();
      break;
    case "help":
      showKeys();
      break;
  }
}
