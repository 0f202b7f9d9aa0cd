// Whether a picture in SVG is cheap enough to be drawn by the page's own thread, on which Stop is pressed as well.
//
// One look at each character. What is not known to be cheap is dear: then a person is asked, and another process draws.

const CHARACTERS = 2_000_000;
const ELEMENTS = 20_000;
const DEPTH = 300;
/** Elements that move, that are drawn again for each place, or that hold what is no SVG. */
const DEAR = new Set(
  "animate animatetransform animatemotion animatecolor set discard filter mask pattern marker symbol foreignobject switch textpath".split(
    " ",
  ),
);

/** Why it is dear, as the end of a sentence; undefined when it is cheap. */
export function dearness(svg: string): string | undefined {
  if (svg.length > CHARACTERS) return "it is larger than 2 MB";
  if (/<!ENTITY|<!\[CDATA\[|@keyframes|animation|&#|filter\s{0,9}[:=]/i.test(svg))
    return "it moves, or hides what it holds";
  let elements = 0;
  let uses = 0;
  /** For each open element its name, and whether something is used within. */
  const open: { id: string | undefined; uses: boolean }[] = [];
  const using = new Set<string>();
  const used: string[] = [];
  let at = svg.indexOf("<");
  while (at >= 0) {
    if (svg.startsWith("<!--", at)) {
      const end = svg.indexOf("-->", at + 4);
      if (end < 0) break;
      at = svg.indexOf("<", end);
      continue;
    }
    const end = svg.indexOf(">", at);
    if (end < 0) break;
    const tag = svg.slice(at, end + 1);
    at = svg.indexOf("<", end);
    if (tag.startsWith("</")) {
      const closed = open.pop();
      if (closed?.uses) {
        if (closed.id !== undefined) using.add(closed.id);
        const around = open.at(-1);
        if (around) around.uses = true;
      }
      continue;
    }
    const name = /^<(?:[\w-]{1,40}:)?([a-z]{1,40})/i.exec(tag)?.[1]?.toLowerCase();
    if (name === undefined) continue;
    elements += 1;
    if (DEAR.has(name)) return `it holds <${name}>`;
    if (name === "image" && /data:image\/svg/i.test(tag)) return "it holds another SVG";
    if (name === "use") {
      uses += 1;
      const target = /href\s{0,9}=\s{0,9}["']\s{0,9}#([^"']{0,500})/i.exec(tag)?.[1];
      if (target === undefined) return "it repeats what can't be told";
      used.push(target);
      const around = open.at(-1);
      if (around) around.uses = true;
    }
    if (elements > ELEMENTS) return `it has more than ${ELEMENTS.toLocaleString("en-US")} elements`;
    if (!tag.endsWith("/>")) open.push({ id: idOf(tag), uses: name === "use" });
    if (open.length > DEPTH) return "its elements are nested too deep";
  }
  if (open.length > 0) return "it has no end";
  if (uses > 0 && used.some((target) => using.has(target))) return "it repeats what repeats others";
  return undefined;
}

function idOf(tag: string): string | undefined {
  return /\sid\s{0,9}=\s{0,9}["']([^"']{0,500})/i.exec(tag)?.[1];
}
