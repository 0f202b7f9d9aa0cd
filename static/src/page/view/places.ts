// Where views put what has no place among the outputs: dialogs and notices; and what the frame of HTML results is told.
// The page's own, unless whoever embeds the views says otherwise.

import { byId } from "./dom";

export interface Places {
  /** Holds dialogs while they are open. */
  dialogs(): Node & ParentNode;
  /** Holds notices. */
  toasts(): Element;
  /** Address of the frame that shows HTML. By its content, so that a browser asks the server once for all results. */
  output(): string;
  /** Address of the frame that draws charts with this library. */
  chart(kind: string): string;
  /** The surroundings are dark. */
  dark(): boolean;
}

let current: Places = {
  dialogs: () => document.body,
  toasts: () => byId("toasts"),
  output: () => {
    const { base = "", output = "output" } = document.documentElement.dataset;
    return new URL(`${base}${output}`, document.baseURI).href;
  },
  chart: (kind) => {
    const { base = "", charts = "" } = document.documentElement.dataset;
    const named = charts.split(" ").find((one) => one.startsWith(`${kind}-`)) ?? kind;
    return new URL(`${base}charts/${named}.html`, document.baseURI).href;
  },
  dark: () => document.documentElement.dataset.theme === "dark",
};

/** Other places, from now on. */
export function placeAt(others: Places): void {
  current = others;
}

export function places(): Places {
  return current;
}
