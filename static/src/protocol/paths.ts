// Which paths cross the borders of a sandbox: plain relative ones. The same rule stands in the harness (`files.py`), which
// passes over other names, and in the server (`names.py`), which asks more of a name before a disk gets it;
// `tests/fixtures/paths.json` pins them together.

/** Longest path, in UTF-16 units. */
const LONGEST = 500;

/**
 * Control and format characters (those reorder text, or are passed over when some file systems compare names), halves of
 * surrogate pairs, backslashes, and what looks like a slash or a backslash.
 */
const REFUSED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters in names are what is refused
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{d800}-\u{dfff}\u{e0000}-\u{e007f}\\\u2044\u2215\u2216\u2571\u2572\u27cb\u27cd\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]/u;

/** A dot, or what looks like one, at the start; joiners (which Persian names have inside) hide one. */
const DOTTED = /^(?:\u200c|\u200d|[.\u2024-\u2026\u3002\ufe19\ufe52\uff0e\uff61])/;

/** Whether this is a plain path like "folder/file.csv". */
export function isPlainPath(path: string): boolean {
  if (path.length > LONGEST) return false;
  return path.split("/").every((part) => part !== "" && !DOTTED.test(part) && !REFUSED.test(part));
}
