import { describe, expect, it } from "vitest";
import { estimateHeight } from "../../../static/src/page/model/htmlsize";
import { formulaOf } from "../../../static/src/page/model/latex";
import { WIDTH } from "../../../static/src/page/model/line";
import { type Block, parse } from "../../../static/src/page/model/markdown";
import { fromPython } from "../../../static/src/page/model/script";
import { dearness, isDear, svgCost } from "../../../static/src/page/model/svgcost";
import { Screen } from "../../../static/src/page/model/terminal";
import { lifted } from "../../../static/src/page/view/pictures-inside";

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
  "Markdown formulas": (n) => markdown("$a$$".repeat(n)),
  "Markdown formulas that only open": (n) => markdown("$$a\n".repeat(n / 8)),
  "Markdown tables": (n) => markdown(`|a|b|\n|-|-|\n${"|x|`|\n".repeat(n)}`),
  "pictures in Markdown": (n) => lifted("](data:image/".repeat(n)),
  "a formula": (n) => formulaOf(`x${" ".repeat(5 * n)}x`),
  "HTML that only opens": (n) => estimateHeight("<".repeat(2 * n), 700),
  "HTML tables that only open": (n) => estimateHeight("<table".repeat(n), 700),
  "an SVG without ends": (n) => dearness(`<svg>${"<g ".repeat(n)}`),
  "an SVG of openings": (n) => dearness('<g a="'.repeat(n)),
  "an SVG of styles": (n) => dearness("<style>".repeat(n)),
  "an SVG of attributes": (n) => dearness(`<g ${"a='b' url(# ".repeat(n)}`),
  "an SVG of comments": (n) => dearness("<!--".repeat(2 * n)),
  "an SVG of names": (n) => dearness('<g id="a"><use href="#a"/></g>'.repeat(n / 8)),
  "a text cell of a file": (n) => fromPython(`# %%\na${" ".repeat(2 * n)}x`),
};

/** Milliseconds of this process's own time: what others do on the machine is not counted. */
function cost(act: () => unknown): number {
  const began = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

describe("time is in proportion to the text", () => {
  it.each(Object.keys(TEXTS))("for %s", (name) => {
    const act = TEXTS[name] as (n: number) => unknown;
    let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    // Eight times as much: what goes with the square takes sixty-four times as long, however often it is tried.
    const inProportion = () => large < 24 * small + 60;
    for (let tries = 0; tries < 9 && !inProportion(); tries++) {
      small = Math.min(
        small,
        cost(() => act(10_000)),
      );
      large = Math.min(
        large,
        cost(() => act(80_000)),
      );
    }
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

describe("the cost of an SVG", () => {
  const svg = (body: string) => `<svg xmlns="http://www.w3.org/2000/svg">${body}</svg>`;
  it("is its elements, those used again counted again", () => {
    expect(svgCost(svg("<g><path d='M0 0'/><path d=\"M0>0\"/></g>"))).toEqual({ elements: 4 });
    expect(svgCost(svg('<g id="a"><path/><path/></g><use href="#a"/><use xlink:href="#a"/>'))).toEqual({
      elements: 12,
    });
    expect(isDear(svgCost(svg('<animate attributeName="x"/>'.repeat(60_000))))).toBe(true);
  });
  it("is unknown where parts use one another, whatever it is written like", () => {
    for (const body of [
      '<g id="a"><use href="#b"/></g><g id="b"><rect/></g><use href="#a"/>',
      '<g id="a"><s:use xmlns:s="http://www.w3.org/2000/svg" href="#b"/></g><use href="#a"/>',
      "<pattern id='p'><rect fill='url(#q)'/></pattern><rect style='fill: url( \"#p\" )'/>",
      '<g id="a"><use href="#b"/></g><use href="&#35;a"/>',
      '<g id="a"><use href="#b"/></g><use href="#%61"/>',
      '<g class=">" id="a"><use href="#b"/></g><use href="#a"/>',
      '<g id="a"><use href="#b"/></g><use n:nohref="#x" href="#a"/>',
      `<g id="a"><use href="#b"/></g><use href${" ".repeat(50)}=${" ".repeat(50)}"#a"/>`,
      `<g id="a"><use href="#b"/></g><use ${"x".repeat(200)}:href="#a"/>`,
      '<é:g id="a"><é:use href="#b"/></é:g><é:use href="#a"/>',
      '<g id="a"><rect fill="url(#b)"/></g><rect fill="URL( #a )"/>',
      '<image href="data:image/svg+xml,x"/>',
      `<g id="a">${"<rect/>".repeat(9_000)}</g>${'<use href="#a"/>'.repeat(9_000)}`,
      "<style>rect { fill: url(#p) }</style>",
      "<style><![CDATA[ @keyframes a { } ]]></style>",
      "<style>@keyframes a { }</style>",
      `${"<g>".repeat(300)}<rect/>${"</g>".repeat(300)}`,
    ])
      expect(isDear(svgCost(svg(body))), body).toBe(true);
    expect(isDear(svgCost(`<!DOCTYPE svg [<!ENTITY a "<g/>">]>${svg("&a;")}`))).toBe(true);
    expect(isDear(svgCost(`<?xml-stylesheet href="data:text/css,x"?>${svg("")}`))).toBe(true);
  });
  it("counts a marker at each point of each line", () => {
    const marker = `<marker id="m">${"<path d='M0 0h9'/>".repeat(100)}</marker>`;
    const line = (points: number) => `<polyline points="${"1 1 ".repeat(points)}"/>`;
    expect(isDear(svgCost(svg(`${marker}<g marker-mid="url(#m)">${line(1_000)}</g>`)))).toBe(true);
    expect(isDear(svgCost(svg(`${marker}<g style="marker:url(#m)">${line(20).repeat(5)}</g>`)))).toBe(false);
    expect(isDear(svgCost(svg(line(100_000))))).toBe(false);
  });
  it("lets the figures of plotting libraries pass", () => {
    const plot = svg(
      `<defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>
       <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
       <g id="axes_1"><defs><path id="C0" d="M 0 3" style="stroke: #1f77b4"/></defs>
       <g clip-path="url(#clip)">${'<use xlink:href="#C0" x="7.1" y="4.2"/>'.repeat(5_000)}</g></g>
       <g id="text_1"><g><defs><path id="D-31" d="M1 1"/></defs><use xlink:href="#D-31"/></g></g>
       <defs><clipPath id="clip"><rect width="3" height="3"/></clipPath></defs>
       <linearGradient id="l1"/><linearGradient id="l2" xlink:href="#l1"/><rect fill="url(#l2)"/>`,
    );
    expect(isDear(svgCost(plot))).toBe(false);
  });
});
