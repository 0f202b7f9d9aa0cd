// The inner document of a chart's frame: takes one specification through a port, has it drawn, and tells how tall it is.
//
// What a specification could do here is what its library does with data: no code of it is ever evaluated (no 'unsafe-eval'),
// no address but data: is loaded, and markup that a library makes of a title is cleaned on its way into the document.

import { type ChartAnswer, chartRequest } from "../protocol/charts";

export interface Drawn {
  /** A PNG of what is shown now, or null where there can be none. */
  picture(): Promise<Blob | null>;
}

/** Draws a specification, parsed, into an element. Throws, or rejects, with what the library says. */
export type Draw = (spec: unknown, root: HTMLElement, mime: string) => Promise<Drawn>;

/** CSS pixels that count as another height, and how often at most one is told. */
const STEP = 2;
const TIMES = 40;

export function serve(draw: Draw): void {
  const root = document.getElementById("chart");
  if (!root) return;
  const greet = ({ source, ports: [port] }: MessageEvent<unknown>) => {
    if (source !== window.parent || !port) return;
    removeEventListener("message", greet);
    listen(port, root, draw);
  };
  addEventListener("message", greet);
}

function listen(port: MessagePort, root: HTMLElement, draw: Draw): void {
  const say = (answer: ChartAnswer, transfer: Transferable[] = []) => port.postMessage(answer, transfer);
  let drawn: Promise<Drawn> | undefined;
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const request = chartRequest(data);
    if (request?.type === "draw") {
      drawn ??= Promise.resolve().then(() => draw(JSON.parse(request.spec), root, request.mime));
      drawn.then(
        () => watch(root, (height) => say({ type: "drawn", height })),
        (error: unknown) => say({ type: "failed", reason: sentence(error) }),
      );
    } else if (request?.type === "picture") {
      const made = drawn?.then((one) => one.picture()).then((blob) => blob?.arrayBuffer());
      void Promise.resolve(made).then(
        (png) => say({ type: "picture", png: png ?? null }, png ? [png] : []),
        () => say({ type: "picture", png: null }),
      );
    }
  };
}

/** Tells the height now, and when it becomes another one. */
function watch(root: HTMLElement, tell: (height: number) => void): void {
  let last = -1;
  let left = TIMES;
  const look = () => {
    const height = Math.ceil(Math.max(root.scrollHeight, root.getBoundingClientRect().height));
    if (left <= 0 || Math.abs(height - last) < STEP) return;
    last = height;
    left -= 1;
    tell(height);
  };
  look();
  new ResizeObserver(look).observe(root);
}

function sentence(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
}

/** A picture out of a canvas; null where it has taken in what it may not give out. */
export async function pictureOf(canvas: HTMLCanvasElement): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
