// Which keys do what. Editing keys need a modifier; command keys are single letters, as in Jupyter.

export type Command =
  | "run-advance"
  | "run-stay"
  | "run-insert"
  | "run-all"
  | "edit"
  | "leave"
  | "up"
  | "down"
  | "first"
  | "last"
  | "insert-above"
  | "insert-below"
  | "delete"
  | "undo-delete"
  | "to-text"
  | "to-code"
  | "move-up"
  | "move-down"
  | "duplicate"
  | "merge"
  | "split"
  | "save"
  | "find"
  | "replace"
  | "fold"
  | "fold-all"
  | "stop"
  | "help";

export interface Press {
  key: string;
  ctrl: boolean;
  meta: boolean;
  alt: boolean;
  shift: boolean;
}

/** Keys for the help dialog, in reading order. "Mod" is Ctrl, and ⌘ on Apple keyboards. */
export const HELP: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: "Everywhere",
    keys: [
      ["Shift+Enter", "Run the cell, go to the next"],
      ["Mod+Enter", "Run the cell, stay"],
      ["Alt+Enter", "Run the cell, insert one below"],
      ["Alt+↑ ↓", "Move the line (while editing) or the cell"],
      ["Mod+F", "Find and replace in all cells"],
      ["Mod+S", "Save now (it is saved by itself, too)"],
      ["Esc Esc", "Stop what is running"],
      ["Ctrl+C", "Stop, when no text is selected"],
    ],
  },
  {
    title: "While editing",
    keys: [
      ["Esc", "Leave the editor; Tab then moves on"],
      ["Tab", "Indent, or accept a completion"],
      ["Ctrl+Space", "Complete: names, columns, files"],
      ["Shift+Tab", "Signature and documentation"],
      ["Mod+/", "Comment or uncomment"],
      ["Mod+Z", "Undo"],
      ["Mod+Shift+-", "Split the cell at the caret"],
    ],
  },
  {
    title: "Outside the editor",
    keys: [
      ["Enter", "Edit the cell"],
      ["↑ ↓", "Previous, next cell (or K, J)"],
      ["A · B", "Insert a cell above, below"],
      ["D D", "Delete the cell"],
      ["Z", "Bring a deleted cell back"],
      ["M · Y", "Make it text, make it code"],
      ["Shift+D", "Duplicate the cell"],
      ["Shift+M", "Join it with the one below"],
      ["O · Shift+O", "Fold its outputs, or all of them"],
      ["?", "This list"],
    ],
  },
];

const CHORD_MS = 700;

/** Turns key presses into commands; remembers the first half of D D and Esc Esc. */
export class Keymap {
  #last: { key: string; at: number } | undefined;

  /**
   * The command of a press, if it is one.
   * `editing`: the caret is in an editor. `now`: milliseconds, for chords.
   */
  read(press: Press, editing: boolean, now: number): Command | undefined {
    const previous = this.#last;
    this.#last = undefined;
    const { key, ctrl, meta, alt, shift } = press;
    const twice = previous?.key === key && now - previous.at < CHORD_MS;
    if (key === "Enter") {
      if (shift && !alt) return ctrl || meta ? "run-all" : "run-advance";
      if (ctrl || meta) return "run-stay";
      if (alt) return "run-insert";
      return editing ? undefined : "edit";
    }
    if (key === "Escape") {
      if (twice) return "stop";
      this.#last = { key, at: now };
      return editing ? "leave" : undefined;
    }
    if ((ctrl || meta) && !alt && !shift && key.toLowerCase() === "s") return "save";
    if ((ctrl || meta) && !alt && !shift && key.toLowerCase() === "f") return "find";
    if (ctrl && !meta && !alt && !shift && key.toLowerCase() === "h") return "replace";
    if ((ctrl || meta) && !alt && shift && (key === "-" || key === "_")) return editing ? "split" : undefined;
    if (editing || ctrl || meta) return undefined;
    if (alt) return key === "ArrowUp" ? "move-up" : key === "ArrowDown" ? "move-down" : undefined;
    switch (key) {
      case "ArrowUp":
      case "k":
        return "up";
      case "ArrowDown":
      case "j":
        return "down";
      case "Home":
        return "first";
      case "End":
        return "last";
      case "a":
        return "insert-above";
      case "b":
        return "insert-below";
      case "z":
        return "undo-delete";
      case "m":
        return "to-text";
      case "y":
        return "to-code";
      case "D":
        return "duplicate";
      case "M":
        return "merge";
      case "o":
        return "fold";
      case "O":
        return "fold-all";
      case "?":
        return "help";
      case "d":
        if (twice) return "delete";
        this.#last = { key, at: now };
        return undefined;
      default:
        return undefined;
    }
  }
}
