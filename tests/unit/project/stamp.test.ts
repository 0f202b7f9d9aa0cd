// The stamp that names snapshots: it changes with the code that captures and restores, and with nothing else.

import { describe, expect, test } from "vitest";
import { stamp } from "../../../static/build.mjs";

/** The stamp with one file rewritten. */
async function stampWith(file: string, rewrite: (text: string) => string): Promise<string> {
  let met = false;
  const changed = await stamp((path, text) => {
    if (path !== file) return text;
    met = true;
    const next = rewrite(text);
    if (next === text) throw new Error(`${file} is as it was`);
    return next;
  });
  if (!met) throw new Error(`${file} is not in the code that captures and restores`);
  return changed;
}

describe("the stamp of snapshots", async () => {
  const now = await stamp();

  test("is the same for the same code, whatever its comments say", async () => {
    expect(now).toMatch(/^[0-9a-f]{32}$/);
    expect(await stamp()).toBe(now);
    const commented = (text: string): string => `// Of another opinion.\n${text}\n/* And at the end. */\n`;
    expect(await stampWith("worker/then.ts", commented)).toBe(now);
    expect(await stampWith("worker/snapshot/linking.ts", commented)).toBe(now);
  });

  test.each([
    ["worker/then.ts", /THEN = (.*);/, "THEN = $1 + 1;"],
    ["worker/snapshot/linking.ts", "of the table is missing", "of the table can't be found"],
    ["worker/symbols.ts", "__main_argc_argv", "__main_of_another"],
    ["worker/session.ts", /LIBRARY = "(.*)"/, 'LIBRARY = "$1/elsewhere"'],
    ["frame/runtime.ts", "the snapshot has no code", "the snapshot lacks its code"],
  ])("is another one when a line of %s is", async (file, line, other) => {
    expect(await stampWith(file, (text) => text.replace(line, other))).not.toBe(now);
  });

  test("stays where a change is in code that has no part in it", async () => {
    expect(await stamp((path, text) => (path.startsWith("host/") ? `${text}\nconsole.log(1);` : text))).toBe(now);
  });
});
