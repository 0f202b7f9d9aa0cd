// Markdown as elements, built from its tree; every string goes in as text.

import { type Block, type Inline, parse } from "../model/markdown";
import { addressButton } from "./address";
import { h } from "./dom";

export function markdownView(source: string): HTMLElement {
  return h("div", { class: "prose", dir: "auto" }, parse(source).map(block));
}

function block(one: Block): HTMLElement {
  switch (one.type) {
    case "heading":
      // The page's own headings are h1 and h2.
      return h(
        (["h3", "h3", "h4", "h5"] as const)[one.level - 1] ?? "h5",
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
