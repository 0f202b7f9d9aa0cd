// Completions: Python's own answer where it can give one, else keywords and the names of this cell.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { localCompletionSource } from "@codemirror/lang-python";
import type { CompletionSource } from "./editor";

const KEYWORDS = (
  "and as assert async await break case class continue def del elif else except False finally for from global " +
  "if import in is lambda match None nonlocal not or pass raise return True try while with yield"
).split(" ");

const TYPES: Record<string, string> = {
  function: "function",
  method: "method",
  class: "class",
  module: "namespace",
  keyword: "keyword",
  instance: "variable",
  property: "property",
};

/** What may stand in a name: letters of any alphabet. */
const NAME = /^[\p{L}\p{M}\p{N}_]*$/u;

const keywords: Completion[] = KEYWORDS.map((label) => ({ label, type: "keyword", boost: -1 }));

export function completions(source: CompletionSource) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\p{L}\p{M}\p{N}_.]+$/u);
    const place = placeOf(context);
    if (typeof place === "object") {
      // Names of files and columns; in prose nobody waits for them.
      const asked = context.explicit || /^[^\s'"]{1,200}$/.test(place.written);
      return asked ? fromPython(source, context, /^[^\s'"/]*$/) : null;
    }
    if (!context.explicit && (!word || !/\.[\p{L}\p{M}\p{N}_]*$|[\p{L}_][\p{L}\p{M}\p{N}_]/u.test(word.text)))
      return null;
    // A number's point is no attribute.
    if (word && /^\d/.test(word.text)) return null;
    if (!context.explicit && place === "comment") return null;
    const answer = await fromPython(source, context);
    if (answer) return answer;
    if (word?.text.includes(".")) return null;
    const local = await localCompletionSource(context);
    const from = local?.from ?? word?.from ?? context.pos;
    return { from, options: [...(local?.options ?? []), ...keywords], validFor: NAME };
  };
}

async function fromPython(
  source: CompletionSource,
  context: CompletionContext,
  validFor = NAME,
): Promise<CompletionResult | null> {
  if (!source.complete) return null;
  try {
    const { matches, start } = await source.complete(context.state.doc.toString(), context.pos);
    if (context.aborted || context.view?.hasFocus === false || matches.length === 0) return null;
    const options = matches.slice(0, 500).map(({ text, type }): Completion => {
      const hidden = /(^|\.)_/.test(text);
      return { label: text, type: TYPES[type] ?? "variable", boost: hidden ? -50 : 0 };
    });
    return { from: start, options, validFor };
  } catch {
    // The sandbox was restarted meanwhile: the names of the cell still help.
    return null;
  }
}

/** Where the caret is, judged by the line alone; in a string with what stands in it so far. */
function placeOf(context: CompletionContext): "code" | "comment" | { written: string } {
  const { from, text } = context.state.doc.lineAt(context.pos);
  const before = text.slice(0, context.pos - from);
  let quote: string | undefined;
  let begun = 0;
  for (let at = 0; at < before.length; at++) {
    const char = before.charAt(at);
    if (quote !== undefined) quote = char === quote ? undefined : quote;
    else if (char === "#") return "comment";
    else if (char === '"' || char === "'") [quote, begun] = [char, at + 1];
  }
  if (quote === undefined) return "code";
  // A field of an f-string is code.
  const inside = before.slice(begun);
  const f = /[fF]$/.test(before.slice(0, begun - 1)) && inside.lastIndexOf("{") > inside.lastIndexOf("}");
  return f ? "code" : { written: inside };
}
