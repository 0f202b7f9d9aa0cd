// The script of pages with cells, served as /embed.js: makes code that stands in a page runnable, whichever way it is named.
//
//   <script type="module" src="https://belljar.example/embed.js"></script>
//   <bell-jar><pre>print("hello")</pre></bell-jar>        a cell around its code
//   <bell-jar selector="pre.python"></bell-jar>           every match in the page
//   <pre data-belljar>print("hello")</pre>                a cell below its code

import { BellJar } from "./element";
import { NAMES } from "./markup";
import { blockOf, isLineNumbers } from "./source";

const TAG = "bell-jar";

/** The cell of each piece of code. */
const attached = new WeakMap<Element, BellJar>();

/** What attributes say, by name; values that are true stand alone. */
export type AttachOptions = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes the code of an element runnable; gives its cell, which stands behind it. A second time it gives the same one. */
export function attach(target: HTMLElement, options: AttachOptions = {}): BellJar {
  const inside = target.closest(TAG);
  const known = attached.get(target) ?? (inside instanceof BellJar ? inside : undefined);
  if (known?.isConnected) return known;
  const given = new Map<string, string>();
  for (const name of NAMES) {
    const value = options[name] ?? target.dataset[name];
    if (value !== undefined && value !== false) given.set(name, value === true ? "" : String(value));
  }
  const cell = (document.createElement(TAG) as BellJar).beside({ target, given });
  attached.set(target, cell);
  blockOf(target).after(cell);
  return cell;
}

function scan(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-belljar]:not(script, bell-jar)")) attach(element);
  for (const group of document.querySelectorAll(`${TAG}[selector]`)) {
    const options = Object.fromEntries(group.getAttributeNames().map((name) => [name, group.getAttribute(name) ?? ""]));
    for (const element of matches(group)) attach(element, options);
  }
}

function matches(group: Element): HTMLElement[] {
  const selector = group.getAttribute("selector") ?? "";
  try {
    return [...document.querySelectorAll<HTMLElement>(selector)].filter((element) => !isLineNumbers(element));
  } catch {
    if (!group.hasAttribute("data-belljar-told")) {
      group.setAttribute("data-belljar-told", "");
      const sentence = `selector="${selector}" is no selector of CSS.`;
      group.dispatchEvent(new CustomEvent("belljar-error", { detail: { message: sentence }, bubbles: true }));
      console.error(`bell-jar: ${sentence}`);
    }
    return [];
  }
}

if (customElements.get(TAG)) console.warn("bell-jar: embed.js is in this page twice; the first one is used.");
else {
  customElements.define(TAG, BellJar);
  const start = () => {
    scan();
    // Pages that change their content without a load bring cells with it.
    let waiting = false;
    new MutationObserver((changes) => {
      if (waiting || !changes.some(({ addedNodes }) => addedNodes.length > 0)) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        scan();
      }, 50);
    }).observe(document.body, { childList: true, subtree: true });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, { once: true });
  else start();
}
