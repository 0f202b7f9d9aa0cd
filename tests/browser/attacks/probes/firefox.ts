// Results, texts and documents in Firefox, which looks up the host of every link on a page without TLS before anybody
// presses it. One notebook holds them all; each control is the same as an ordinary page has it.

import type { Probe } from "../probe";

/** Where the code stands: in a cell of text, as a result of that type, printed, or put into a document of the server's. */
export type Place = "text" | "html" | "svg" | "markdown" | "latex" | "print" | "document";

export interface Told extends Probe {
  as: Place;
  /** The document, for those that stand in one. */
  path?: string;
  /** What a page that knows no better would make of it: HTML. */
  control: string;
}

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
const told = (as: Place, title: string, code: string, control = code, path?: string): Told => ({
  id: `firefox/${as}/${slug(path ?? "")}${slug(title)}`,
  group: "firefox",
  title: `${as}: ${title}`,
  realm: as === "document" ? "outside" : "result",
  as,
  code,
  control,
  ...(path ? { path } : {}),
});

const HOST = "http://{{dns}}:{{port}}/";
const AT = "{{http}}/{{label}}";
const LINK = `<a href="${HOST}">x</a>`;
/** Twenty names, as code would send twenty pieces. */
const many = (link: (host: string) => string): string =>
  Array.from({ length: 20 }, (_, at) => link(`http://p${at}-{{dns}}:{{port}}/`)).join(" ");

export const TOLD: readonly Told[] = [
  told("text", "a link", `[x](${HOST})`, LINK),
  told(
    "text",
    "twenty links",
    many((host) => `[x](${host})`),
    many((host) => `<a href="${host}">x</a>`),
  ),
  told("text", "an address on its own", `<${HOST}> and ${HOST}`, LINK),
  told("text", "raw markup", LINK),
  told("text", "an image", `![x](${AT})`, `<img src="${AT}">`),
  told("markdown", "a link", `[x](${HOST})`, LINK),
  told(
    "markdown",
    "twenty links",
    many((host) => `[x](${host})`),
    many((host) => `<a href="${host}">x</a>`),
  ),
  told(
    "markdown",
    "a link in a list in a quotation",
    `> * [**x**](${HOST})`,
    `<ul><li><a href="${HOST}"><b>x</b></a></ul>`,
  ),
  told("markdown", "an address on its own", `<${HOST}> and ${HOST}`, LINK),
  told("markdown", "a link without a scheme", "[x](//{{dns}}:{{port}}/)", '<a href="//{{dns}}:{{port}}/">x</a>'),
  told("markdown", "an image", `![x](${AT})`, `<img src="${AT}">`),
  told("html", "a link", LINK),
  told(
    "html",
    "twenty links",
    many((host) => `<a href="${host}">x</a>`),
  ),
  told(
    "html",
    "an image map",
    `<map name="m"><area href="${HOST}" shape="default"></map><img usemap="#m" src="data:x">${""}`,
    LINK,
  ),
  told("html", "a look-up ahead", `<link rel="dns-prefetch" href="${HOST}">`),
  told("html", "a connection ahead", `<link rel="preconnect" href="${HOST}">`),
  told("html", "an image", `<img src="${AT}">`),
  told("html", "a style sheet's background", `<style>p{background:url(${AT})}</style><p>x</p>`),
  told("html", "a script", `<script>fetch("${AT}")</script>`),
  told("html", "a nested frame", `<iframe src="${AT}"></iframe>`),
  told("html", "meta refresh", `<meta http-equiv="refresh" content="0;url=${AT}">`),
  told(
    "html",
    "permission to look up ahead, and a link",
    `<meta http-equiv="x-dns-prefetch-control" content="on">${LINK}`,
  ),
  told(
    "svg",
    "an image within",
    `<svg xmlns="http://www.w3.org/2000/svg"><image href="${AT}" width="9" height="9"/></svg>`,
  ),
  told(
    "svg",
    "a link within",
    `<svg xmlns="http://www.w3.org/2000/svg"><a href="${HOST}"><rect width="9" height="9"/></a></svg>`,
    LINK,
  ),
  told("latex", "a link", `$\\href{${HOST}}{x}$`, LINK),
  told("print", "an address", HOST, LINK),
  told("print", "a terminal's link", `\u001b]8;;${HOST}\u0007x\u001b]8;;\u0007`, LINK),
  ...["/", "/headless", "/tab", "/output", "/frame/plain.html", "/frame/isolated.html"].map((path) =>
    told("document", `a link that got into ${path}`, HOST, HOST, path),
  ),
];
