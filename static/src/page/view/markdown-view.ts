// Markdown as elements, built from its tree; every string goes in as text.

import { type Block, type Inline, parse } from "../model/markdown";
import { addressButton } from "./address";
import { h } from "./dom";

/** Characters of a text that is read as Markdown. */
const LONGEST = 200_000;

export function markdownView(source: string): HTMLElement {
  const blocks = source.length > LONGEST ? [] : parse(source).map(block);
  const rest = source.length > LONGEST && block({ type: "rest", text: source });
  return h("div", { class: "prose", dir: "auto" }, blocks, rest);
}

function block(one: Block): HTMLElement {
  switch (one.type) {
    case "heading":
      // The page's own heading is h1.
      return h(
        (["h2", "h3", "h4", "h5"] as const)[one.level - 1] ?? "h5",
        { class: `level-${one.level}` },
        spans(one.children),
      );
    case "paragraph":
      return h("p", {}, spans(one.children));
    case "code":
      return h("pre", {}, h("code", {}, one.text));
    case "quote":
      return h("blockquote", {}, spans(one.children));
    case "list":
      return h(
        one.ordered ? "ol" : "ul",
        {},
        one.items.map((item) => h("li", {}, spans(item))),
      );
    case "rule":
      return h("hr");
    case "rest":
      return h(
        "div",
        {},
        h("p", { class: "muted" }, "What follows is shown as it was written: the text has too many elements."),
        h("pre", {}, one.text.slice(0, 20_000), one.text.length > 20_000 && " …"),
      );
  }
}

function spans(children: readonly Inline[]): (Node | string)[] {
  return children.map((one) => {
    switch (one.type) {
      case "text":
        return one.text;
      case "code":
        return h("code", {}, one.text);
      case "link":
        return addressButton(one.href, spans(one.children));
      default:
        return h(one.type, {}, spans(one.children));
    }
  });
}
