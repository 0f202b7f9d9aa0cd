// A model's words: Markdown without HTML, in which "[step 2]" leads to that step.

import { h } from "../../page/view/dom";
import { markdownView } from "../../page/view/markdown-view";

/** "[step 2]", "[steps 2, 3]"; at most ten numbers. */
const CITED = /\[steps? (\d{1,3}(?:(?:, | and )(?:step )?\d{1,3}){0,9})\]/gi;

/** `cite`: gives what happens when a step's number is pressed; undefined where there is no such step. */
export function wordsView(text: string, cite: (step: number) => (() => void) | undefined): HTMLElement {
  const dom = markdownView(text);
  const walker = document.createTreeWalker(dom, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.nodeValue?.includes("[step") && !node.parentElement?.closest("code")) found.push(node as Text);
  for (const node of found) node.replaceWith(...cited(node.data, cite));
  return dom;
}

function cited(text: string, cite: (step: number) => (() => void) | undefined): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let from = 0;
  for (const match of text.matchAll(CITED)) {
    const numbers = match[1]?.match(/\d{1,3}/g) ?? [];
    parts.push(text.slice(from, match.index));
    for (const number of numbers) {
      const click = cite(Number(number));
      // A step that there isn't proves nothing, and looks like it.
      parts.push(
        click
          ? h("button", { type: "button", class: "cite", "data-testid": "cite", on: { click } }, `step ${number}`)
          : h("span", { class: "cite none", title: "There is no such step." }, `step ${number}?`),
      );
    }
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}
