// A data frame as a table: header that stays, sorting, search, a filter, pages of fifty, and its whole shape always in sight.

import type { TableData } from "../../protocol/results";
import { count } from "../model/format";
import {
  cellText,
  decimals,
  isNumeric,
  nextSorting,
  PAGE_ROWS,
  type Sorting,
  separated,
  shapeText,
} from "../model/table";
import { type Asked, indexColumns, type Rows, type Selection, sourceOf, type TableAsk } from "../model/table-source";
import { fill, h, setText } from "./dom";
import { copyText, download } from "./hand-out";
import { icon } from "./icons";
import { tableFilter } from "./table-filter";
import { toast } from "./toast";

/** Columns beside the index, and characters of a cell, that are drawn; what is copied or downloaded has them all. */
const COLUMNS = 100;
const CHARACTERS = 1_000;
/** Rows that decide how a column is written. */
const SAMPLE = 1_000;
/** A table of no more rows is searched with the eyes. */
const FEW = 10;

export interface TableOptions {
  /** Over the table, where it has one. */
  name?: string | undefined;
  ask?: TableAsk | undefined;
  /** Reads a file that Python wrote. */
  read?: ((path: string) => Promise<Blob>) | undefined;
}

export function tableView(data: TableData, { name, ask, read }: TableOptions = {}): HTMLElement {
  const source = sourceOf(data, ask);
  const index = indexColumns(data);
  const sample = data.rows.slice(0, SAMPLE);
  // The first index column stays in sight while the others scroll.
  const sticky = data.columns[0]?.role === "index";
  let selection: Selection = {};
  let sorting: Sorting | undefined;
  let [page, left, matched] = [0, 0, data.shape[0]];
  let shown: Rows = data;
  let asking = 0;

  const head = h("tr");
  const body = h("tbody");
  const shape = h("span", { class: "shape", "data-testid": "table-shape", role: "status" });
  const wait = h("span", { class: "spinner", role: "img", "aria-label": "Asking Python", hidden: true });
  const position = h("input", {
    class: "page-number",
    inputmode: "numeric",
    "aria-label": "Page",
    size: 3,
    on: { change: () => turn(Number.parseInt(position.value, 10) - 1) },
  });
  const pagesText = h("span", { class: "page-position" });
  const previous = pageButton("Previous page", "chevron-left", () => turn(page - 1));
  const next = pageButton("Next page", "chevron-right", () => turn(page + 1));
  const pager = h("span", { class: "pager" }, previous, position, pagesText, next);
  const columnsText = h("span", { class: "shape" });
  const lefter = pageButton("Columns before", "chevron-left", () => slide(left - COLUMNS));
  const righter = pageButton("Columns behind", "chevron-right", () => slide(left + COLUMNS));
  const wide = h("span", { class: "pager" }, lefter, columnsText, righter);
  const scroller = h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "group", "aria-label": `Table, ${shapeText(data, source.whole)}` },
    h("table", {}, name !== undefined && h("caption", {}, name), h("thead", {}, head), body),
  );

  /** A column's number in the whole table. */
  const whole = (at: number) => (at < index ? at : at + left);
  const pages = () =>
    Math.max(1, Math.ceil((source.whole ? matched : Math.min(matched, data.rows.length)) / PAGE_ROWS));

  function slide(to: number): void {
    left = Math.max(0, Math.min(to, Math.floor((data.shape[1] - 1) / COLUMNS) * COLUMNS));
    turn(page);
  }

  function select(part: Selection): void {
    selection = { ...selection, ...part };
    turn(0);
  }

  function turn(to: number): void {
    page = Number.isFinite(to) ? Math.max(0, Math.min(pages() - 1, to)) : page;
    const asked: Asked = {
      ...selection,
      sort: sorting,
      from: page * PAGE_ROWS,
      rows: PAGE_ROWS,
      left,
      columns: COLUMNS,
    };
    asking += 1;
    const got = source.page(asked);
    if (!(got instanceof Promise)) return draw(got);
    wait.hidden = false;
    void take(asked, got, asking);
  }

  /** Draws what comes; of a search first what is found soon, and then how many rows it is. */
  async function take(asked: Asked, coming: Promise<Rows>, turnOf: number): Promise<void> {
    try {
      let rows = await coming;
      if (turnOf !== asking) return;
      draw(rows);
      while (rows.seen !== undefined) {
        rows = await source.page({ ...asked, on: true });
        if (turnOf !== asking || !scroller.isConnected) return;
        if (rows.rows.length === shown.rows.length) tell(rows);
        else draw(rows, true);
      }
    } catch (error) {
      if (turnOf !== asking) return;
      wait.hidden = true;
      toast(error instanceof Error ? error.message : "Python did not answer.", undefined, "table");
    }
  }

  function draw(rows: Rows, more = false): void {
    const { columns } = rows;
    const numeric = columns.map((column, at) =>
      isNumeric(column, left === 0 && sample.length > 0 ? sample : rows.rows, at),
    );
    const places = columns.map((_, at) => decimals((left === 0 ? sample : rows.rows).map((row) => row[at] ?? null)));
    const classes = (at: number) =>
      [numeric[at] ? "number" : "", columns[at]?.role === "index" ? "index" : "", sticky && at === 0 ? "pinned" : ""]
        .filter(Boolean)
        .join(" ");
    if (!more)
      fill(
        head,
        columns.map((column, at) => header(column, whole(at), classes(at))),
      );
    fill(
      body,
      rows.rows.map((cells) =>
        h(
          "tr",
          {},
          columns.map((column, at) => {
            const value = cells[at] ?? null;
            const name = classes(at);
            const isIndex = column.role === "index";
            const tag = isIndex ? "th" : "td";
            if (value === null) return h(tag, { class: `${name} missing`, scope: isIndex && "row", title: "missing" });
            const all = cellText(value, column.dtype, places[at] ?? 0);
            const text = all.length > CHARACTERS ? `${all.slice(0, CHARACTERS)} …` : all;
            return h(tag, { class: name, scope: isIndex && "row", title: text.length > 40 && text }, text);
          }),
        ),
      ),
    );
    if (!more) scroller.scrollTop = 0;
    tell(rows);
  }

  /** How many rows there are, or are known so far. */
  function tell(rows: Rows): void {
    shown = rows;
    matched = rows.shape[0];
    wait.hidden = rows.seen === undefined;
    const all = shapeText(data, source.whole);
    const some = selection.search || selection.filter;
    // Nobody is read a number that is not the last.
    shape.ariaBusy = String(rows.seen !== undefined);
    setText(
      shape,
      rows.seen !== undefined
        ? `${count(matched)} of the first ${count(rows.seen)} match, of ${all}`
        : some
          ? `${count(matched)} of ${all} match`
          : all,
    );
    pager.hidden = pages() === 1;
    if (document.activeElement !== position) position.value = String(page + 1);
    setText(pagesText, `of ${count(pages())}`);
    previous.disabled = page === 0;
    next.disabled = page >= pages() - 1;
    const { columns } = rows;
    wide.hidden = data.shape[1] <= COLUMNS || (!source.whole && data.columns.length - index <= COLUMNS);
    setText(columnsText, `columns ${count(left + 1)}–${count(left + columns.length - index)}`);
    lefter.disabled = left === 0;
    righter.disabled = left + COLUMNS >= (source.whole ? data.shape[1] : data.columns.length - index);
  }

  function header({ name, dtype, role }: TableData["columns"][number], column: number, classes: string): HTMLElement {
    const mine = sorting?.column === column ? sorting.direction : undefined;
    const title = `${name || "index"}: ${dtype}`;
    const label = name === "" && h("span", { class: "visually-hidden" }, role === "index" ? "index" : "no name");
    const text = h("span", { class: "column-name" }, name);
    // What is here of a cut table can't be sorted truly.
    if (!source.whole)
      return h("th", { scope: "col", class: classes, title }, h("span", { class: "plain-head" }, label, text));
    const press = () => {
      sorting = nextSorting(sorting, column);
      turn(0);
      head.querySelectorAll<HTMLElement>("button")[focusAt]?.focus();
    };
    const focusAt = head.childElementCount;
    // Who points at it may press it: a million texts take Python longer than a press.
    const aim = () => void source.prepare?.({ sort: column });
    return h(
      "th",
      { scope: "col", class: classes, title, "aria-sort": mine },
      h(
        "button",
        { type: "button", on: { click: press, pointerenter: aim, focus: aim } },
        label,
        text,
        icon(mine ?? "ascending"),
      ),
    );
  }

  async function csv(): Promise<void> {
    const title = name ?? "table";
    try {
      wait.hidden = false;
      const got = await source.csv({ ...selection, sort: sorting }, title);
      if ("text" in got) download(`${title}.csv`, new Blob([got.text], { type: "text/csv" }));
      else if (read) {
        download(got.path, await read(got.path));
        toast(
          `All ${shown.seen === undefined ? count(matched) : "matching"} rows are in ${got.path}, which is in Files, too.`,
        );
      }
    } catch (error) {
      toast(error instanceof Error ? error.message : "The file could not be made.");
    } finally {
      wait.hidden = true;
    }
  }

  /** Column by column, so that cells run in between. Texts and times first: what is typed is mostly of them. */
  async function readTexts(): Promise<void> {
    const numbers = (at: number) => Number(/^(u?int|float)/i.test(data.columns[at]?.dtype ?? ""));
    const order = data.columns.map((_, at) => at).sort((a, b) => numbers(a) - numbers(b));
    for (const text of order) await source.prepare?.({ text });
  }

  const filter = source.whole && data.shape[0] > FEW ? tableFilter(data, select, readTexts) : undefined;
  turn(0);
  return h(
    "div",
    { class: "output output-table", "data-testid": "output-table" },
    scroller,
    filter?.row,
    h(
      "div",
      { class: "output-tools" },
      shape,
      wait,
      pager,
      wide,
      filter?.toggle,
      tool(
        "copy",
        pages() > 1 ? "Copy page" : "Copy",
        () =>
          void copyText(
            separated(
              shown,
              shown.rows.map((_, i) => i),
              "\t",
            ),
          ),
      ),
      tool("download", source.whole ? "CSV" : "CSV of these rows", () => void csv()),
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
