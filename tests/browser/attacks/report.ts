// The suite's account of itself: what was tried, what was seen, by which browser. Docs quote it.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FOUND, found } from "./arena";
import { GROUPS } from "./probe";
import type { Outcome } from "./run";

export interface Report {
  browser: string;
  /** The other engine, that the group "firefox" attacked in; undefined where there was none. */
  firefox: string | undefined;
  date: string;
  probes: number;
  held: number;
  leaked: string[];
  /** Probes whose positive control was sighted. */
  controlled: number;
  uncontrolled: string[];
  groups: Record<string, { probes: number; held: number; controlled: number; seconds: number }>;
  realms: Record<string, number>;
  /** How many controls each witness sighted. */
  witnesses: Record<string, number>;
  results: { id: string; group: string; realm: string; title: string; sealed: string; control: string }[];
}

const counted = (names: string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

export function report(outcomes: readonly Outcome[]): Report {
  const product = (file: string): string | undefined =>
    existsSync(join(FOUND, file)) ? readFileSync(join(FOUND, file), "utf8") : undefined;
  const held = outcomes.filter(({ sealed }) => sealed === "held");
  const controlled = outcomes.filter(({ control }) => control === "sighted");
  const ids = (kept: readonly Outcome[]) => outcomes.filter((one) => !kept.includes(one)).map(({ id }) => id);
  return {
    browser: product("browser.txt") ?? "unknown",
    firefox: product("firefox.txt"),
    date: new Date().toISOString().slice(0, 10),
    probes: outcomes.length,
    held: held.length,
    leaked: ids(held),
    controlled: controlled.length,
    uncontrolled: ids(controlled),
    groups: Object.fromEntries(
      GROUPS.map((group) => {
        const mine = outcomes.filter((one) => one.group === group);
        const of = (some: readonly Outcome[]) => some.filter((one) => one.group === group).length;
        const seconds = Math.round(mine.reduce((sum, { ms }) => sum + ms, 0) / 100) / 10;
        return [group, { probes: mine.length, held: of(held), controlled: of(controlled), seconds }];
      }),
    ),
    realms: counted(outcomes.map(({ realm }) => realm)),
    witnesses: counted(outcomes.flatMap(({ witnesses }) => witnesses)),
    results: outcomes.map(({ id, group, realm, title, sealed, control }) => ({
      id,
      group,
      realm,
      title,
      sealed,
      control,
    })),
  };
}

/** Everything found in this run of the suite. */
export const everything = (): Outcome[] => GROUPS.flatMap((group) => found(group) ?? []);

export function write(result: Report): void {
  mkdirSync("build/reports", { recursive: true });
  writeFileSync(join("build/reports", "attacks.json"), `${JSON.stringify(result, null, 1)}\n`);
}
