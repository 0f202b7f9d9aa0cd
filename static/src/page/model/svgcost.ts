// What an SVG may cost to draw, by one look over its text. A browser draws it on the page's own thread, even in an <img>:
// two kilobytes of elements that use one another make a billion, and the page answers nobody meanwhile.

import { plural } from "./format";

/** `elements`: as many as are drawn, those used again counted again. `reason`: why no number can be trusted. */
export interface SvgCost {
  elements: number;
  reason?: "nested" | "deep" | "styled" | "large";
}

/** Elements of one picture that are drawn unasked: a scatter plot of matplotlib has ten thousand. */
export const SVG_ELEMENTS = 50_000;
const SVG_CHARACTERS = 5_000_000;
const DEEPEST = 250;
/** An animated element is worked on again with each frame of the screen, a filter with each pixel. */
const ANIMATED = 20;
const FILTERED = 100;
/** The fewest characters of a line's data that make one more point: "0 0". */
const POINT = 3;

// Names are whatever XML takes for one: a prefix may be any letters, and hides no element.
const PIECE = /<!--|<!\[CDATA\[|<!DOCTYPE|<\?xml-stylesheet|<\/?([^\s<>/="'!?][^\s<>/="']*)|<[?!/]?/g;
const TAG_END = /[>"']/g;
const QUOTE = /["']/g;
const PIXELS = /^\s*data:image\/(png|jpe?g|gif|webp)[;,]/i;
const ENCODING = /^\s*<\?xml[^>]{0,200}encoding\s{0,20}=\s{0,20}["'](?!utf-8["'])/i;

interface Open {
  name: string;
  ids: string[];
  /** Elements in here and below. */
  weight: number;
  refers: boolean;
}

/** Whether a picture of this cost is drawn before somebody asks for it. */
export function isDear({ elements, reason }: SvgCost, most = SVG_ELEMENTS): boolean {
  return reason !== undefined || elements > most;
}

export function svgCost(svg: string): SvgCost {
  if (svg.length > SVG_CHARACTERS) return { elements: 0, reason: "large" };
  if (ENCODING.test(svg)) return { elements: 0, reason: "styled" };
  const stack: Open[] = [{ name: "", ids: [], weight: 0, refers: false }];
  const weights = new Map<string, number>();
  const referring = new Set<string>();
  const targets: string[] = [];
  // A marker is drawn at each point of each line that has it, or whose parents have.
  let marker = 0;
  let points = 0;
  let reason: SvgCost["reason"];
  const close = () => {
    const done = stack.pop();
    const parent = stack.at(-1);
    if (!done || !parent) return;
    parent.weight += done.weight;
    parent.refers ||= done.refers;
    if (done.name === "marker") marker = Math.max(marker, done.weight);
    for (const id of done.ids) {
      weights.set(id, Math.max(weights.get(id) ?? 0, done.weight));
      if (done.refers) referring.add(id);
    }
  };
  PIECE.lastIndex = 0;
  for (let match = PIECE.exec(svg); match; match = PIECE.exec(svg)) {
    const [mark, local = ""] = match;
    if (mark === "<!DOCTYPE" && declares(svg, match.index)) return { elements: 0, reason: "nested" };
    if (mark === "<?xml-stylesheet") return { elements: 0, reason: "styled" };
    if (mark === "<!--" || mark === "<![CDATA[") {
      const end = svg.indexOf(mark === "<!--" ? "-->" : "]]>", PIECE.lastIndex);
      if (end < 0) break;
      PIECE.lastIndex = end + 3;
      continue;
    }
    if (local === "") continue;
    if (mark.startsWith("</")) {
      if (stack.length > 1) close();
      continue;
    }
    const name = localName(local);
    const end = endOf(svg, PIECE.lastIndex);
    const inside = svg.slice(PIECE.lastIndex, end);
    PIECE.lastIndex = end + 1;
    const empty = inside.endsWith("/");
    const one: Open = { name, ids: [], weight: weightOf(name), refers: false };
    const gradient = name.endsWith("gradient");
    for (const [attribute, value] of attributesOf(inside)) {
      const found: string[] = [];
      if (attribute === "d" || attribute === "points") points += Math.ceil(value.length / POINT);
      if (attribute === "id") one.ids.push(value);
      else if (attribute === "href") {
        const target = value.trim();
        if (target.startsWith("#") && !gradient) found.push(target.slice(1));
        else if (name === "use" || (/^data:/i.test(target) && !PIXELS.test(target))) reason ??= "nested";
      }
      for (const piece of value.split(/url\(/i).slice(1)) {
        const target = (piece.split(")", 1)[0] ?? "").trim().replace(/^["']/, "").trim();
        if (target.startsWith("#")) found.push(target.slice(1).replace(/["']$/, "").trim());
        else reason ??= "nested";
      }
      // Whatever may be another name for the same: an escape of XML, of CSS, of addresses.
      const named = attribute === "id" || attribute === "href" || attribute === "style" || found.length > 0;
      if (named && /&#|\\/.test(value)) reason ??= "nested";
      if (found.some((id) => id.includes("%"))) reason ??= "nested";
      targets.push(...found);
      one.refers ||= found.length > 0;
    }
    if (name === "style") {
      // Up to the first tag or comment, whatever it is: what is more than one plain text isn't looked at any closer.
      const to = svg.indexOf("<", PIECE.lastIndex);
      const css = empty ? "" : svg.slice(PIECE.lastIndex, Math.max(0, to));
      const plain = empty || svg.startsWith("</", to);
      if (!plain || /url\(|@keyframes|@import|animation|\\|&/i.test(css)) reason ??= "styled";
    }
    stack.push(one);
    if (stack.length > DEEPEST) return { elements: stack.length, reason: "deep" };
    if (empty) close();
  }
  while (stack.length > 1) close();
  let elements = (stack[0]?.weight ?? 0) + marker * points;
  for (const id of targets) {
    elements += weights.get(id) ?? 0;
    if (referring.has(id)) reason ??= "nested";
  }
  return reason === undefined ? { elements } : { elements, reason };
}

/** Why it is dear, for people: "60,000 elements". */
export function costText({ elements, reason }: SvgCost): string {
  if (reason === "nested") return "parts of it use one another";
  if (reason === "deep") return "its elements are nested hundreds deep";
  if (reason === "styled") return "its style moves or refers to its parts";
  if (reason === "large") return "it is large";
  return plural(elements, "element");
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(":") + 1).toLowerCase();
}

/** Names and values between a tag's name and its end. A name is what stands between two values: each is gone over once. */
function* attributesOf(inside: string): Generator<[string, string]> {
  let from = 0;
  for (;;) {
    QUOTE.lastIndex = from;
    const open = QUOTE.exec(inside);
    if (!open) return;
    const close = inside.indexOf(open[0], open.index + 1);
    if (close < 0) return;
    const name = inside.slice(from, open.index).replace("=", "").trim();
    yield [localName(name), inside.slice(open.index + 1, close)];
    from = close + 1;
  }
}

function weightOf(name: string): number {
  if (name === "set" || name.startsWith("animate")) return ANIMATED;
  return /^fe[a-z]/.test(name) ? FILTERED : 1;
}

/** Whether a document type declares entities: they may stand for any number of elements. */
function declares(svg: string, from: number): boolean {
  const end = svg.indexOf(">", from);
  return svg.slice(from, end < 0 ? svg.length : end).includes("[");
}

/** Where a tag ends: at the first ">" outside of quotes. */
function endOf(svg: string, from: number): number {
  TAG_END.lastIndex = from;
  for (let match = TAG_END.exec(svg); match; match = TAG_END.exec(svg)) {
    if (match[0] === ">") return match.index;
    const quote = svg.indexOf(match[0], match.index + 1);
    if (quote < 0) return svg.length;
    TAG_END.lastIndex = quote + 1;
  }
  return svg.length;
}

/** Why it is dear, as the end of a sentence; undefined when it is cheap. */
export function dearness(svg: string): string | undefined {
  const cost = svgCost(svg);
  if (!isDear(cost)) return undefined;
  return cost.reason === undefined ? `it has ${costText(cost)}` : costText(cost);
}
