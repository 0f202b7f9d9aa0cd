// The full editor: CodeMirror 6 with Python. A chunk of its own, loaded beside the runtime; the plain editor bridges the time.
//
// It lives in a shadow root: there CodeMirror puts its rules into adoptedStyleSheets, which a CSP without
// 'unsafe-inline' allows. In the document itself it would insert a <style>, which that CSP refuses.

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionStatus,
  currentCompletions,
  moveCompletionSelection,
  selectedCompletionIndex,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec, type StateEffect } from "@codemirror/state";
import { drawSelection, EditorView, type KeyBinding, keymap, lineNumbers, tooltips } from "@codemirror/view";
import { h } from "../view/dom";
import { completions } from "./complete";
import { docs, docsShown } from "./docs";
import type { Caret, Editor, EditorOptions, Found } from "./editor";
import { failedLine, setFailedLine } from "./failed-line";
import { found, setFound } from "./found";
import { highlighting, theme } from "./look";
import { readOnly } from "./readonly";
import { typing } from "./typing";

const MARGIN = 8;

export class FullEditor implements Editor {
  readonly dom: HTMLElement;
  readonly #view: EditorView;

  constructor({ text, label, language, events, completion }: EditorOptions) {
    this.dom = h("div", { class: "full-editor", "data-language": language });
    const root = this.dom.attachShadow({ mode: "open" });
    const code = language === "python";
    const edge =
      (direction: -1 | 1): KeyBinding["run"] =>
      (view) => {
        const { main } = view.state.selection;
        const line = view.state.doc.lineAt(main.head).number;
        if (!main.empty || line !== (direction < 0 ? 1 : view.state.doc.lines)) return false;
        return events.exit(direction);
      };
    this.#view = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [
          theme,
          EditorState.readOnly.of(readOnly()),
          EditorState.tabSize.of(4),
          EditorView.contentAttributes.of({
            "aria-label": label,
            // Tab passes over the editor, where it would indent; Enter on the cell goes in.
            tabindex: "-1",
            spellcheck: code ? "false" : "true",
            autocapitalize: "off",
            autocorrect: "off",
          }),
          history(),
          drawSelection(),
          found,
          typing,
          tooltips({ position: "fixed", tooltipSpace }),
          EditorView.domEventHandlers({
            blur: (_, view) => {
              closeCompletion(view);
            },
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) events.change(update.state.doc.toString());
            if (update.focusChanged && update.view.hasFocus) events.focus();
          }),
          code
            ? [
                lineNumbers(),
                failedLine,
                python(),
                syntaxHighlighting(highlighting),
                indentUnit.of("    "),
                indentOnInput(),
                bracketMatching(),
                closeBrackets(),
                // Before completions, which take Escape also while they only wait for an answer.
                docs(completion),
                autocompletion({
                  override: [completions(completion)],
                  // Nothing is chosen until the person chooses, so Enter stays a new line.
                  selectOnOpen: false,
                  icons: false,
                  activateOnTypingDelay: 150,
                  // Tab means the list as soon as it is seen.
                  interactionDelay: 0,
                }),
                keymap.of(closeBracketsKeymap),
              ]
            : EditorView.lineWrapping,
          Prec.high(
            keymap.of([
              { key: "Tab", run: (view) => chooseOrAccept(view) || indentMore(view) },
              { key: "Shift-Tab", run: indentLess },
              { key: "ArrowUp", run: edge(-1) },
              { key: "ArrowDown", run: edge(1) },
            ]),
          ),
          // Keys that run cells belong to the page.
          keymap.of([...defaultKeymap, ...historyKeymap].filter(({ key }) => !/-Enter$|^Escape$/.test(key ?? ""))),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  set text(text: string) {
    if (text === this.text) return;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  get caret(): Caret {
    const { anchor, head } = this.#view.state.selection.main;
    return { anchor, head };
  }

  set caret({ anchor, head }: Caret) {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({ selection: { anchor: Math.min(anchor, length), head: Math.min(head, length) } });
  }

  get focused(): boolean {
    return this.#view.hasFocus;
  }

  get choosing(): boolean {
    return completionStatus(this.#view.state) === "active" || docsShown(this.#view);
  }

  focus(): void {
    this.#view.focus();
  }

  markFound(ranges: readonly Found[], current: number | undefined): void {
    const at = current === undefined ? undefined : ranges[current];
    const effects: StateEffect<unknown>[] = [setFound.of({ ranges, current })];
    if (at && at.to <= this.#view.state.doc.length)
      effects.push(EditorView.scrollIntoView(at.from, { y: "nearest", x: "nearest" }));
    this.#view.dispatch({ effects });
  }

  markLine(line: number | undefined): void {
    this.#view.dispatch({ effects: setFailedLine.of(line) });
  }

  destroy(): void {
    this.#view.destroy();
    this.dom.remove();
  }
}

/** Where lists and signatures may stand, px: not at the very edge of the screen. */
function tooltipSpace(): { left: number; top: number; right: number; bottom: number } {
  const { clientWidth, clientHeight } = document.documentElement;
  return { left: MARGIN, top: MARGIN, right: clientWidth - MARGIN, bottom: clientHeight - MARGIN };
}

/** Tab in an open list: takes the chosen completion, or the first when none is chosen. */
function chooseOrAccept(view: EditorView): boolean {
  // Shown, also while a further answer is awaited.
  if (currentCompletions(view.state).length === 0) return false;
  if ((selectedCompletionIndex(view.state) ?? -1) < 0) moveCompletionSelection(true)(view);
  return acceptCompletion(view);
}
