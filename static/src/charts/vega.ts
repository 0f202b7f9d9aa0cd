// Vega's charts, and Vega-Lite's, which altair makes. Expressions are interpreted, never made into code.

import "./seal";
import { type Loader, parse, type Runtime, type Spec, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { pictureOf, serve } from "./serve";

/** Nothing is loaded but pictures that are in the specification, and links lead nowhere. */
const nothing = async (): Promise<never> => {
  throw new Error("charts load nothing here: put the data into the chart itself");
};
const loader: Loader = {
  load: nothing,
  http: nothing,
  file: nothing,
  sanitize: async (uri, options) =>
    options.context !== "href" && /^data:image\//i.test(uri) ? { href: uri } : nothing(),
} as Loader;

serve(async (spec, root, mime) => {
  root.style.setProperty("padding", "8px");
  const vega = mime.includes("vegalite") ? compile(spec as TopLevelSpec).spec : (spec as Spec);
  const runtime = parse(vega, undefined, { ast: true } as never) as Runtime;
  const view = new View(runtime, {
    expr: expressionInterpreter,
    renderer: "canvas",
    container: root,
    hover: true,
    loader,
  } as never);
  const tip = tooltip();
  view.tooltip((_, event, __, value) => tip(event, value));
  await view.runAsync();
  return { picture: async () => pictureOf(await view.toCanvas(2)) };
});

type Tip = (event: MouseEvent, value: unknown) => void;

/** A note beside the mouse: names and values as text. */
function tooltip(): Tip {
  const note = document.createElement("div");
  note.className = "tip";
  note.style.cssText =
    "position:fixed;z-index:9;pointer-events:none;background:#fff;border:1px solid #ccc;border-radius:4px;padding:4px 8px;font-size:12px;white-space:pre;box-shadow:0 1px 4px #0003";
  note.hidden = true;
  document.body.append(note);
  return (event, value) => {
    note.hidden = value === null || value === undefined || value === "";
    if (note.hidden) return;
    note.textContent =
      typeof value === "object" && value !== null
        ? Object.entries(value)
            .map(([name, one]) => `${name}: ${String(one)}`)
            .join("\n")
        : String(value);
    const left = Math.min(event.clientX + 12, innerWidth - note.offsetWidth - 4);
    note.style.setProperty("left", `${Math.max(0, left)}px`);
    note.style.setProperty("top", `${Math.min(event.clientY + 12, innerHeight - note.offsetHeight - 4)}px`);
  };
}
