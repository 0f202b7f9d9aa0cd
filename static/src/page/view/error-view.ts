// An error: its last line first, what to do about it, and the whole traceback folded.

import type { ErrorInfo } from "../../protocol/results";
import { runsOf } from "../model/line";
import { Screen } from "../model/terminal";
import { h } from "./dom";
import { copyText } from "./hand-out";
import { icon } from "./icons";
import { tool } from "./table-view";
import { paint } from "./text-view";

export function errorView(error: ErrorInfo): HTMLElement {
  const screen = new Screen();
  screen.write(error.traceback.trimEnd());
  const text = h("div", { class: "stream traceback", dir: "auto" });
  text.append(paint(runsOf(screen.lines, 0, screen.lines.length, 4000)));
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
      error.value !== "" && h("span", { class: "error-value" }, `: ${error.value}`),
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
