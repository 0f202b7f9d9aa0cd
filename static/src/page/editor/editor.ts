// What a cell needs of an editor: the plain one that is there at once, and the full one that replaces it.

export interface EditorEvents {
  /** Text was changed by the person. */
  change(text: string): void;
  /** The caret came into the editor. */
  focus(): void;
  /** ↑ at the first line, ↓ at the last: to the neighbouring cell. True when it went. */
  exit(direction: -1 | 1): boolean;
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
  /** True while a list of completions is open: Escape belongs to it. */
  readonly choosing: boolean;
  focus(): void;
  /** Marks a failed line (1-based) in the gutter; undefined takes the mark away. */
  markLine(line: number | undefined): void;
  destroy(): void;
}

export interface CompletionSource {
  /** Undefined while Python can't answer without waiting. */
  complete?: ((code: string, cursor: number) => Promise<Completions>) | undefined;
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
