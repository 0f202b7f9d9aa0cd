// Pyodide's two modules as expressions in a classic script, which is what the frame makes a worker from.
//
// Only their ends are looked at: what lies between, over a megabyte of it, stays the bytes that it is. It is done in
// the page, while the frame is still loading.

import { ASSETS_ORIGIN, RUNTIME } from "../../protocol/messages";

/** What may have to be rewritten lies within so many bytes of the beginning or of the end (today: 5.3 kB). */
const HEAD = 16_384;
const TAIL = 256;

/** What each file exports, at its end. */
const EXPORTS: Record<string, RegExp> = {
  [RUNTIME.factory]: /export\s+default\s+(\w+)\s*;?\s*$/,
  [RUNTIME.loader]: /export\s*\{[^}]*?\b(\w+)\s+as\s+loadPyodide\b[^}]*\}\s*;?\s*(?:\/\/# sourceMappingURL=\S*\s*)?$/,
};

/**
 * Turns a file of Pyodide's JavaScript into an expression for its factory, or for `loadPyodide`. Throws a sentence when
 * it doesn't look as expected.
 */
export function expression(name: string, bytes: Uint8Array<ArrayBuffer>): Blob {
  const whole = bytes.length <= HEAD + TAIL;
  const text = (from: number, to?: number): string => new TextDecoder().decode(bytes.subarray(from, to));
  const head = whole ? text(0) : text(0, HEAD);
  const end = whole ? head : text(bytes.length - TAIL);
  const found = EXPORTS[name]?.exec(end);
  if (!found) throw new Error(`${name} does not end as this version of belljar expects.`);
  const [, value = ""] = found;
  const url = (part: string): string => part.replaceAll("import.meta.url", JSON.stringify(ASSETS_ORIGIN + name));
  const last = end.slice(0, found.index);
  const body = whole ? [url(last)] : [url(head), bytes.subarray(HEAD, bytes.length - TAIL), last];
  // A function in parentheses is one that is about to be called: engines compile it at once, where they would read
  // its million characters once to find their end and once more when it is called.
  const single = head.startsWith(`async function ${value}(`) && last.trimEnd().endsWith("}");
  return new Blob(
    single
      ? ['(()=>{"use strict";return(', ...body, ")})()"]
      : ['(()=>{"use strict";', ...body, `;return ${value}})()`],
    { type: "text/javascript" },
  );
}
