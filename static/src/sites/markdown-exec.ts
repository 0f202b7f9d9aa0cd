// Mounts the editors that markdown-exec's `pyodide` fence leaves in pages, as they are: no Markdown changes. Stands beside
// embed.js, in a server and in an export; it takes the place of the scripts that markdown-exec asks for.

/** Material for MkDocs says through this that it has put in another page. */
interface Pages {
  subscribe(next: () => void): void;
}

declare global {
  interface Window {
    document$?: Pages;
    /** markdown-exec's own, which each of its editors calls when the page is there. */
    setupPyodide?: () => void;
  }
}

const EDITORS = "div.pyodide[data-session]";
/** markdown-exec's name for the session of who names none; it is one for the whole page, as ours is. */
const DEFAULT = "default";

/** Names in a list as Python or markdown-exec's other writer has it: `['numpy', 'pandas']`, `numpy,pandas`. */
function packagesOf(install: string): string {
  const names = install.split(/[\s,'"[\]]+/);
  // micropip takes a version behind the name; here there is one version of each.
  return names
    .map((name) => /^[\w.-]*/.exec(name)?.[0] ?? "")
    .filter(Boolean)
    .join(",");
}

function mount(editor: HTMLElement): void {
  const source = editor.querySelector("pre.pyodide-editor");
  if (!source) return;
  const cell = document.createElement("bell-jar");
  const { session, install } = editor.dataset;
  if (session && session !== DEFAULT) cell.setAttribute("session", session);
  const packages = packagesOf(install ?? "");
  if (packages) cell.setAttribute("packages", packages);
  const pre = document.createElement("pre");
  const code = document.createElement("code");
  code.textContent = source.textContent;
  pre.append(code);
  cell.append(pre);
  // With the ids: links to a cell still lead to it, and nobody else finds an editor to fill.
  cell.id = source.id.replace(/editor$/, "cell");
  editor.replaceWith(cell);
}

function mountAll(): void {
  for (const editor of document.querySelectorAll<HTMLElement>(EDITORS)) mount(editor);
}

// A module runs before the page says that it is there, which is when those editors would be made.
window.setupPyodide = () => {};
mountAll();
window.document$?.subscribe(mountAll);

await import(new URL("./embed.js", import.meta.url).href);

export {};
