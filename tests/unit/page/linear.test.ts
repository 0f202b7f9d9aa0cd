import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { estimateHeight } from "../../../static/src/page/model/htmlsize";
import { formulaOf } from "../../../static/src/page/model/latex";
import { WIDTH } from "../../../static/src/page/model/line";
import { type Block, parse } from "../../../static/src/page/model/markdown";
import { fromPython } from "../../../static/src/page/model/notebookfile";
import { dearness } from "../../../static/src/page/model/svgcost";
import { Screen } from "../../../static/src/page/model/terminal";

const ESC = "\u001b";

function printed(text: string): Screen {
  const screen = new Screen();
  screen.write(text);
  screen.work(Number.POSITIVE_INFINITY);
  return screen;
}

const markdown = (text: string) => parse(text, Number.POSITIVE_INFINITY);

/** Texts that cost the square of their length before, `n` of each some 10,000. */
const TEXTS: Record<string, (n: number) => unknown> = {
  "colour changes": (n) => printed(`${ESC}[31ma${ESC}[32mb`.repeat(n)),
  "carriage returns in a long line": (n) => printed("A".repeat(10 * n) + "\rx".repeat(n)),
  "a cursor that climbs": (n) => printed("\n".repeat(n) + `${ESC}[1Axxx`.repeat(2 * n)),
  "erasing the end of a long line": (n) => printed("A".repeat(10 * n) + `\b${ESC}[Kx`.repeat(n)),
  "Markdown links": (n) => markdown("[a](".repeat(n)),
  "Markdown images": (n) => markdown("![(".repeat(n)),
  "a Markdown fence": (n) => markdown(`\`\`\`a${" ".repeat(2 * n)}x`),
  "a Markdown heading": (n) => markdown(`# a${" ".repeat(2 * n)}x`),
  "Markdown marks": (n) => markdown("*_`".repeat(n)),
  "a formula": (n) => formulaOf(`x${" ".repeat(5 * n)}x`),
  "HTML that only opens": (n) => estimateHeight("<".repeat(2 * n), 700),
  "HTML tables that only open": (n) => estimateHeight("<table".repeat(n), 700),
  "an SVG without ends": (n) => dearness(`<svg>${"<g ".repeat(n)}`),
  "a text cell of a file": (n) => fromPython(`# %%\na${" ".repeat(2 * n)}x`),
};

const fastest = (act: () => unknown) =>
  Math.min(
    ...Array.from({ length: 3 }, () => {
      const began = performance.now();
      act();
      return performance.now() - began;
    }),
  );

describe("time is in proportion to the text", () => {
  it.each(Object.keys(TEXTS))("for %s", (name) => {
    const act = TEXTS[name] as (n: number) => unknown;
    // Eight times as much: what goes with the square takes sixty-four times as long.
    const small = fastest(() => act(10_000));
    const large = fastest(() => act(80_000));
    expect(large).toBeLessThan(24 * small + 60);
  });
});

describe("a text of too many elements", () => {
  const elements = (blocks: readonly Block[]) => JSON.stringify(blocks).match(/"type":"(?!text)/g)?.length ?? 0;
  it("is plain after the first two thousand, and no word is lost", () => {
    for (const text of ["*a* ".repeat(20_000), "- a\n".repeat(20_000), "# a\n".repeat(20_000)]) {
      const blocks = parse(text);
      expect(elements(blocks)).toBeLessThan(4_100);
      expect(JSON.stringify(blocks).match(/(?<=["\s*#-]|\\n)a/g)).toHaveLength(20_000);
    }
  });
});

describe("a line that is written over", () => {
  it("has a million places, and says how many characters have none", () => {
    const { text } = printed(`${"A".repeat(WIDTH + 500)}\rx`);
    expect(text).toBe(`x${"A".repeat(WIDTH - 1)} … 500 more characters`);
  });
  it("is what it is in a terminal", () => {
    expect(printed(`abcdef\r${ESC}[2CXY${ESC}[K`).text).toBe("abXY");
    expect(printed(`abc\r${ESC}[31mX${ESC}[0mY`).text).toBe("XYc");
    expect(printed(`abcd\b\b${ESC}[1Kx`).text).toBe("  xd");
  });
});

describe("a formula", () => {
  it("loses the marks around it and nothing else", () => {
    expect(["$x$", " $$\\displaystyle x $$ ", "\\[ x \\]", "x"].map(formulaOf)).toEqual(["x", "x", "x", "x"]);
    expect(formulaOf("a $x$ b")).toBe("a $x$ b");
  });
});

describe("an SVG", () => {
  const svg = (body: string) => `<svg xmlns="http://www.w3.org/2000/svg">${body}</svg>`;
  it("as plots are made of is cheap", () => {
    const marks = '<defs><path id="m" d="M0 0h1"/></defs><g id="a"><use xlink:href="#m" x="1"/></g>'.repeat(1_000);
    expect(dearness(svg(marks))).toBeUndefined();
    expect(
      dearness(`<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "a" "b">\n<!-- <animate> -->${svg("<g/>")}`),
    ).toBeUndefined();
  });
  it("that repeats, moves, nests, hides or is very large is dear", () => {
    const nested = '<g id="a"><path d="M0 0"/></g><g id="b"><use href="#a"/></g><use href="#b"/>';
    for (const body of [
      nested,
      nested.replace('"#b"', "'#b'"),
      "<rect><animate/></rect>",
      "<s:animate/>",
      "<filter/>",
      "<g>".repeat(400) + "</g>".repeat(400),
      "<g/>".repeat(30_000),
      '<image href="data:image/svg+xml,x"/>',
      '<use href="&#35;b"/>',
      "<foreignObject/>",
    ])
      expect(dearness(svg(body)), body.slice(0, 80)).toBeDefined();
    expect(dearness(svg(" ".repeat(3_000_000)))).toBeDefined();
  });
});
