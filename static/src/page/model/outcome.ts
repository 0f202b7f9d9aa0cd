// The sentences under a cell that did not simply end: stopped, crashed, refused, cut short.

import type { Status } from "../../protocol/results";
import { count, duration, plural } from "./format";
import type { NoteOutput } from "./outputs";

/** The parts of an Execution that decide what to say. */
export interface Ending {
  status: Status;
  note?: string | undefined;
  error?: { name: string; value: string } | undefined;
  truncated?: { streamChars: number; displays: number } | undefined;
}

const KEPT = "Your variables are still there.";
const LOST = "Python had to be restarted: variables are gone, files are kept.";

/** What a cell that ran out of time is offered, where the server allows so much. */
const LONGER_MS = 300_000;

/**
 * Notes to show below the outputs. `limitMs`: the time the cell was given, of `mostMs` that it may be given. `restarted`:
 * variables are gone.
 */
export function notes(end: Ending, limitMs: number, restarted: boolean, mostMs = limitMs): NoteOutput[] {
  const out: NoteOutput[] = [];
  const longer = Math.min(LONGER_MS, mostMs);
  const truncation = truncationText(end.truncated);
  if (truncation) out.push({ kind: "note", tone: "info", text: truncation });
  const head = headline(end, limitMs);
  if (head !== undefined) {
    const rest = end.note ?? (end.status === "unavailable" || end.status === "refused" ? "" : restarted ? LOST : KEPT);
    out.push({
      kind: "note",
      tone: end.status === "crashed" || end.status === "unavailable" ? "bad" : "warn",
      // The SDK's note may already be the whole sentence.
      text: rest.startsWith(head.replace(/\.$/, "")) ? rest : `${head} ${rest}`.trim(),
      action: end.status === "unavailable" ? "retry" : restarted ? "run-above" : undefined,
      ...(end.status === "timeout" && longer > limitMs && { longer }),
    });
  } else if (end.note !== undefined && end.note !== "") {
    out.push({ kind: "note", tone: "info", text: end.note, action: restarted ? "run-above" : undefined });
  }
  return out;
}

function headline({ status, error }: Ending, limitMs: number): string | undefined {
  switch (status) {
    case "timeout":
      return `Stopped after ${duration(limitMs)}.`;
    case "interrupted":
      return "Stopped.";
    case "crashed":
      return "The Python interpreter crashed.";
    case "unavailable":
      return error === undefined ? "Python is not available." : sentence(error.value);
    case "refused":
      // The error itself says what was refused.
      return error === undefined ? "This cell was refused." : undefined;
    default:
      return undefined;
  }
}

function truncationText(truncated: Ending["truncated"]): string | undefined {
  if (!truncated) return undefined;
  const parts: string[] = [];
  if (truncated.streamChars > 0) parts.push(`${count(truncated.streamChars)} more characters of text`);
  if (truncated.displays > 0) parts.push(plural(truncated.displays, "more result"));
  if (parts.length === 0) return undefined;
  return `Left out: ${parts.join(" and ")}. One cell may show only so much; write long output to a file.`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === "" ? "Python is not available." : /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
