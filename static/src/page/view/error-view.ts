// An error: its last line first, what to do about it, and the whole traceback folded.

import type { ErrorInfo } from "../../protocol/results";
import { count } from "../model/format";
import { runsOf } from "../model/line";
import { Screen } from "../model/terminal";
import { h } from "./dom";
import { copyText } from "./hand-out";
import { icon } from "./icons";
import { tool } from "./table-view";
import { paint } from "./text-view";

/** Lines of a traceback that are drawn, and coloured stretches in them; all of it is copied. */
const LINES = 1_000;
const LOOKS = 2_000;
/** Characters of a message; the traceback ends with all of it. */
const MESSAGE = 4_000;

const short = (text: string) => (text.length > MESSAGE ? `${text.slice(0, MESSAGE)} …` : text);

export function errorView(error: ErrorInfo): HTMLElement {
  const screen = new Screen();
  screen.write(error.traceback.trimEnd());
  screen.work(Number.POSITIVE_INFINITY);
  const text = h("div", { class: "stream traceback", dir: "auto" });
  text.append(paint(runsOf(screen.lines, 0, Math.min(LINES, screen.lines.length), 4000, LOOKS)));
  if (screen.lines.length > LINES) text.append(`… ${count(screen.lines.length - LINES)} more lines`);
  const syntax = /^(SyntaxError|IndentationError|TabError)$/.test(error.name);
  const hasTrace = screen.lines.length > 1;
  return h(
    "div",
    { class: "output output-error", "data-testid": "output-error", role: "group", "aria-label": "Error" },
    h(
      "p",
      { class: "error-line", dir: "auto" },
      icon("close"),
      h("strong", {}, error.name),
      error.value !== "" && h("span", { class: "error-value" }, `: ${short(error.value)}`),
      error.line !== undefined && h("span", { class: "error-where" }, ` line ${error.line}`),
    ),
    error.hint !== undefined && error.hint !== "" && h("p", { class: "error-hint", dir: "auto" }, error.hint),
    hasTrace &&
      // The caret of a syntax error is the message.
      h(
        "details",
        { open: syntax },
        h("summary", {}, "traceback"),
        text,
        h(
          "div",
          { class: "output-tools" },
          tool("copy", "Copy", () => void copyText(screen.text)),
        ),
      ),
  );
}
