// Dialogs and notices of the cells: in an element of their own at the end of the page, dressed as the last cell that was used.

import { h } from "../../page/view/dom";
import { placeAt } from "../../page/view/places";
import type { Face } from "../contract";
import { adopt } from "./styles";

let root: HTMLElement | undefined;
let toasts: HTMLElement | undefined;
let last: Face;

/** From now on views of this cell, and of all others, put there what has no place in a cell. */
export function settle(face: Face): void {
  last = face;
  placeAt({
    dialogs: () => overlay().dialogs,
    toasts: () => overlay().toasts,
    output: () => new URL("output.html", last.base).href,
    chart: (kind) => new URL(`charts/${kind}.html`, last.base).href,
    dark: () => last.parts.root.dataset.theme === "dark",
  });
}

function overlay(): { dialogs: HTMLElement; toasts: HTMLElement } {
  if (!root || !toasts || !root.isConnected) {
    const host = h("div", { "data-belljar-overlay": true });
    const shadow = host.attachShadow({ mode: "open" });
    toasts = h("div", { class: "toasts", role: "status" });
    root = h("div", { class: "root overlay" }, toasts);
    // The cell's own sheets are its tokens and its bar.
    const from = last.parts.root.getRootNode() as ShadowRoot;
    shadow.adoptedStyleSheets = [...from.adoptedStyleSheets];
    shadow.append(root);
    adopt(shadow);
    document.body.append(host);
  }
  const { dataset, style } = last.parts.root;
  Object.assign(root.dataset, { theme: dataset.theme, look: dataset.look });
  for (const name of ["--rem", "--page-sans", "--page-mono", "--page-code-size"]) {
    root.style.setProperty(name, style.getPropertyValue(name));
  }
  return { dialogs: root, toasts };
}
