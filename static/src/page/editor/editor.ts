// What a cell needs of an editor: the plain one that is there at once, and the full one that replaces it.

import type { Inspection } from "../../host/index";

export interface EditorEvents {
  /** Text was changed by the person. */
  change(text: string): void;
  /** The caret came into the editor. */
  focus(): void;
  /** ↑ at the first line, ↓ at the last: to the neighbouring cell. True when it went. */
  exit(direction: -1 | 1): boolean;
}

/** A stretch of the text. */
export interface Found {
  from: number;
  to: number;
}

export interface Caret {
  anchor: number;
  head: number;
}

export interface Editor {
  readonly dom: HTMLElement;
  text: string;
  caret: Caret;
  readonly focused: boolean;
  /** True while completions or a signature are shown: Escape belongs to them. */
  readonly choosing: boolean;
  focus(): void;
  /** Marks what was looked for; `current` is which of it stands next, and is brought onto the screen. */
  markFound(ranges: readonly Found[], current: number | undefined): void;
  /** Marks a failed line (1-based) in the gutter; undefined takes the mark away. */
  markLine(line: number | undefined): void;
  destroy(): void;
}

export interface CompletionSource {
  /** Undefined while Python can't answer without waiting. */
  complete?: ((code: string, cursor: number) => Promise<Completions>) | undefined;
  /** The same; what is known of the name or call at the cursor. */
  inspect?: ((code: string, cursor: number) => Promise<Inspection | undefined>) | undefined;
}

export interface Completions {
  matches: readonly { text: string; type: string }[];
  start: number;
}

export interface EditorOptions {
  text: string;
  label: string;
  language: "python" | "text";
  events: EditorEvents;
  completion: CompletionSource;
}
