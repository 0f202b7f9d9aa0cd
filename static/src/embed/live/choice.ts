// What a sandbox starts with: as little as the cells that are about to run need.

import type { Policy, PolicyPackage, SandboxOptions } from "../../host/index";

type Offer = Pick<Policy, "packages" | "profiles" | "snapshots">;
export type Start = Pick<SandboxOptions, "profile" | "packages">;

/** The packages of the allowlist that bring these modules, or have these names. */
export function packagesFor(offer: Offer, modules: Iterable<string>, named: Iterable<string> = []): string[] {
  const found = new Set<string>();
  const all = Object.values(offer.packages);
  for (const module of modules) {
    const one = all.find(({ imports }) => imports.includes(module));
    if (one) found.add(one.name);
  }
  for (const name of named) {
    const one =
      all.find((other) => plain(other.name) === plain(name)) ?? all.find(({ imports }) => imports.includes(name));
    if (one) found.add(one.name);
  }
  return [...found];
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** Names that no package of the allowlist has. */
export function unknownPackages(offer: Offer, named: Iterable<string>): string[] {
  return [...named].filter((name) => packagesFor(offer, [], [name]).length === 0);
}

/** The package of a name, whichever way it is written. */
export function packageNamed(offer: Offer, name: string): PolicyPackage | undefined {
  const [found] = packagesFor(offer, [], [name]);
  return found === undefined ? undefined : offer.packages[found];
}

/**
 * What a sandbox is opened with for these packages: nothing where there are none; a profile that has them all and a
 * snapshot, which starts in less time than a single package takes to be imported; else the packages themselves. `soon`:
 * what other cells of the page will want, where one snapshot has all of it.
 */
export function startFor(offer: Offer, wanted: readonly string[], soon: readonly string[] = []): Start {
  if (wanted.length === 0) return Object.hasOwn(offer.profiles, "core") ? { profile: "core" } : { packages: [] };
  const fast = fastest(offer, [...wanted, ...soon]) ?? fastest(offer, wanted);
  if (fast !== undefined) return { profile: fast };
  // None has them all: the one that has most of them saves most, and the rest comes on top.
  const [part] = offer.snapshots
    .map(({ load }) => ({ load, has: wanted.filter((name) => load.includes(name)).length }))
    .sort((a, b) => b.has - a.has || a.load.length - b.load.length);
  return { packages: [...new Set([...(part?.has ? part.load : []), ...wanted])] };
}

/** The smallest profile that has all of these and a snapshot. */
function fastest({ profiles, snapshots }: Offer, wanted: readonly string[]): string | undefined {
  return Object.entries(profiles)
    .filter(([, { load }]) => wanted.every((name) => load.includes(name)))
    .filter(([, { load }]) => snapshots.some((snapshot) => same(snapshot.load, load)))
    .sort(([, a], [, b]) => a.load.length - b.load.length)[0]?.[0];
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));
