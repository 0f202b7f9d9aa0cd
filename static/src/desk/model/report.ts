// A conversation as one HTML file: no script, nothing that is fetched, every word of others escaped. Figures are inside.

import { count, duration, plural } from "../../page/model/format";
import { type Block, type Inline, parse } from "../../page/model/markdown";
import type { SavedOutput } from "../../page/model/outputs";
import { Screen } from "../../page/model/terminal";
import type { Bundle, TableData } from "../../protocol/results";
import type { Conversation } from "./conversation";
import { type AnswerEntry, type Entry, nameOfStep, type QuestionEntry, type StepEntry } from "./entries";

/** Rows of a table, and characters of a text, that a report has. */
const ROWS = 100;
const CHARS = 50_000;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is nothing but text, between tags and in quotes. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? "");

const tag = (name: string, inner: string, attributes = ""): string => `<${name}${attributes}>${inner}</${name}>`;

const cut = (text: string): string =>
  text.length > CHARS ? `${text.slice(0, CHARS)}\n[… ${count(text.length - CHARS)} characters left out]` : text;

const pre = (text: string, name = ""): string => tag("pre", escaped(cut(text)), name && ` class="${name}"`);

/** Nothing in it runs or is fetched, even where something got past the escaping. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root{color-scheme:light dark;--ink:#1f1d1a;--paper:#faf8f4;--line:#e4dfd5;--muted:#645f57;--accent:#0b6a66;--sunken:#f3f0e9}
@media(prefers-color-scheme:dark){:root{--ink:#ece7dd;--paper:#171614;--line:#302e2a;--muted:#aaa396;--accent:#62c6bb;--sunken:#201f1c}}
body{margin:0 auto;max-width:52rem;padding:2rem 1rem 6rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
h1,h2{font-family:ui-serif,Georgia,serif;line-height:1.25}h2{margin:3rem 0 .5rem;border-top:1px solid var(--line);padding-top:1.5rem}
pre{padding:.75rem;border-radius:6px;background:var(--sunken);overflow:auto;font:.8125rem/1.5 ui-monospace,monospace;white-space:pre-wrap}
.facts,summary,figcaption,footer{color:var(--muted);font-size:.8125rem}.error{color:#b02a1f}
details{margin:.5rem 0}summary{cursor:pointer}img{max-width:100%;height:auto;background:#fff}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left}
.answer{border-left:3px solid var(--accent);padding-left:1rem}`;

/** The whole file. */
export function reportOf(conversation: Conversation, made: Date): string {
  const title = escaped(conversation.title);
  const body = conversation.entries.map((entry) => sectionOf(entry, conversation)).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
${tag("p", `Made ${escaped(made.toISOString().slice(0, 16).replace("T", " "))} UTC. The code was written by a model and run in a browser; the words of answers are the model’s.`, ' class="facts"')}
${body}
${ledgerOf(conversation)}
</body></html>
`;
}

function sectionOf(entry: Entry, conversation: Conversation): string {
  switch (entry.type) {
    case "question":
      return questionOf(entry);
    case "said":
      return wordsOf(entry.text);
    case "step":
      return stepOf(
        entry,
        conversation.cellOf(entry)?.source ?? entry.code,
        conversation.cellOf(entry)?.outputs.save() ?? [],
      );
    case "answer":
      return answerOf(entry);
  }
}

function questionOf({ text, model, mode, files }: QuestionEntry): string {
  const parts = [
    model,
    `what may leave: ${mode}`,
    ...files.map(({ path, sha256 }) => `${path}${sha256 && ` (sha256 ${sha256})`}`),
  ];
  return `${tag("h2", escaped(text))}\n${tag("p", escaped(parts.join(" · ")), ' class="facts"')}`;
}

function answerOf({ why, reason, text }: AnswerEntry): string {
  const end =
    why === "answered" ? "" : tag("p", escaped(why === "stopped" ? "It was stopped." : reason), ' class="error"');
  return tag("section", `${wordsOf(text)}${end}`, ' class="answer"');
}

function stepOf(step: StepEntry, source: string, outputs: readonly SavedOutput[]): string {
  const { number, ms, sentBytes, sent, made } = step;
  const facts = [ms > 0 ? duration(ms) : "", sent === undefined ? "" : `${count(sentBytes)} bytes told to the model`];
  const head = [`${number > 0 ? `${number} · ` : ""}${nameOfStep(step)}`, ...facts]
    .filter((fact) => fact !== "")
    .join(" · ");
  const with_ = made
    ? `${made.python && `Python ${made.python}, `}${Object.entries(made.packages)
        .map(([name, version]) => `${name} ${version}`)
        .join(", ")}`
    : "";
  const code = tag(
    "details",
    `${tag("summary", escaped(head))}${pre(source)}${with_ && tag("p", escaped(with_), ' class="facts"')}`,
  );
  return `${code}\n${outputs.map((output) => outputOf(output, number)).join("\n")}`;
}

function outputOf(output: SavedOutput, step: number): string {
  switch (output.kind) {
    case "text":
      return pre(plain(output.pieces.map(({ text }) => text).join("")));
    case "error": {
      const { name, value, traceback } = output.error;
      const all = plain(traceback);
      return tag("details", `${tag("summary", escaped(`${name}: ${cut(value)}`), ' class="error"')}${pre(all)}`);
    }
    case "note":
      return tag("p", escaped(output.text), ' class="facts"');
    case "files":
      return tag("p", escaped(`Files: ${output.changes.map(({ path }) => path).join(", ")}`), ' class="facts"');
    case "bundle":
      return bundleOf(output.bundle, step);
  }
}

/** What can be shown without running or fetching anything; markup of others never. */
function bundleOf(bundle: Bundle, step: number): string {
  const { data, png, jpeg, svg, text = "", markdown, latex, json } = bundle;
  if (data) return tableOf(data);
  const picture =
    png !== undefined
      ? `data:image/png;base64,${base64Of(png)}`
      : jpeg !== undefined
        ? `data:image/jpeg;base64,${base64Of(jpeg)}`
        : svg !== undefined
          ? `data:image/svg+xml,${encodeURIComponent(svg)}`
          : undefined;
  if (picture !== undefined) {
    const alt = escaped(bundle.alt || text || "Figure");
    const caption = step > 0 ? tag("figcaption", `${alt}. From step ${step}.`) : "";
    return tag("figure", `<img src="${escaped(picture)}" alt="${alt}">${caption}`);
  }
  if (markdown !== undefined) return wordsOf(cut(markdown));
  return pre(text || latex || (json === undefined ? "" : JSON.stringify(json, null, 2)));
}

const base64Of = (text: string): string => text.replace(/[^A-Za-z0-9+/=]/g, "");

function tableOf({ columns, rows, shape }: TableData): string {
  const head = tag("tr", columns.map(({ name }) => tag("th", escaped(name))).join(""));
  const lines = rows
    .slice(0, ROWS)
    .map((row) => tag("tr", row.map((cell) => tag("td", escaped(cell === null ? "" : String(cell)))).join("")));
  const rest =
    shape[0] > Math.min(rows.length, ROWS) ? tag("p", `${count(shape[0])} rows in all`, ' class="facts"') : "";
  return tag("div", `${tag("table", head + lines.join(""))}${rest}`, ' class="scroll"');
}

/** Markdown as markup of ours; an address is shown and leads nowhere, because a report is opened anywhere. */
function wordsOf(text: string): string {
  return parse(text).map(blockOf).join("\n");
}

function blockOf(block: Block): string {
  switch (block.type) {
    case "heading":
      return tag("h3", spansOf(block.children));
    case "paragraph":
      return tag("p", spansOf(block.children));
    case "code":
      return pre(block.text);
    case "quote":
      return tag("blockquote", spansOf(block.children));
    case "list":
      return tag(block.ordered ? "ol" : "ul", block.items.map((item) => tag("li", spansOf(item))).join(""));
    case "rule":
      return "<hr>";
    case "math":
      return pre(block.tex);
    case "table": {
      const row = (name: "th" | "td") => (cells: Inline[][]) =>
        tag("tr", cells.map((cell) => tag(name, spansOf(cell))).join(""));
      return tag("div", tag("table", row("th")(block.head) + block.rows.map(row("td")).join("")), ' class="scroll"');
    }
    case "rest":
      return pre(block.text);
  }
}

function spansOf(spans: readonly Inline[]): string {
  return spans
    .map((span) => {
      switch (span.type) {
        case "text":
          return escaped(span.text);
        case "code":
          return tag("code", escaped(span.text));
        case "math":
          return tag("code", escaped(span.tex));
        case "image":
          return escaped(span.alt);
        case "link":
          return `${spansOf(span.children)} (${tag("code", escaped(span.href))})`;
        default:
          return tag(span.type, spansOf(span.children));
      }
    })
    .join("");
}

/** Terminal text as it ends up on a screen. */
function plain(text: string): string {
  const screen = new Screen();
  screen.write(text.slice(-4 * CHARS));
  screen.work(Number.POSITIVE_INFINITY);
  return screen.text;
}

function ledgerOf(conversation: Conversation): string {
  const entries = conversation.questions.flatMap(({ ledger }) => ledger);
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const lines = entries.map((entry) =>
    tag("li", escaped(`${count(entry.bytes)} bytes to ${entry.to}, ${entry.at}, ${entry.status}`)),
  );
  const head =
    entries.length > 0
      ? `Sent to models: ${count(bytes)} bytes in ${plural(entries.length, "request")}.`
      : "Nothing was sent to any model.";
  return tag("footer", `${tag("p", head)}${lines.length > 0 ? tag("ol", lines.join("")) : ""}`);
}
