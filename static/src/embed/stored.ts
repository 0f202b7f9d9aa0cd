// A result that was computed before, shown without Python: text, tables, pictures, the error. What is more than that waits
// for a run. Everything goes in as text or as a picture of one of three kinds.

import { h } from "../page/view/dom";

const ROWS = 20;
const CHARACTERS = 20_000;

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const fields = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** Colours and cursor movements of terminals, which are not drawn here. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what is removed
const STEERING = /\u001b\[[0-9;:?]{0,40}[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

const plain = (text: string): string => {
  const shown = text.replace(STEERING, "");
  return shown.length > CHARACTERS ? `${shown.slice(0, CHARACTERS)} …` : shown;
};

/** Elements for `Execution.to_dict()` of Python, or the SDK's Execution as JSON. Throws for what is neither. */
export function storedView(json: string): HTMLElement[] {
  const execution = fields(JSON.parse(json));
  if (typeof execution.status !== "string") throw new TypeError("it has no status");
  const logs = fields(execution.logs);
  const shown: HTMLElement[] = [];
  for (const text of [logs.stdout, logs.stderr]) if (isText(text)) shown.push(pre(text));
  for (const one of list(execution.results)) shown.push(result(fields(one)));
  const { traceback } = fields(execution.error);
  if (isText(traceback)) shown.push(h("div", { class: "stored-text bad", dir: "auto" }, plain(traceback)));
  return shown;
}

const pre = (text: string): HTMLElement => h("div", { class: "stored-text", dir: "auto" }, plain(text));

function result(bundle: Record<string, unknown>): HTMLElement {
  const { data, png, jpeg, svg, text } = bundle;
  const table = fields(data);
  if (Array.isArray(table.columns)) return tableOf(table);
  const source = isText(png)
    ? `data:image/png;base64,${png}`
    : isText(jpeg)
      ? `data:image/jpeg;base64,${jpeg}`
      : isText(svg)
        ? `data:image/svg+xml,${encodeURIComponent(svg)}`
        : undefined;
  if (source) {
    const alt = isText(bundle.alt) ? bundle.alt : "Figure";
    const size = (value: unknown) => (typeof value === "number" ? value : undefined);
    return h("img", {
      src: source,
      alt,
      width: size(bundle.width),
      height: size(bundle.height),
      class: "stored-image",
    });
  }
  if (isText(text)) return pre(text);
  return pre(isText(bundle.markdown) ? bundle.markdown : "A result that is shown after a run.");
}

function tableOf({ columns, rows, shape }: Record<string, unknown>): HTMLElement {
  const names = list(columns).slice(0, 50).map(fields);
  const all = list(rows);
  const [count] = list(shape);
  const cell = (value: unknown) => (value === null || value === undefined ? "" : String(value).slice(0, 1000));
  const head = names.map(({ name }) => h("th", { scope: "col" }, cell(name)));
  const body = all.slice(0, ROWS).map((row) => {
    const values = list(row).slice(0, 50);
    return h(
      "tr",
      {},
      values.map((value, at) => h(names[at]?.role === "index" ? "th" : "td", {}, cell(value))),
    );
  });
  const total = typeof count === "number" ? count : all.length;
  return h(
    "div",
    { class: "stored-table" },
    h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)),
    total > body.length && h("p", {}, `${body.length} of ${total} rows; all of them after a run`),
  );
}
