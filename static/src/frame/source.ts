// Pyodide's two modules as expressions in a classic script.
//
// Only their ends are read: what lies between, over a megabyte of it, goes into the worker's source as the file that it
// is, unread and uncopied.

import { ASSETS_ORIGIN } from "./names";

/** What may have to be rewritten lies within so many bytes of the beginning or of the end (Pyodide 314.0.3: 5.3 kB). */
const HEAD = 16_384;
const TAIL = 256;

const LAST_EXPORT = /export\s+default\s+(\w+)\s*;?\s*$/;
const NAMED_EXPORT = /export\s*\{[^}]*?\b(\w+)\s+as\s+loadPyodide\b[^}]*\}\s*;?\s*(?:\/\/# sourceMappingURL=\S*\s*)?$/;

/** Turns pyodide.asm.mjs into an expression for its factory. Throws when it doesn't look as expected. */
export const factoryExpression = (file: Blob): Promise<BlobPart[]> => expression(file, "pyodide.asm.mjs", LAST_EXPORT);

/** Turns pyodide.mjs into an expression for `loadPyodide`. Throws when it doesn't look as expected. */
export const loaderExpression = (file: Blob): Promise<BlobPart[]> => expression(file, "pyodide.mjs", NAMED_EXPORT);

async function expression(file: Blob, name: string, exported: RegExp): Promise<BlobPart[]> {
  const whole = file.size <= HEAD + TAIL;
  const text = (from: number, to: number): Promise<string> => file.slice(from, to).text();
  const [head = "", tail = ""] = await Promise.all(
    whole ? [text(0, file.size)] : [text(0, HEAD), text(file.size - TAIL, file.size)],
  );
  const end = whole ? head : tail;
  const found = exported.exec(end);
  if (!found) throw new Error(`${name} does not end as this version of belljar expects`);
  const [, value = ""] = found;
  const url = (part: string): string => part.replaceAll("import.meta.url", JSON.stringify(ASSETS_ORIGIN + name));
  const last = end.slice(0, found.index);
  const body = whole ? [url(last)] : [url(head), file.slice(HEAD, file.size - TAIL), last];
  // A function in parentheses is one that is about to be called: engines compile it at once, where they would read
  // its million characters once to find their end and once more when it is called.
  const single = head.startsWith(`async function ${value}(`) && last.trimEnd().endsWith("}");
  return single
    ? ['(()=>{"use strict";return(', ...body, ")})()"]
    : ['(()=>{"use strict";', ...body, `;return ${value}})()`];
}
