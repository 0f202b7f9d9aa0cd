// What the cell in the page and the part that is loaded with Python know of each other.

import type { Execution } from "../host/index";
import type { Settings } from "./markup";

export interface Parts {
  /** Everything in the shadow root; carries the theme. */
  root: HTMLElement;
  run: HTMLButtonElement;
  runLabel: HTMLElement;
  /** State in a few words: size, progress, clock. */
  status: HTMLElement;
  /** Takes the place of the code that stands in the page while it is edited. */
  well: HTMLElement;
  edit: HTMLButtonElement;
  restore: HTMLButtonElement;
  reset: HTMLButtonElement;
  open: HTMLButtonElement;
  /** Where outputs go. */
  outputs: HTMLElement;
}

/** The cell in the page, as the loaded part sees it. */
export interface Face {
  readonly element: HTMLElement;
  readonly parts: Parts;
  readonly settings: Settings;
  /** Address of the server or the export, with a slash at its end. */
  readonly base: string;
  /** The code as it stands in the page. */
  readonly given: string;
  /** What was put in its place, if anything was. */
  readonly put: string | undefined;
  /** The output that the page says there should be. */
  readonly expected: string | undefined;
  /** Shows the code of the page, or the well in its place. */
  showGiven(given: boolean): void;
  /** Marks a line (1-based) of the code in the page; undefined takes the mark away. */
  markLine(line: number | undefined): void;
  /** Takes away, or brings back, results that stood there before anything ran. */
  showStored(shown: boolean): void;
  /** One line about what went wrong with anything but the code; "" takes it away. */
  complain(sentence: string): void;
  /** Why the page's own policy refuses something of this base, in a sentence. */
  refused(): string | undefined;
  emit(name: "run" | "output" | "result" | "error", detail: unknown): void;
}

/** The loaded part of a cell. */
export interface Live {
  run(): Promise<Execution>;
  stop(): Promise<void>;
  reset(): Promise<void>;
  /** Opens the editor. */
  edit(): void;
  /** Back to the code of the page. */
  restore(): void;
  openPage(): Promise<void>;
  /** Says how much a run would fetch, where that is not there yet. False where there is nothing to say. */
  asked(): Promise<boolean>;
  /** The page's policy refuses what a start needs: it need not be waited for. */
  refused(): void;
  /** The cell has gone from the page. */
  leave(): void;
  text: string;
}

export interface LiveModule {
  mount(face: Face): Live;
}
