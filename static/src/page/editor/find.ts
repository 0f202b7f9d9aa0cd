// Finds a text in sources, and puts another one in its place: what @codemirror/search finds in an editor, for cells that
// have none as well.

import { SearchQuery } from "@codemirror/search";
import { Text } from "@codemirror/state";
import type { Found } from "./editor";

export interface Wanted {
  text: string;
  matchCase: boolean;
  wholeWord: boolean;
}

/** Places of a notebook that are counted. */
export const MOST = 10_000;

/** Where the text stands in a source, in order, at most `most` places. */
export function find(source: string, { text, matchCase, wholeWord }: Wanted, most = MOST): Found[] {
  if (text === "") return [];
  const query = new SearchQuery({ search: text, caseSensitive: matchCase, wholeWord, literal: true });
  const ranges: Found[] = [];
  const cursor = query.getCursor(Text.of(source.split("\n")));
  for (let step = cursor.next(); !step.done && ranges.length < most; step = cursor.next())
    ranges.push({ from: step.value.from, to: step.value.to });
  return ranges;
}

/** The source with another text in these places. */
export function replaced(source: string, ranges: readonly Found[], by: string): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { from, to } of ranges) {
    pieces.push(source.slice(at, from), by);
    at = to;
  }
  return pieces.join("") + source.slice(at);
}
