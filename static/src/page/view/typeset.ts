// TeX to MathML. The library's tree is built anew out of elements and attributes that can only ever be a formula: the text may
// be anybody's. No markup is parsed.

import temml from "temml";

/** What the library makes: a node of MathML, a span around some, or text. */
interface TreeNode {
  type?: string;
  text?: string;
  classes?: readonly string[];
  attributes?: Record<string, unknown>;
  style?: Record<string, unknown>;
  children?: readonly TreeNode[];
}

const MATHML = "http://www.w3.org/1998/Math/MathML";
const ELEMENTS = new Set(
  (
    "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle " +
    "msub msubsup msup mtable mtd mtext mtr munder munderover none"
  ).split(" "),
);
const ATTRIBUTES = new Set(
  (
    "accent accentunder columnalign columnlines columnspacing columnspan depth dir display displaystyle fence form height " +
    "largeop linethickness lspace mathbackground mathcolor mathvariant maxsize minsize movablelimits notation rowalign " +
    "rowlines rowspacing rowspan rspace scriptlevel separator stretchy symmetric voffset width"
  ).split(" "),
);
const STYLES = new Set(
  (
    "color background-color border border-top border-bottom border-left border-right font-weight font-style padding " +
    "padding-top padding-bottom padding-left padding-right text-align"
  ).split(" "),
);
/** What a value of those can be: a length, a colour, a word. No address, no function but colours'. */
const VALUE = /^(?:[\w#%., +-]|rgba?\([\d., %]+\)){0,100}$/;
/** Elements of a formula. */
const MOST = 3_000;
/** Most that a rule or space may measure, in em and in px. */
const SIZES: [number, number] = [20, 500];

/** The formula as an element; undefined where it can't be read. `display`: in full size. */
export function typeset(tex: string, display: boolean): Element | undefined {
  try {
    const options = { displayMode: display, throwOnError: true, trust: false, maxExpand: 500, maxSize: SIZES };
    const budget = { left: MOST };
    const root = built(temml.__renderToMathMLTree(tex, options) as TreeNode, budget);
    return budget.left < 0 || !(root instanceof Element) ? undefined : root;
  } catch {
    return undefined;
  }
}

function built(node: TreeNode, budget: { left: number }): Node | undefined {
  budget.left -= 1;
  if (budget.left < 0) return undefined;
  if (node.text !== undefined) return document.createTextNode(String(node.text));
  const { type, children = [] } = node;
  const known = type !== undefined && ELEMENTS.has(type);
  // Whatever else it is, what is in it is a formula.
  const element = known ? document.createElementNS(MATHML, type) : document.createElementNS(MATHML, "mrow");
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    if (known && ATTRIBUTES.has(name) && VALUE.test(String(value))) element.setAttribute(name, String(value));
  for (const [name, value] of Object.entries(node.style ?? {})) {
    const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (STYLES.has(dashed) && VALUE.test(String(value)))
      (element as MathMLElement).style.setProperty(dashed, String(value));
  }
  const classes = (node.classes ?? []).filter((name) => /^tml-[a-z-]{1,30}$/.test(name));
  if (classes.length > 0) element.setAttribute("class", classes.join(" "));
  for (const child of children) {
    const made = built(child, budget);
    if (made) element.append(made);
  }
  return element;
}
