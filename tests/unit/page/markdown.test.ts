import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayStay } from "../../../static/src/output/clean";
import { estimateHeight } from "../../../static/src/page/model/htmlsize";
import { type Block, type Inline, inline, parse } from "../../../static/src/page/model/markdown";
import { addressOf, lifted } from "../../../static/src/page/view/pictures-inside";

describe("blocks", () => {
  it("are headings, paragraphs, lists, quotes, code and rules", () => {
    const source = "# Title\n\nOne\ntwo.\n\n- a\n- b\n  more\n\n1. x\n2. y\n\n> said\n\n```python\nx < 1\n```\n\n---";
    expect(parse(source).map((block) => block.type)).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "quote",
      "code",
      "rule",
    ]);
    expect(parse(source)[1]).toEqual({ type: "paragraph", children: [{ type: "text", text: "One two." }] });
  });
  it("end, whatever the marks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "\n", " ", "    ", ">", "```", "~~~", "- ", "1. ", "# ", "---")),
        (parts) => {
          parse(parts.join(""));
        },
      ),
    );
    expect(parse("    > far in")).toHaveLength(1);
  });
  it("of code end at a mark of their own kind that stands alone", () => {
    expect(parse("````python\nx\n```\n~~~~\n````no\n`````\nafter")).toEqual([
      { type: "code", info: "python", text: "x\n```\n~~~~\n````no" },
      { type: "paragraph", children: [{ type: "text", text: "after" }] },
    ]);
    expect(parse("```word`` is no code\nmore").map((block) => block.type)).toEqual(["paragraph"]);
  });
});

describe("tables", () => {
  const table = (source: string) => parse(source).find((block) => block.type === "table");
  const words = (cells: Inline[][] = []) =>
    cells.map((cell) => cell.map((one) => ("text" in one ? one.text : "")).join(""));

  it("have a head, alignments, and rows of as many cells", () => {
    const found = table("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 |\n| 1 | 2 | 3 | 4 |\n\nafter");
    expect(found?.align).toEqual(["left", "center", "right"]);
    expect(words(found?.head)).toEqual(["a", "b", "c"]);
    expect(found?.rows.map(words)).toEqual([
      ["1", "2", ""],
      ["1", "2", "3"],
    ]);
  });
  it("need no bars at their edges, and keep bars in code or behind a backslash", () => {
    const found = table("a | b\n--- | ---\n`x|y` | z\\|w");
    expect(found?.rows.map(words)).toEqual([["x|y", "z|w"]]);
  });
  it("are none without a line of dashes", () => {
    for (const source of ["a | b\nc | d", "a | b\n| x |", "a | b\n", "a\n---"]) expect(table(source)).toBeUndefined();
  });
  it("count against the elements of a text", () => {
    const found = parse(`|a|b|\n|-|-|\n${"|x|y|\n".repeat(5_000)}`);
    expect(found.at(-1)?.type).toBe("rest");
  });
});

describe("formulas", () => {
  const math = (text: string) => inline(text).filter((one) => one.type === "math");

  it("stand between dollars", () => {
    expect(math("so $x^2$ and $$\\sum_i i$$.")).toEqual([
      { type: "math", tex: "x^2", display: false },
      { type: "math", tex: "\\sum_i i", display: true },
    ]);
    expect(math("$a_1 * b_2 * c$")).toEqual([{ type: "math", tex: "a_1 * b_2 * c", display: false }]);
  });
  it("are no prices", () => {
    for (const text of ["$5 and $10", "5 $ or 6 $", "costs $5", "\\$x$ y", "$ x $", "a $$ b"])
      expect(math(text)).toEqual([]);
  });
  it("have lines of their own", () => {
    const source = "text\n$$\nx = 1\n$$\n\n\\begin{align}\na &= b\n\\end{align}\n\n$$y$$";
    expect(parse(source)).toEqual([
      { type: "paragraph", children: [{ type: "text", text: "text" }] },
      { type: "math", tex: "\nx = 1\n" },
      { type: "math", tex: "\\begin{align}\na &= b\n\\end{align}" },
      { type: "math", tex: "y" },
    ]);
  });
  it("without an end are text", () => {
    expect(parse("$$\nx = 1\n\nafter").map((block) => block.type)).toEqual(["paragraph", "paragraph", "paragraph"]);
    expect(parse("\\begin{align} x").map((block) => block.type)).toEqual(["paragraph"]);
  });
});

