// Seal: what this page has fetched, and what the sandbox was refused.

import { bytes, count, duration, plural } from "../model/format";
import { lacks, type Started, type StepRow, startNote, startSummary, stepRows } from "../model/start";
import type { Attempt, Fetched, Traffic } from "../model/traffic";
import { announce } from "./announce";
import { byId, fill, h, setText } from "./dom";
import { icon } from "./icons";

export interface SealPanel {
  update(): void;
}

export function sealPanel(
  traffic: Traffic,
  started: () => Started | undefined,
  explain: () => void,
  test: () => void,
): SealPanel {
  const line = h("p", { class: "seal-line", "data-testid": "seal-summary" });
  const blocked = h("ul", { class: "attempts", "aria-label": "Blocked attempts", "data-testid": "seal-blocked" });
  const fetchedSummary = h("summary", {});
  const fetched = h("ul", { class: "fetched", "data-testid": "seal-fetched" });
  const details = h(
    "details",
    {},
    fetchedSummary,
    h(
      "p",
      { class: "start-note" },
      "Counted as left: addresses you opened, names of packages that code asked for, files from other servers. Not seen from here: when and how often something was asked for, the browser's own look-ups, other tabs, extensions.",
    ),
    fetched,
  );
  const startSummaryLine = h("summary", { "data-testid": "start-summary" });
  const startNoteLine = h("p", { class: "start-note", "data-testid": "start-note" });
  const steps = h("ol", { class: "steps", "aria-label": "Steps of the start", "data-testid": "start-steps" });
  const start = h("details", { hidden: true }, startSummaryLine, startNoteLine, steps);
  const lacking = h("ul", { class: "start-note", "data-testid": "browser-lacks" });
  const browser = h("details", { hidden: true }, h("summary", {}, "What this browser can’t do"), lacking);
  fill(
    byId("seal-body"),
    line,
    blocked,
    details,
    start,
    browser,
    h(
      "p",
      { class: "seal-links" },
      h(
        "button",
        { type: "button", class: "link", "data-testid": "seal-explain", on: { click: explain } },
        "What this means",
      ),
      h("button", { type: "button", class: "link", "data-testid": "seal-test", on: { click: test } }, "Test it"),
    ),
  );
  details.addEventListener("toggle", () => drawFetched());
  let told = 0;
  let frame = 0;

  function drawFetched(): void {
    if (details.open) fill(fetched, traffic.fetched.map(fetchedRow));
  }

  function drawStart(): void {
    const how = started();
    start.hidden = how === undefined;
    const sentences = how ? lacks(how) : [];
    browser.hidden = sentences.length === 0;
    if (!how) return;
    if (lacking.childElementCount !== sentences.length)
      fill(
        lacking,
        sentences.map((one) => h("li", {}, one)),
      );
    setText(startSummaryLine, startSummary(how));
    setText(startNoteLine, startNote(how) ?? "");
    startNoteLine.hidden = startNote(how) === undefined;
    if (start.open) fill(steps, stepRows(how).map(stepRow));
  }
  start.addEventListener("toggle", drawStart);

  function draw(): void {
    frame = 0;
    drawStart();
    const { blockedCount, attempts } = traffic;
    setText(line, traffic.summary());
    line.classList.toggle("has-blocked", blockedCount > 0);
    fill(blocked, attempts.slice(-50).reverse().map(attemptRow));
    const cached = traffic.cachedBytes > 0 ? `, ${bytes(traffic.cachedBytes)} cached` : "";
    setText(fetchedSummary, `${plural(traffic.fetched.length, "file")} fetched, ${bytes(traffic.sentBytes)}${cached}`);
    drawFetched();
    for (const badge of document.querySelectorAll("[data-count=seal]"))
      setText(badge, blockedCount > 0 ? count(blockedCount) : "");
    if (blockedCount > told) announce(`${plural(blockedCount, "attempt")} blocked`);
    told = blockedCount;
  }
  draw();
  return {
    update() {
      // A loop of refused requests reports thousands of times: once per frame is enough.
      if (frame === 0) frame = requestAnimationFrame(draw);
    },
  };
}

function attemptRow({ what, target, times }: Attempt): HTMLElement {
  return h(
    "li",
    {},
    icon("blocked"),
    h(
      "span",
      { dir: "auto" },
      what,
      target !== "" && target !== what && [" ", h("bdi", { class: "target", title: target }, target)],
    ),
    times > 1 && h("span", { class: "size" }, `${count(times)}×`),
  );
}

function stepRow({ name, ms, from, width }: StepRow): HTMLElement {
  const bar = h("span", { class: "step-bar", "aria-hidden": "true" });
  bar.style.setProperty("--from", String(from));
  bar.style.setProperty("--width", String(width));
  return h("li", {}, h("span", { class: "step-name" }, name), h("span", { class: "size" }, duration(ms)), bar);
}

function fetchedRow({ url, bytes: size, sent, fromCache, own }: Fetched): HTMLElement {
  const { pathname, host } = new URL(url);
  // Content-addressed paths are long and say nothing; the last part does.
  const name = pathname.split("/").filter(Boolean).at(-1) ?? "the page";
  return h(
    "li",
    { title: `${url} (${bytes(size)} unpacked)` },
    h("span", { class: "file-name" }, own ? name : `${host} ${name}`),
    h("span", { class: "size" }, fromCache ? `${bytes(size)}, cached` : bytes(sent ?? size)),
  );
}
