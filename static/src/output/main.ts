// The output frame's script: shows untrusted HTML so that it can neither run nor reach anything.
// Runs in an iframe of opaque origin whose CSP names only this script's hash.
//
//   host page ──(one port)──► this frame ──(srcdoc)──► <iframe sandbox=""> without scripts, with a CSP of its own
//
// Three layers, each enough alone: elements that load or steer are taken out; the inner frame's sandbox runs no script,
// submits no form, opens nothing; and both documents' policies allow no address but data: images.

import { clean, POLICY } from "./clean";

function show(html: string, dark: boolean): void {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.title = "HTML result";
  frame.style.setProperty("height", "100vh");
  frame.srcdoc = page(clean(html), dark);
  document.body.replaceChildren(frame);
}

function page(body: string, dark: boolean): string {
  const style = `html{color-scheme:${dark ? "dark" : "light"}}body{margin:12px;font:14px/1.5 system-ui,sans-serif}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:3px 10px;border-bottom:1px solid #8884;text-align:right}
img,svg{max-width:100%}pre{white-space:pre-wrap}`;
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${style}</style>${body}`;
}

// One greeting from the embedding page brings the port; whatever comes later, from whomever, is not heard.
function greet(event: MessageEvent<unknown>): void {
  const [port] = event.ports;
  if (event.source !== window.parent || !port) return;
  removeEventListener("message", greet);
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== "object" || data === null) return;
    const { html, dark } = data as { html?: unknown; dark?: unknown };
    if (typeof html === "string") show(html, dark === true);
  };
}

addEventListener("message", greet);
