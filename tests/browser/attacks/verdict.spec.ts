// Last of the suite: the browsers are closed, their net logs complete. No sealed label is in any of them, and the
// account of the whole run is written.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, FOUND, test } from "./arena";
import { FIRST } from "./probe";
import { everything, report, write } from "./report";

/** Longer than any label. */
const LENGTH = 60;

/** Those places of a text where a label may begin: logs are large, and there are two thousand labels to look for. */
function labelled(text: string): string {
  const places = new Set<string>();
  for (let at = text.indexOf(FIRST); at >= 0; at = text.indexOf(FIRST, at + 1)) places.add(text.slice(at, at + LENGTH));
  return [...places].join("\n");
}

test("no probe's label is in the browser's net log, now that it is complete", async ({ arena }) => {
  await arena.close();
  const outcomes = everything();
  test.skip(!outcomes.some(({ group }) => group === "network"), "nothing tried the network before this");
  const logs = existsSync(FOUND) ? readdirSync(FOUND).filter((name) => name.startsWith("net-log")) : [];
  const text = logs.map((name) => labelled(readFileSync(join(FOUND, name), "utf8"))).join("\n");
  expect(outcomes.filter(({ labels }) => text.includes(labels.sealed)).map(({ id }) => id)).toEqual([]);
  const controls = outcomes.filter(({ labels }) => text.includes(labels.control));
  expect(controls.length, "the net log sees what the controls send").toBeGreaterThan(0);
});

test("every probe held, and every positive control was sighted", () => {
  const outcomes = everything();
  test.skip(outcomes.length === 0, "no probe ran before this");
  const result = report(outcomes);
  write(result);
  expect({ leaked: result.leaked, uncontrolled: result.uncontrolled }).toEqual({ leaked: [], uncontrolled: [] });
});
