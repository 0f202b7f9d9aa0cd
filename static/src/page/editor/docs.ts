// Signature and documentation beside the code: after "(", on Shift-Tab, and where the pointer rests. Python in the sandbox
// is asked while it is idle; what it answers goes in as text.

import { type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  type Tooltip,
  type TooltipView,
  type ViewUpdate,
} from "@codemirror/view";
import type { Inspection } from "../../host/index";
import { h } from "../view/dom";
import type { CompletionSource } from "./editor";

const HOVER_MS = 500;
/** Milliseconds that a question waits for a cell that runs, and between two looks at it. */
const PATIENCE_MS = 10_000;
const STEP_MS = 200;
/** Characters of documentation under a signature that came by itself. */
const BRIEF = 200;

const show = StateEffect.define<Tooltip | null>();

const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    let now = tooltip;
    if (now && transaction.docChanged) now = { ...now, pos: transaction.changes.mapPos(now.pos) };
    for (const effect of transaction.effects) if (effect.is(show)) now = effect.value;
    return now;
  },
  provide: (field) => showTooltip.from(field),
});

/** Whether a signature stands there: Escape belongs to it. */
export function docsShown(view: EditorView): boolean {
  return view.state.field(shown, false) != null;
}

function hide(view: EditorView): boolean {
  if (!docsShown(view)) return false;
  view.dispatch({ effects: show.of(null) });
  return true;
}

export function docs(source: CompletionSource): Extension {
  let question = 0;
  let rests = 0;

  /** Asks Python once it is idle, as long as the answer is still wanted. */
  const ask = async (view: EditorView, at: number, wanted: () => boolean): Promise<Inspection | undefined> => {
    const until = performance.now() + PATIENCE_MS;
    while (!source.inspect && wanted() && performance.now() < until) await pause(STEP_MS);
    return wanted() ? source.inspect?.(view.state.doc.toString(), at).catch(() => undefined) : undefined;
  };

  /** Asks for what stands at the caret, and shows it if the caret is still there when the answer comes. */
  const look = async (view: EditorView, brief: boolean): Promise<void> => {
    question += 1;
    const mine = question;
    const { doc, selection } = view.state;
    const at = selection.main.head;
    const wanted = () =>
      mine === question && view.hasFocus && view.state.doc === doc && view.state.selection.main.head === at;
    const found = await ask(view, at, wanted);
    if (!wanted()) return;
    if (!found) return void hide(view);
    view.dispatch({ effects: show.of({ pos: at, above: true, create: (view) => docsView(view, found, brief) }) });
  };

  const press = (view: EditorView): boolean => {
    const { main } = view.state.selection;
    const line = view.state.doc.lineAt(main.head);
    // Again: into what is shown, to scroll it.
    const whole = docsShown(view) && view.dom.querySelector<HTMLElement>(".cm-docs:not(.cm-brief) > pre:last-child");
    if (whole) {
      whole.focus();
      return true;
    }
    // In front of the code it takes a step of indentation away.
    if (!main.empty || line.text.slice(0, main.head - line.from).trim() === "") return false;
    void look(view, false);
    return true;
  };

  const follow = (update: ViewUpdate): void => {
    const { view } = update;
    if (update.focusChanged && !view.hasFocus) queueMicrotask(() => hasDocsFocus(view) || hide(view));
    else if (update.docChanged && typed(update, "(),")) queueMicrotask(() => void look(view, true));
    else if (update.selectionSet && !update.docChanged && docsShown(view)) queueMicrotask(() => hide(view));
  };

  return [
    shown,
    hoverTooltip(
      async (view, pos) => {
        // A finger rests nowhere; what it touched last would be covered all the same.
        if (!matchMedia("(hover: hover)").matches) return null;
        const word = view.state.wordAt(pos);
        rests += 1;
        const mine = rests;
        const found = word && (await ask(view, word.to, () => mine === rests));
        if (!word || !found || !namesWord(found, view.state.sliceDoc(word.from, word.to))) return null;
        return { pos: word.from, end: word.to, above: true, create: (view) => docsView(view, found, false) };
      },
      { hoverTime: HOVER_MS, hideOnChange: true },
    ),
    EditorView.updateListener.of(follow),
    Prec.highest(
      keymap.of([
        { key: "Shift-Tab", run: press },
        { key: "Escape", run: hide },
      ]),
    ),
  ];
}

/** Whether one of these characters was typed, and nothing else. */
function typed({ transactions }: ViewUpdate, characters: string): boolean {
  return transactions.some((transaction) => {
    let hit = false;
    if (transaction.isUserEvent("input.type"))
      transaction.changes.iterChanges((_from, _to, _start, _end, inserted) => {
        const first = inserted.sliceString(0, 1);
        // A bracket may have brought the one that closes it.
        if (first !== "" && inserted.length <= 2 && characters.includes(first)) hit = true;
      });
    return hit;
  });
}

/** The pointer rests on a word: the call around it is not what it means. */
function namesWord({ name }: Inspection, word: string): boolean {
  return name === word || name.endsWith(`.${word}`);
}

/** Whether somebody scrolls or copies what is shown. */
function hasDocsFocus(view: EditorView): boolean {
  return view.root.activeElement?.closest(".cm-docs") != null;
}

function docsView(view: EditorView, { name, signature, doc }: Inspection, brief: boolean): TooltipView {
  const text = brief ? briefly(doc) : doc;
  // Each scrolls by itself, so that many parameters leave room for what they mean; keys scroll what has the focus.
  const part = (kind: string, content: string) => h("pre", { class: `cm-docs-${kind}`, tabindex: "0" }, content);
  const parts = [part("signature", signature || name), ...(text === "" ? [] : [part("text", text)])];
  const dom = h("div", {
    class: brief ? "cm-docs cm-brief" : "cm-docs",
    role: "group",
    "aria-label": `About ${name}`,
    "aria-live": "polite",
    "data-testid": "docs",
  });
  dom.addEventListener("keydown", (event) => {
    // Neither the editor nor the page's keys: "d d" here deletes no cell.
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    view.focus();
    hide(view);
  });
  dom.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && view.dom.contains(relatedTarget))) hide(view);
  });
  // What comes into a live region is read out; what it begins with is not.
  return { dom, mount: () => dom.append(...parts) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The first paragraph, where it is short. */
function briefly(doc: string): string {
  const first = doc.split("\n\n", 1)[0] ?? "";
  return first.length > BRIEF ? `${first.slice(0, BRIEF)}…` : first;
}
