// A chart that can be touched. Its specification never enters this document: a frame of opaque origin draws it, with the
// chart's library inside and nothing else. The text beside it is the chart for who can't see or load the frame, and the
// picture that it gives of itself is what files have of it that are read elsewhere.

import { type ChartRequest, chartAnswer, PICTURE_BYTES } from "../../protocol/charts";
import type { Bundle, Chart } from "../../protocol/results";
import type { h } from "./dom";
import type { figureView } from "./figure-view";
import type { download } from "./hand-out";
import type { tool } from "./table-view";
import type { toast } from "./toast";

/**
 * What of the page is used here. It is handed over: imported, it would be cut out of the page's script, which would then
 * start a round trip later, for charts that most pages never show.
 */
export interface Kit {
  h: typeof h;
  tool: typeof tool;
  toast: typeof toast;
  download: typeof download;
  figureView: typeof figureView;
  /** Address of the frame that draws charts with this library. */
  address(kind: string): string;
  /** Takes the picture that the chart gives of itself once it is there. */
  keep(png: ArrayBuffer): void;
}

/** CSS pixels: before it is drawn, and at least and at most then. */
const HEIGHT = 450;
const LEAST = 60;
const MOST = 1_600;
/** Milliseconds that a frame which is in sight has until its chart is there. */
const PATIENCE_MS = 30_000;
/** Milliseconds that a chart has kept its height when it is taken a picture of, and bytes of one that is kept. */
const STILL_MS = 400;
const STILL_BYTES = 4 * 2 ** 20;
/** Answers that are heard. */
const ANSWERS = 200;
/** The first bytes of a PNG. */
const PNG = [0x89, 0x50, 0x4e, 0x47];

const LIBRARY = { plotly: "plotly", vegalite: "vega", vega: "vega", bokeh: "bokeh" } as const;
export type ChartKind = (typeof LIBRARY)[keyof typeof LIBRARY];

/** What draws a chart. */
export function kindOf({ mime }: Chart): ChartKind {
  const name = /^application\/vnd\.([a-z]+)\./.exec(mime)?.[1] as keyof typeof LIBRARY;
  return LIBRARY[name];
}

export function chartView(bundle: Bundle, chart: Chart, kit: Kit): { dom: HTMLElement; destroy: () => void } {
  const { h, tool, toast, download, figureView, keep } = kit;
  const kind = kindOf(chart);
  const told = bundle.text ?? bundle.alt ?? "";
  const frame = h("iframe", {
    class: "chart-frame",
    sandbox: "allow-scripts",
    // Megabytes of library: for who scrolls to the chart.
    loading: "lazy",
    src: kit.address(kind),
    title: told.slice(0, 200) || "Chart",
    referrerpolicy: "no-referrer",
    "data-testid": "output-chart",
    "data-state": "loading",
  });
  const box = h("div", { class: "chart-box" }, frame);
  box.style.setProperty("height", `${HEIGHT}px`);
  const plain = h("div", { class: "plain-text", dir: "auto", hidden: true }, told);
  const shape = h("span", { class: "shape" }, `${kind}, sealed: it reaches nothing`);
  const toggle = tool("text", "As text", () => shown(plain.hidden === true));
  const save = tool("download", "PNG", () => {
    wanted = true;
    ask();
  });
  save.disabled = true;
  toggle.setAttribute("aria-pressed", "false");
  let port: MessagePort | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let left = ANSWERS;
  let still: ReturnType<typeof setTimeout> | undefined;
  /** The next picture is for the person. */
  let wanted = false;

  function ask(): void {
    port?.postMessage({ type: "picture" } satisfies ChartRequest);
  }

  function shown(text: boolean): void {
    plain.hidden = !text;
    box.hidden = text;
    toggle.setAttribute("aria-pressed", String(text));
  }

  function failed(reason: string): void {
    clearTimeout(timer);
    frame.dataset.state = "failed";
    shape.textContent = `${kind} could not draw it: ${reason}`;
    if (bundle.png !== undefined) box.replaceWith(figureView(bundle, { wantSvg: () => undefined }).dom);
    else shown(true);
  }

  function drawn(height: number): void {
    clearTimeout(timer);
    frame.dataset.state = "drawn";
    save.disabled = false;
    box.style.setProperty("height", `${Math.min(MOST, Math.max(LEAST, height))}px`);
    clearTimeout(still);
    if (bundle.png === undefined) still = setTimeout(ask, STILL_MS);
  }

  function hear({ data }: MessageEvent<unknown>): void {
    left -= 1;
    if (left < 0) return port?.close();
    try {
      const answer = chartAnswer(data);
      if (answer?.type === "drawn") drawn(answer.height);
      else if (answer?.type === "failed" && frame.dataset.state === "loading") failed(answer.reason);
      else if (answer?.type === "picture") pictured(answer.png);
    } catch {
      // It is not the frame's usual talk, so nobody has to act on it.
    }
  }

  function pictured(given: ArrayBuffer | null): void {
    const png = given && isPicture(given) ? given : undefined;
    if (png && bundle.png === undefined && png.byteLength <= STILL_BYTES) keep(png);
    if (!wanted) return;
    wanted = false;
    if (png) download(`${bundle.name || "chart"}.png`, new Blob([png], { type: "image/png" }));
    else toast("This chart gave no picture of itself. A screenshot does.");
  }

  // One specification, through a port that only this load gets. A later load would be a navigation: it gets nothing.
  frame.addEventListener(
    "load",
    () => {
      const { port1, port2 } = new MessageChannel();
      port = port1;
      port1.onmessage = hear;
      frame.contentWindow?.postMessage({ type: "belljar-chart" }, "*", [port2]);
      port1.postMessage({ type: "draw", ...chart } satisfies ChartRequest);
      timer = setTimeout(() => failed("nothing came within half a minute."), PATIENCE_MS);
    },
    { once: true },
  );
  const dom = h(
    "figure",
    { class: "output output-chart" },
    box,
    plain,
    h("figcaption", { class: "output-tools" }, shape, h("span", { class: "spring" }), save, toggle),
  );
  const destroy = () => {
    clearTimeout(timer);
    clearTimeout(still);
    port?.close();
  };
  return { dom, destroy };
}

function isPicture(png: ArrayBuffer): boolean {
  const start = new Uint8Array(png, 0, Math.min(PNG.length, png.byteLength));
  return png.byteLength <= PICTURE_BYTES && PNG.every((byte, at) => start[at] === byte);
}
