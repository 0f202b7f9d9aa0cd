// What may be said of a run without saying what it computed: one report out of a list that is the same for all data.
//
// Whatever code prints, names, draws, raises or returns can be made of the data, so none of it is copied, not even cut or
// counted exactly: each part of a report is chosen here out of a closed list. What remains is the choice itself. A model
// that is out for a secret can have its code choose the report by the secret's bits; `bits` is the logarithm of how many
// reports there are, so it bounds what one can carry, and the limit `bits` bounds all of them together.

import type { Execution, Result } from "../../host/index";

/** What leaves about a run, and how many bits the choice of it is worth at most. */
export interface Coarse {
  text: string;
  bits: number;
}

/** Python's own errors. The name of any other class was made by code, or by a package that code chose. */
const ERRORS = new Set(
  (
    "ArithmeticError AssertionError AttributeError EOFError FileExistsError FileNotFoundError FloatingPointError " +
    "ImportError IndentationError IndexError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError " +
    "ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError PermissionError " +
    "RecursionError RuntimeError StopIteration SyntaxError SystemExit TabError TimeoutError TypeError UnboundLocalError " +
    "UnicodeDecodeError UnicodeEncodeError ValueError ZeroDivisionError"
  ).split(" "),
);

/** Statuses besides "ok" and "error", in words. */
const ENDS: Readonly<Record<string, string>> = {
  timeout: "It ran out of time and was stopped.",
  interrupted: "It was interrupted.",
  crashed: "The interpreter died of it; variables are gone, files are kept.",
  refused: "The sandbox doesn't take this code: it is too long.",
  unavailable: "There is no sandbox any more.",
};

const ROWS = ["no rows", "1 row", "few rows", "tens of rows", "hundreds of rows", "thousands of rows", "many rows"];

/** Columns that are counted; more are more. */
const COUNTED = 12;

const VALUES = [
  "a number",
  "a text",
  "a truth value",
  "a list",
  "a dictionary",
  "another object",
  "a figure",
  "no value",
];
const FIGURES = ["no figure", "1 figure", "several figures"];

/** Milliseconds after which a report may leave: a model's server sees when a request comes, and code can take its time. */
const SLOTS_MS = Array.from({ length: 11 }, (_, at) => 250 * 2 ** at);

/** Milliseconds after such a moment at which a report still leaves. */
export const LATE_MS = 25;

/** How many reports there are of a run without an error. */
const FINE = (ROWS.length * (COUNTED + 2) + VALUES.length) * FIGURES.length * 2 * 2;

/** Reports of a run in one of `lines` lines. */
export function coarse(execution: Execution, lines: number): Coarse {
  const reports = FINE + (ERRORS.size + 1) * (lines + 1) + Object.keys(ENDS).length;
  return { text: sentence(execution, lines), bits: Math.log2(reports * (SLOTS_MS.length + 1)) };
}

/** Milliseconds to wait until the next moment at which a report may leave, of a run that took `ms`. */
export function hold(ms: number): number {
  const slot = SLOTS_MS.find((end) => ms <= end);
  const last = SLOTS_MS.at(-1) as number;
  return (slot ?? Math.ceil(ms / last) * last) - ms;
}

function sentence({ status, error, results, stdout, stderr, files }: Execution, lines: number): string {
  if (status === "error") {
    const known = error && ERRORS.has(error.name) ? error.name : "An error of another kind";
    const { line } = error ?? {};
    const where = line !== undefined && Number.isInteger(line) && line >= 1 && line <= lines ? ` in line ${line}` : "";
    return `error: ${known}${where} of your code. Its message stays with the person.`;
  }
  if (status !== "ok") return `${ENDS[status] === undefined ? "error" : status}: ${ENDS[status] ?? "It did not end."}`;
  const main = results.find(({ isMain }) => isMain);
  const drawn = results.filter((result) => result.png !== undefined || result.svg !== undefined).length;
  const parts = [
    `value: ${kindOfValue(main)}`,
    FIGURES[Math.min(drawn, 2)],
    stdout || stderr ? "printed something" : "printed nothing",
    files.length ? "files were written" : "no files were written",
  ];
  return `ok: ${parts.join("; ")}. The person sees all of it.`;
}

/** The kind of a cell's value, by what the sandbox sent of it. */
function kindOfValue(result: Result | undefined): string {
  if (!result) return "no value";
  if (result.data) return `a table with ${rowsOf(result.data.shape[0])} and ${columnsOf(result.data.shape[1])}`;
  if (result.png !== undefined || result.svg !== undefined) return "a figure";
  const text = result.text ?? "";
  if (/^(?:np\.|numpy\.)?(?:\w{1,12}\()?[-+]?[\d.]{1,40}(?:e[-+]?\d{1,4})?\)?$/.test(text.slice(0, 80)))
    return "a number";
  if (text === "True" || text === "False") return "a truth value";
  if (text.startsWith("'") || text.startsWith('"')) return "a text";
  if (text.startsWith("[") || text.startsWith("(")) return "a list";
  return text.startsWith("{") ? "a dictionary" : "another object";
}

function rowsOf(count: number): string {
  const edges = [1, 2, 10, 100, 1_000, 10_000];
  const at = edges.findIndex((edge) => count < edge);
  return ROWS[at < 0 ? edges.length : at] as string;
}

function columnsOf(count: number): string {
  if (count === 1) return "1 column";
  return Number.isInteger(count) && count >= 0 && count <= COUNTED
    ? `${count} columns`
    : `more than ${COUNTED} columns`;
}
