// Charts that want out: specifications that name addresses, markup or code, as code in the sandbox could write them.

export interface Spec {
  id: string;
  title: string;
  kind: "plotly" | "vega" | "bokeh";
  /** JSON text with placeholders (see `fill`). */
  spec: string;
  /** What stands for it where nothing is sealed: markup of a page, or JavaScript. */
  control: { markup: string } | { script: string };
  /** Pressed with the mouse in its middle once it is drawn. */
  press?: boolean;
}

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
const URL_ = "{{http}}/{{label}}";
const FETCHED = { script: `fetch("${URL_}")` };
const SHOWN = { markup: `<img src="${URL_}">` };

function chart(kind: Spec["kind"], title: string, spec: unknown, control: Spec["control"], press = false): Spec {
  return {
    id: `charts/${kind}/${slug(title)}`,
    title: `${kind}: ${title}`,
    kind,
    spec: JSON.stringify(spec),
    control,
    press,
  };
}

const LINK = { markup: `<a href="${URL_}" style="position:fixed;inset:0">press</a>` };
const plotly = (title: string, layout: object, control: Spec["control"], press = false): Spec =>
  chart("plotly", title, { data: [{ y: [1, 2] }], layout }, control, press);
const vega = (title: string, spec: object, control: Spec["control"], press = false): Spec =>
  chart(
    "vega",
    title,
    { data: { values: [{ a: 1, u: URL_ }] }, mark: { type: "rect" }, width: 350, height: 250, ...spec },
    control,
    press,
  );
/** What `json_item` gives, with one model; of code, a `Div` whose document runs it. */
function bokeh(title: string, model: string, attributes: object, control: Spec["control"]): Spec {
  const code = { type: "object", name: model, id: "c", attributes };
  const root =
    model === "Div"
      ? { type: "object", name: "Div", id: "r", attributes }
      : { type: "object", name: "Div", id: "r", attributes: { text: "x" } };
  const callbacks = model === "Div" ? {} : { callbacks: { type: "map", entries: [["document_ready", [code]]] } };
  const doc = { version: "3.9.0", title: "x", roots: [root], ...callbacks };
  return chart("bokeh", title, { target_id: null, root_id: "r", doc, version: "3.9.0" }, control);
}
/** In the interpreter of expressions: the way from any value to code. */
const CODE = `[]['constructor']['constructor']('return fetch("${URL_}")')()`;

export const SPECS: Spec[] = [
  plotly("an image of the layout", { images: [{ source: URL_, x: 0, y: 1, sizex: 1, sizey: 1 }] }, SHOWN),
  plotly("markup in a title", { title: { text: `<img src="${URL_}"><svg onload="fetch('${URL_}')">` } }, SHOWN),
  plotly(
    "a link in a note, pressed",
    {
      annotations: [
        { x: 0.5, y: 1.5, showarrow: false, font: { size: 90 }, text: `<a href="${URL_}" target="_self">██████</a>` },
      ],
    },
    LINK,
    true,
  ),
  plotly(
    "a link of javascript: in a note, pressed",
    {
      annotations: [
        {
          x: 0.5,
          y: 1.5,
          showarrow: false,
          font: { size: 90 },
          text: `<a href="javascript:fetch('${URL_}')">██████</a>`,
        },
      ],
    },
    FETCHED,
    true,
  ),
  plotly("a font by address", { font: { family: `x; } @font-face { font-family: q; src: url(${URL_}.woff)` } }, SHOWN),
  plotly(
    "a style of maps",
    {
      map: {
        style: {
          version: 8,
          sources: { a: { type: "raster", tiles: [`${URL_}`] } },
          layers: [{ id: "a", type: "raster", source: "a" }],
        },
      },
    },
    FETCHED,
  ),
  vega("data by address", { data: { url: URL_ } }, FETCHED),
  vega("a picture by address", { mark: "image", encoding: { url: { field: "u" } } }, SHOWN),
  vega("a link, pressed", { encoding: { href: { value: URL_ } } }, LINK, true),
  vega(
    "code in an expression",
    { transform: [{ calculate: CODE, as: "b" }], encoding: { x: { field: "b" } } },
    FETCHED,
  ),
  vega("code in a parameter", { params: [{ name: "p", expr: CODE }] }, FETCHED),
  vega(
    "markup in a title and beside the mouse",
    { title: `<img src="${URL_}">`, encoding: { tooltip: { value: `<img src="${URL_}">` } } },
    SHOWN,
    true,
  ),
  bokeh("code that runs when the document is there", "CustomJS", { code: `fetch("${URL_}")` }, FETCHED),
  bokeh(
    "markup of a paragraph",
    "Div",
    { text: `<img src="${URL_}"><link rel="preconnect" href="http://{{dns}}:{{port}}/">` },
    SHOWN,
  ),
  bokeh("a picture by address", "Div", { stylesheets: [`:host { background: url(${URL_}) }`], text: "x" }, SHOWN),
  bokeh(
    "a style sheet by address",
    "Div",
    {
      stylesheets: [{ type: "object", name: "ImportedStyleSheet", id: "s", attributes: { url: `${URL_}.css` } }],
      text: "x",
    },
    SHOWN,
  ),
];
