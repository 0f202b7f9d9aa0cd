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

const keywords: Completion[] = KEYWORDS.map((label) => ({ label, type: "keyword", boost: -1 }));

export function completions(source: CompletionSource) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\w.]+$/u);
    if (!context.explicit && (!word || !/\.\w*$|[^\W\d]\w/u.test(word.text))) return null;
    // A number's point is no attribute.
    if (word && /^\d/.test(word.text)) return null;
    if (!context.explicit && inTextOrComment(context)) return null;
    const answer = await fromPython(source, context);
    if (answer) return answer;
    if (word?.text.includes(".")) return null;
    const local = await localCompletionSource(context);
    const from = local?.from ?? word?.from ?? context.pos;
    return { from, options: [...(local?.options ?? []), ...keywords], validFor: /^\w*$/ };
  };
}

async function fromPython(source: CompletionSource, context: CompletionContext): Promise<CompletionResult | null> {
  if (!source.complete) return null;
  try {
    const { matches, start } = await source.complete(context.state.doc.toString(), context.pos);
    if (context.aborted || context.view?.hasFocus === false || matches.length === 0) return null;
    const options = matches.slice(0, 500).map(({ text, type }): Completion => {
      const hidden = /(^|\.)_/.test(text);
      return { label: text, type: TYPES[type] ?? "variable", boost: hidden ? -50 : 0 };
    });
    return { from: start, options, validFor: /^\w*$/ };
  } catch {
    // The sandbox was restarted meanwhile: the names of the cell still help.
    return null;
  }
}

/** True inside a string or after a "#", judged by the line alone: good enough to stay out of the way. */
function inTextOrComment(context: CompletionContext): boolean {
  const { from, text } = context.state.doc.lineAt(context.pos);
  let quote: string | undefined;
  for (const char of text.slice(0, context.pos - from)) {
    if (quote !== undefined) quote = char === quote ? undefined : quote;
    else if (char === "#") return true;
    else if (char === '"' || char === "'") quote = char;
  }
  return quote !== undefined;
}
