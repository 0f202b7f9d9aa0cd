// How a cell takes after the page around it: light or dark, whose theme, and the page's own type.

import type { Theme } from "./markup";

/** Themes by a custom property that only they have. */
const SIGNS: [Exclude<Theme, "auto">, string][] = [
  ["furo", "--color-brand-content"],
  ["pydata", "--pst-color-primary"],
  ["material", "--md-default-fg-color"],
];

const systemDark = matchMedia("(prefers-color-scheme: dark)");

/** A colour's red, green, blue (0 to 255) and alpha, as computed styles have it. */
function channels(color: string): number[] | undefined {
  const numbers = /^rgba?\(([^)]{1,60})\)/
    .exec(color)?.[1]
    ?.split(/[\s,/]+/)
    .map(Number.parseFloat);
  if (numbers) return numbers;
  const space = /^color\(srgb ([^)]{1,60})\)/
    .exec(color)?.[1]
    ?.split(/[\s/]+/)
    .map(Number.parseFloat);
  return space?.map((value, at) => (at < 3 ? value * 255 : value));
}

const isDark = ([r = 0, g = 0, b = 0]: number[]): boolean => 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;

/** Whether what is behind an element is dark: the first ground that hides what is below it decides. */
function darkBehind(element: Element): boolean {
  for (let at: Element | null = element; at; at = parentOf(at)) {
    const ground = channels(getComputedStyle(at).backgroundColor) ?? [0, 0, 0, 0];
    if ((ground[3] ?? 1) > 0.5) return isDark(ground);
  }
  // Nobody paints: on the browser's own ground the colour of text tells which one that is.
  return !isDark(channels(getComputedStyle(element).color) ?? [0, 0, 0]);
}

function parentOf(element: Element): Element | null {
  const { assignedSlot, parentElement } = element;
  if (assignedSlot) return assignedSlot;
  const root = parentElement ? undefined : element.getRootNode();
  return parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}

/** Sets theme, ground and type on the root of a cell, from the page around `host` and the code that is there. */
export function dress(root: HTMLElement, host: Element, code: Element | null, theme: Theme): void {
  const around = host.parentElement ?? document.body;
  const style = getComputedStyle(around);
  const own = theme === "light" || theme === "dark";
  const found = SIGNS.find(([, sign]) => style.getPropertyValue(sign).trim() !== "")?.[0];
  root.dataset.look = own ? "own" : theme === "auto" ? (found ?? "own") : theme;
  root.dataset.theme = (own ? theme === "dark" : darkBehind(around)) ? "dark" : "light";
  const size = Number.parseFloat(style.fontSize);
  const set = (name: string, value: string) => root.style.setProperty(name, value);
  set("--rem", `${Math.min(22, Math.max(13, size || 16))}px`);
  set("--page-sans", style.fontFamily);
  if (!code) return;
  const type = getComputedStyle(code);
  set("--page-mono", type.fontFamily);
  set("--page-code-size", type.fontSize);
  const line = Number.parseFloat(type.lineHeight);
  if (line > 0) set("--page-code-line", `${line}px`);
}

type Listener = () => void;
const listeners = new Set<Listener>();
let watching = false;

/** Calls back when the page may have changed its looks; gives the function that ends it. */
export function watchLook(listener: Listener): () => void {
  listeners.add(listener);
  if (!watching) watch();
  return () => listeners.delete(listener);
}

function watch(): void {
  watching = true;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  // At once, and again when a change of colours that takes its time is over.
  const soon = () => {
    requestAnimationFrame(tell);
    setTimeout(tell, 400);
  };
  systemDark.addEventListener("change", soon);
  const observer = new MutationObserver(soon);
  const names = ["class", "style", "data-theme", "data-mode", "data-bs-theme", "data-color-mode"];
  const attributeFilter = [...names, "data-md-color-scheme", "data-md-color-primary"];
  observer.observe(document.documentElement, { attributeFilter });
  observer.observe(document.body, { attributeFilter });
}
