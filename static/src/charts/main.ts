// The outer document of a chart's frame: holds another one, in which the chart's library draws, and hands it the page's port.
//
//   host page ──(one port)──► this document ──(srcdoc)──► <iframe sandbox="allow-scripts"> with the library
//
// Code that tricked the library could send its own document elsewhere, with what the chart says in the address, where the
// page around has no policy on frames. It is a frame of this document's, whose policy lets no frame go anywhere.

import { dropUngoverned } from "../common/realm";
import { markupPolicy } from "./markup";

dropUngoverned();
const asMarkup = markupPolicy("belljar-chart", (markup) => markup);

function open(port: MessagePort): void {
  const template = document.querySelector("template");
  if (!template) return;
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.title = "Chart";
  // One port, for the first document there. A later one would be where a chart has gone: it gets nothing.
  frame.addEventListener("load", () => frame.contentWindow?.postMessage("belljar-chart", "*", [port]), { once: true });
  frame.srcdoc = asMarkup(`<!doctype html><meta charset="utf-8">
<meta http-equiv="x-dns-prefetch-control" content="off"><meta name="referrer" content="no-referrer">
<style>html,body{margin:0;background:#fff;font:14px/1.5 system-ui,sans-serif}body{overflow:auto}</style>
<body><div id="chart"></div>${template.innerHTML}`);
  document.body.replaceChildren(frame);
}

function greet(event: MessageEvent<unknown>): void {
  const [port] = event.ports;
  if (event.source !== window.parent || !port) return;
  removeEventListener("message", greet);
  open(port);
}

addEventListener("message", greet);
