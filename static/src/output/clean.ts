// What is taken out of HTML before it is shown. Defence in depth: the frame around it is the wall.

/** Policy of the innermost document. */
export const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** Elements that load, navigate, submit, run, or change how the rest of the document is read. */
export const REMOVED =
  "script,link,meta,base,form,iframe,frame,frameset,object,embed,portal,template,noscript,audio,video,source,track,applet,animate,set,animateTransform,animateMotion";

/** Attributes that hold addresses; only data: images and links within the document stay. */
const ADDRESSES = new Set([
  "src",
  "srcset",
  "href",
  "xlink:href",
  "action",
  "formaction",
  "poster",
  "background",
  "data",
  "ping",
  "cite",
  "longdesc",
]);

/** Whether an attribute may stay. Names in lower case. */
export function mayStay(element: string, name: string, value: string): boolean {
  if (name.startsWith("on") || name === "srcdoc" || name === "http-equiv" || name === "autofocus") return false;
  if (!ADDRESSES.has(name)) return true;
  const address = value.trim();
  if (name === "href" || name === "xlink:href") return address.startsWith("#");
  return name === "src" && element === "img" && /^data:image\//i.test(address);
}

/**
 * The markup without what could load or steer. Parsed inertly: nothing of it is fetched or run meanwhile.
 *
 * `asMarkup` makes the type that the document's engine wants to parse, where it wants one.
 */
export function clean(html: string, asMarkup: (html: string) => string = (text) => text): string {
  const parsed = new DOMParser().parseFromString(asMarkup(html), "text/html");
  for (const element of parsed.querySelectorAll(REMOVED)) element.remove();
  for (const element of parsed.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (!mayStay(element.localName, name.toLowerCase(), value)) element.removeAttribute(name);
    }
  }
  // Styles of the head belong to the result (pandas' Styler puts them there).
  const styles = [...parsed.head.querySelectorAll("style")].map((style) => style.outerHTML).join("");
  return styles + parsed.body.innerHTML;
}
