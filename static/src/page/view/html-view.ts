// An HTML result. Its markup never enters this document: a frame of opaque origin cleans it and shows it in a second frame without scripts.

import { estimateHeight } from "../model/htmlsize";
import { h } from "./dom";
import { places } from "./places";
import { tool } from "./table-view";

/** `text`: the plain form of the same result, to switch to. */
export function htmlView(html: string, text: string | undefined): HTMLElement {
  const frame = h("iframe", {
    class: "html-frame",
    sandbox: "allow-scripts",
    src: places().output(),
    title: "HTML result",
    referrerpolicy: "no-referrer",
    "data-testid": "output-html",
  });
  const box = h("div", { class: "html-box" }, frame);
  box.style.setProperty("height", `${estimateHeight(html, 720)}px`);
  // One message, through a port that only this load gets. A later load would be a navigation: it gets nothing.
  frame.addEventListener(
    "load",
    () => {
      const { port1, port2 } = new MessageChannel();
      frame.contentWindow?.postMessage({ type: "belljar-output" }, "*", [port2]);
      port1.postMessage({ html, dark: places().dark() });
    },
    { once: true },
  );
  const plain = h("div", { class: "plain-text", dir: "auto", hidden: true }, text ?? "");
  const toggle = tool("text", "As text", () => {
    plain.hidden = !plain.hidden;
    box.hidden = !plain.hidden;
    toggle.setAttribute("aria-pressed", String(box.hidden));
  });
  toggle.setAttribute("aria-pressed", "false");
  const grow = tool("zoom", "Taller", () => {
    box.style.setProperty("height", `${Math.round(box.getBoundingClientRect().height * 1.6)}px`);
  });
  return h(
    "div",
    { class: "output output-html" },
    box,
    plain,
    h(
      "div",
      { class: "output-tools" },
      h("span", { class: "shape" }, "HTML, shown without scripts"),
      h("span", { class: "spring" }),
      grow,
      text !== undefined && toggle,
    ),
  );
}