describe("pictures", () => {
  const png = "data:image/png;base64,iVBORw0KGgo=";

  it("that stand in the text or beside it are shown, others are their words", () => {
    const { text, pictures } = lifted(`![a](${png}) ![b](attachment:b%20c.png) ![c](https://evil/leak.png)`);
    const images = inline(text).filter((one) => one.type === "image");
    expect(images.map(({ alt }) => alt)).toEqual(["a", "b"]);
    const attachments = { "b c.png": { "image/png": "AAAA\nBBBB" } };
    expect(images.map(({ source }) => addressOf(source, pictures, attachments))).toEqual([
      png,
      "data:image/png;base64,AAAABBBB",
    ]);
  });
  it("are never more than pictures", () => {
    const bad = [
      "data:image/png;base64,<script>",
      "data:image/png,abc",
      "data:image/x-icon;base64,AAAA",
      "data:text/html;base64,AAAA",
    ];
    for (const address of bad) {
      const { text, pictures } = lifted(`![a](${address})`);
      const [image] = inline(text).filter((one) => one.type === "image");
      expect(image && addressOf(image.source, pictures, {})).toBeUndefined();
    }
    expect(addressOf("attachment:x", [], { x: { "text/html": "AAAA" } })).toBeUndefined();
    expect(addressOf("attachment:__proto__", [], {})).toBeUndefined();
    expect(addressOf("lifted:7", [], {})).toBeUndefined();
  });
});

describe("spans", () => {
  it("are strong, em, code and links", () => {
    expect(inline("**a** *b* `c*d*` [e](https://f.org/g_h_i) snake_case_name").map((one) => one.type)).toEqual([
      "strong",
      "text",
      "em",
      "text",
      "code",
      "text",
      "link",
      "text",
    ]); // prettier-ignore
  });
  it("keep only links to web addresses, and of images only the words", () => {
    for (const bad of [
      "[x](javascript:alert(1))",
      "[x](data:text/html,1)",
      "![x](https://evil/?leak)",
      "[x](//evil)",
    ]) {
      expect(inline(bad).some((one) => one.type === "link")).toBe(false);
    }
  });
  it("leave HTML as text", () => {
    expect(inline("<img src=x onerror=alert(1)>")).toEqual([{ type: "text", text: "<img src=x onerror=alert(1)>" }]);
  });
  it("lose no word, whatever the marks", () => {
    const words = (nodes: Inline[]): string =>
      nodes.map((one) => ("children" in one ? words(one.children) : "text" in one ? one.text : "")).join("");
    const all = (blocks: Block[]): string =>
      blocks
        .map((one) =>
          "children" in one
            ? words(one.children)
            : one.type === "list"
              ? one.items.map(words).join("")
              : "text" in one
                ? ("info" in one ? one.info : "") + one.text
                : "",
        )
        .join("");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("word", "*", "**", "`", "_", "[", "](", ")", " ", "\n", "> "), { maxLength: 40 }),
        (parts) => {
          // Link targets and quote marks may go; what people read may not.
          const kept = all(parse(parts.join("")));
          if (!parts.includes("]("))
            expect((kept.match(/word/g) ?? []).length).toBe(parts.filter((part) => part === "word").length);
        },
      ),
    );
  });
  it("take time in proportion to the text", () => {
    const began = performance.now();
    for (const evil of [
      "*".repeat(50_000),
      "[".repeat(50_000),
      "`".repeat(50_000),
      "_a".repeat(25_000),
      "![".repeat(25_000),
    ])
      parse(evil);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe("HTML results", () => {
  it("get a height from their rows and lines, between two bounds", () => {
    const rows = (n: number) => `<table>${"<tr><td>1</td></tr>".repeat(n)}</table>`;
    expect(estimateHeight("<b>x</b>", 700)).toBeGreaterThanOrEqual(48);
    expect(estimateHeight(rows(5), 700)).toBeGreaterThan(estimateHeight(rows(2), 700));
    expect(estimateHeight(rows(5000), 700)).toBe(480);
    expect(estimateHeight('<svg height="300px"></svg>', 700)).toBeGreaterThanOrEqual(300);
  });
  it("keep no attribute that runs or loads", () => {
    for (const [element, name, value] of [
      ["img", "onerror", "x"],
      ["a", "href", "https://evil"],
      ["a", "href", " javascript:x"],
      ["img", "src", "https://evil"],
      ["img", "srcset", "https://evil 2x"],
      ["iframe", "srcdoc", "x"],
      ["form", "action", "/x"],
      ["video", "poster", "data:image/png,x"],
      ["use", "xlink:href", "https://evil#a"],
      ["img", "src", "data:text/html,x"],
    ] as const)
      expect(mayStay(element, name, value)).toBe(false); // prettier-ignore
    expect(mayStay("img", "src", "data:image/png;base64,AA==")).toBe(true);
    expect(mayStay("td", "style", "color: red")).toBe(true);
    expect(mayStay("use", "href", "#mark")).toBe(true);
  });
});
