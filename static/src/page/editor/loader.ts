// Fetches the full editor once, beside everything else. Until it is there, and if it never comes, plain editors do the work.

import type { Editor, EditorOptions } from "./editor";
import { PlainEditor } from "./plain";

type Make = (options: EditorOptions) => Editor;

let full: Make | undefined;
let coming: Promise<Make | undefined> | undefined;

/** Starts fetching. Resolves to undefined when the chunk can't be had. */
export function loadFullEditor(): Promise<Make | undefined> {
  coming ??= import("./full").then(
    ({ FullEditor }) => {
      full = (options) => new FullEditor(options);
      return full;
    },
    () => undefined,
  );
  return coming;
}

/** The best editor there is now. */
export function makeEditor(options: EditorOptions): Editor {
  return full ? full(options) : new PlainEditor(options);
}

/** A full editor with the text, caret and focus of the plain one, which is destroyed. */
export function upgrade(plain: Editor, make: Make, options: EditorOptions): Editor {
  const { focused, caret } = plain;
  const editor = make({ ...options, text: plain.text });
  plain.dom.replaceWith(editor.dom);
  editor.caret = caret;
  if (focused) editor.focus();
  plain.destroy();
  return editor;
}
