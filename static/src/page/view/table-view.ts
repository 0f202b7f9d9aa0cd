// A data frame as a table: header that stays, sorting, pages of fifty, and its whole shape always in sight.

import type { TableData } from "../../protocol/results";
import { count } from "../model/format";
import {
  cellText,
  decimals,
  isNumeric,
  nextSorting,
  order,
  PAGE_ROWS,
  type Sorting,
  separated,
  shapeText,
} from "../model/table";
import { fill, h, setText } from "./dom";
import { copyText, download } from "./hand-out";
import { icon } from "./icons";

/** Columns and characters of a cell that are drawn; what is copied or downloaded has them all. */
const COLUMNS = 100;
const CHARACTERS = 1_000;
/** Rows that decide how a column is written. */
const SAMPLE = 1_000;

export function tableView(data: TableData, name = "table"): HTMLElement {
  const columns = data.columns.slice(0, COLUMNS);
  const sample = data.rows.slice(0, SAMPLE);
  let sorting: Sorting | undefined;
  let indices = order(data, undefined);
  let page = 0;
  const pages = Math.max(1, Math.ceil(indices.length / PAGE_ROWS));
  const numeric = columns.map((column, at) => isNumeric(column, sample, at));
  const places = columns.map((_, at) => decimals(sample.map((row) => row[at] ?? null)));
  // The first index column stays in sight while the others scroll.
  const sticky = data.columns[0]?.role === "index";

  const classes = (at: number) =>
    [numeric[at] ? "number" : "", data.columns[at]?.role === "index" ? "index" : "", sticky && at === 0 ? "pinned" : ""]
      .filter(Boolean)
      .join(" ");
  const headers = columns.map((column, at) =>
    h(
      "th",
      { scope: "col", class: classes(at), title: `${column.name || "index"}: ${column.dtype}` },
      h(
        "button",
        { type: "button", on: { click: () => sort(at) } },
        h("span", { class: "column-name" }, column.name),
        icon("ascending"),
      ),
    ),
  );
  const body = h("tbody");
  const position = h("span", { class: "page-position" });
  const previous = pageButton("Previous page", "chevron-left", () => turn(page - 1));
  const next = pageButton("Next page", "chevron-right", () => turn(page + 1));
  const scroller = h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": `Table, ${shapeText(data)}` },
    h("table", {}, h("thead", {}, h("tr", {}, headers)), body),
  );

  function sort(column: number): void {
    sorting = nextSorting(sorting, column);
    indices = order(data, sorting);
    headers.forEach((header, at) => {
      const mine = sorting?.column === at ? sorting.direction : undefined;
      if (mine) header.setAttribute("aria-sort", mine);
      else header.removeAttribute("aria-sort");
      header.querySelector("svg")?.replaceWith(icon(mine ?? "ascending"));
    });
    turn(0);
  }

  function turn(to: number): void {
    page = Math.max(0, Math.min(pages - 1, to));
    const from = page * PAGE_ROWS;
    const shown = indices.slice(from, from + PAGE_ROWS);
    fill(body, shown.map(row));
    scroller.scrollTop = 0;
    setText(position, `${count(from + 1)}–${count(from + shown.length)}`);
    previous.disabled = page === 0;
    next.disabled = page === pages - 1;
  }

  function row(i: number): HTMLElement {
    const cells = data.rows[i] ?? [];
    return h(
      "tr",
      {},
      columns.map((column, at) => {
        const value = cells[at] ?? null;
        const name = classes(at);
        const index = column.role === "index";
        if (value === null) return h(index ? "th" : "td", { class: `${name} missing`, title: "missing" });
        const whole = cellText(value, column.dtype, places[at] ?? 0);
        const text = whole.length > CHARACTERS ? `${whole.slice(0, CHARACTERS)} …` : whole;
        return h(index ? "th" : "td", { class: name, scope: index && "row", title: text.length > 40 && text }, text);
      }),
    );
  }

  turn(0);
  return h(
    "div",
    { class: "output output-table", "data-testid": "output-table" },
    scroller,
    h(
      "div",
      { class: "output-tools" },
      h("span", { class: "shape", "data-testid": "table-shape" }, shapeText(data)),
      columns.length < data.columns.length && h("span", { class: "shape" }, `the first ${COLUMNS} columns are shown`),
      pages > 1 && h("span", { class: "pager" }, previous, position, next),
      tool("copy", "Copy", () => void copyText(separated(data, indices, "\t"))),
      tool("download", data.rows.length < data.shape[0] ? "CSV of these rows" : "CSV", () =>
        download(`${name}.csv`, new Blob([separated(data, indices, ",")], { type: "text/csv" })),
      ),
    ),
  );
}

function pageButton(label: string, name: string, click: () => void): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: `icon-button ${name}`, "aria-label": label, on: { click } },
    icon("chevron"),
  );
}

/** A small labelled button under an output. */
export function tool(name: Parameters<typeof icon>[0], label: string, click: () => void): HTMLButtonElement {
  return h("button", { type: "button", class: "tool", on: { click } }, icon(name), label);
}
