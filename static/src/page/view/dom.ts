// Elements from plain data. Text goes in as text nodes and nothing here can parse markup, so untrusted strings are safe anywhere.

export type Child = Node | string | number | null | undefined | false | readonly Child[];
type Value = string | number | boolean | null | undefined;
type Handlers = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

export interface Props {
  [attribute: string]: Value | Handlers;
  on?: Handlers;
}

// These would run code or markup, or need 'unsafe-inline'; there is never a reason to set them here.
const FORBIDDEN = /^(on.|style$|srcdoc$)/i;

/** h("button", { class: "quiet", on: { click } }, "Run") — `true` sets an empty attribute, `false` and `undefined` none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [type, handler] of Object.entries((value ?? {}) as Handlers)) {
        element.addEventListener(type, handler as EventListener);
      }
    } else if (FORBIDDEN.test(name)) {
      throw new TypeError(`h() does not set ${name}`);
    } else if (value !== undefined && value !== null && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

export function append(parent: ParentNode & Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === "string" || typeof child === "number")
      parent.appendChild(document.createTextNode(String(child)));
    else if (child instanceof Node) parent.appendChild(child);
    else append(parent, child);
  }
}

/** Empties an element and fills it anew. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

/** The element of the template with this id. Throws when template and script don't belong together. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}: template and script are of different versions.`);
  return found;
}

/** Sets text only when it differs, so that live regions and selections are left alone. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
