// Which modules a piece of Python imports, as far as its lines tell: a guess that decides what is loaded first, and no more.

const LONGEST_LINE = 1_000;

/** Top-level names of modules, in their order. */
export function importedModules(code: string): Set<string> {
  const found = new Set<string>();
  for (const whole of code.split("\n", 20_000)) {
    const line = whole.slice(0, LONGEST_LINE).trim();
    const [, from] = /^from +([A-Za-z_]\w*)/.exec(line) ?? [];
    if (from) found.add(from);
    const [, names] = /^import +([^#;]+)/.exec(line) ?? [];
    for (const name of names?.split(",") ?? []) {
      const [, top] = /^ *([A-Za-z_]\w*)/.exec(name) ?? [];
      if (top) found.add(top);
    }
  }
  // The only one that is in a profile and that pandas imports by itself.
  if (found.has("pandas") && /\.(?:plot|hist|boxplot)\b/.test(code)) found.add("matplotlib");
  return found;
}
