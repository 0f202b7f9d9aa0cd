// What has left: every request as it was sent, to whom, how large; to be saved as a file.

import type { LedgerEntry } from "../../ask/index";
import { count, plural } from "../../page/model/format";
import { fill, h, setText } from "../../page/view/dom";
import { download } from "../../page/view/hand-out";
import { icon } from "../../page/view/icons";
import { hostOf, moneyOf } from "../model/models";

/** Characters of a body that are drawn; the file has them all. */
const SHOWN = 200_000;

const times = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Gives what draws the entries of all questions, the newest first. `demo`: what is asked now has no network. */
export function ledgerView(place: HTMLElement): (entries: readonly LedgerEntry[], demo: boolean) => void {
  const total = h("p", { class: "ledger-total", "data-testid": "ledger-total" });
  const list = h("ol", { class: "ledger", "aria-label": "Requests", reversed: true });
  const save = h(
    "button",
    {
      type: "button",
      class: "tool",
      "data-testid": "ledger-save",
      on: { click: () => download("ledger.json", new Blob([text], { type: "application/json" })) },
    },
    icon("download"),
    "Save the list",
  );
  let text = "";
  let drawn = "";
  const open = new Set<string>();
  fill(place, total, list, save);
  return (entries, demo) => {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const key = JSON.stringify([entries.map(({ at, id, status, tokens }) => [at, id, status, tokens]), demo]);
    if (key === drawn) return;
    drawn = key;
    text = JSON.stringify({ version: 1, bytes, entries }, null, 2);
    setText(
      total,
      entries.length > 0
        ? `${plural(entries.length, "request")}, ${count(bytes)} bytes. Keys are in none of them.`
        : demo
          ? "Nothing. The demo model runs in this page, without a network."
          : "Nothing yet.",
    );
    save.hidden = entries.length === 0;
    for (const badge of document.querySelectorAll("[data-count=ledger]"))
      setText(badge, entries.length > 0 ? String(entries.length) : "");
    fill(
      list,
      [...entries].reverse().map((entry) => {
        const name = `${entry.at} ${entry.id}`;
        const body = h("pre", { class: "as-sent", tabindex: 0, "data-testid": "ledger-body-text" });
        const look = () => {
          if (body.textContent === "") body.append(entry.body.slice(0, SHOWN), entry.body.length > SHOWN ? " …" : "");
        };
        if (open.has(name)) look();
        const details = h(
          "details",
          {
            open: open.has(name),
            on: {
              toggle: () => {
                if (!details.open) return void open.delete(name);
                open.add(name);
                look();
              },
            },
          },
          h("summary", {}, h("span", {}, `${count(entry.bytes)} bytes to `, h("bdi", {}, hostOf(entry.to)))),
          h("p", { class: "hint" }, factsOf(entry)),
          body,
        );
        return h("li", { "data-testid": "ledger-entry" }, details);
      }),
    );
  };
}

function factsOf({ method, to, at, status, tokens, bits, cost }: LedgerEntry): string {
  const { input, output } = tokens;
  const used = input === undefined && output === undefined ? [] : [`${count((input ?? 0) + (output ?? 0))} tokens`];
  const answered = typeof status === "number" ? `answered ${status}` : status;
  const paid = cost === undefined ? [] : [`costs about ${moneyOf(cost, "USD")}`];
  const choice = bits ? [`at most ${Math.ceil(bits)} bits by choice of reports`] : [];
  return [times.format(new Date(at)), `${method} ${to}`, answered, ...used, ...paid, ...choice].join(" · ");
}
