// Markdown as elements, built from its tree; every string goes in as text.

import { type Block, type Inline, parse } from "../model/markdown";
import { addressButton } from "./address";
import { h } from "./dom";
import { mathView } from "./math-view";
import { type Attachments, addressOf, lifted } from "./pictures-inside";

/** Characters of a text that is read as Markdown. */
const LONGEST = 200_000;

/** `attachments`: pictures that lie beside the text. */
export function markdownView(source: string, attachments: Attachments = {}): HTMLElement {
  const { text, pictures } = lifted(source);
  const spans = spansWith((address) => addressOf(address, pictures, attachments));
  const blocks = text.length > LONGEST ? [] : parse(text).map((one) => block(one, spans));
  const rest = text.length > LONGEST && block({ type: "rest", text }, spans);
  return h("div", { class: "prose", dir: "auto" }, blocks, rest);
}

type Spans = (children: readonly Inline[]) => (Node | string)[];

function block(one: Block, spans: Spans): HTMLElement {
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
    case "math":
      return mathView(one.tex, true);
    case "table":
      return table(one, spans);
    case "rest":
      return h(
        "div",
        {},
        h("p", { class: "muted" }, "What follows is shown as it was written: the text has too many elements."),
        h("pre", {}, one.text.slice(0, 20_000), one.text.length > 20_000 && " …"),
      );
  }
}

function table({ head, rows, align }: Extract<Block, { type: "table" }>, spans: Spans): HTMLElement {
  const cell = (tag: "th" | "td") => (children: Inline[], column: number) =>
    h(tag, { class: align[column] && `to-${align[column]}`, scope: tag === "th" && "col" }, spans(children));
  return h(
    "div",
    { class: "table-in-text", tabindex: 0, role: "group", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map(cell("th")))),
      h(
        "tbody",
        {},
        rows.map((row) => h("tr", {}, row.map(cell("td")))),
      ),
    ),
  );
}

function spansWith(picture: (source: string) => string | undefined): Spans {
  const spans: Spans = (children) => children.map(span);
  const span = (one: Inline): Node | string => {
    switch (one.type) {
      case "text":
        return one.text;
      case "code":
        return h("code", {}, one.text);
      case "math":
        return mathView(one.tex, one.display);
      case "image": {
        const src = picture(one.source);
        return src === undefined ? one.alt : h("img", { src, alt: one.alt, class: "picture-in-text" });
      }
      case "link":
        return addressButton(one.href, spans(one.children));
      default:
        return h(one.type, {}, spans(one.children));
    }
  };
  return spans;
}
