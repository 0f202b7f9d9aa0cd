// The row under a table in which one looks for rows: a text in any column, and a condition on one.

import type { TableData } from "../../protocol/results";
import { CONDITIONS, type Condition, type Selection } from "../model/table-source";
import { h } from "./dom";
import { icon } from "./icons";

/** Milliseconds after the last letter. */
const PAUSE_MS = 250;
/** Columns to choose from. */
const MOST = 500;

export function tableFilter(
  data: TableData,
  select: (part: Selection) => void,
  opened: () => void,
): { row: HTMLElement; toggle: HTMLElement } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (change: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(change, PAUSE_MS);
  };
  const search = h("input", {
    type: "search",
    class: "field",
    placeholder: "Find in all rows",
    "aria-label": "Find in all rows of the table",
    "data-testid": "table-search",
    on: { input: () => soon(() => select({ search: search.value.trim() || undefined })) },
  });
  const column = h(
    "select",
    { class: "field", "aria-label": "Column of the condition", on: { change: () => apply() } },
    h("option", { value: "" }, "every row"),
    data.columns
      .slice(0, MOST)
      .map(({ name, role }, at) => h("option", { value: at }, name || (role === "index" ? "index" : "no name"))),
  );
  const by = h(
    "select",
    { class: "field", "aria-label": "Condition", disabled: true, on: { change: () => apply() } },
    CONDITIONS.map((one) => h("option", { value: one }, one === "missing" || one === "present" ? `is ${one}` : one)),
  );
  const value = h("input", {
    class: "field",
    "aria-label": "Value of the condition",
    disabled: true,
    on: { input: () => soon(apply) },
  });

  function apply(): void {
    const [at, how] = [column.value, by.value as Condition];
    by.disabled = at === "";
    value.disabled = at === "" || how === "missing" || how === "present";
    const open = at === "" || (!value.disabled && value.value === "");
    select({ filter: open ? undefined : { column: Number(at), by: how, value: value.value.trim() } });
  }

  const row = h(
    "div",
    { class: "table-filter", role: "group", "aria-label": "Find rows", hidden: true },
    search,
    column,
    by,
    value,
  );
  const toggle = h(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-expanded": "false",
      "data-testid": "table-find",
      on: {
        click: () => {
          row.hidden = !row.hidden;
          toggle.setAttribute("aria-expanded", String(!row.hidden));
          if (row.hidden) return;
          search.focus();
          opened();
        },
      },
    },
    icon("zoom"),
    "Find",
  );
  return { row, toggle };
}
