// What a page chooses out of what a server offers: a profile, fewer packages, lower limits, another place for the
// files. It can only ever be less than the server's: more is refused in a sentence.

import type { Limits } from "../../protocol/limits";
import type { AssetFile, Policy, PolicyPackage } from "../../protocol/policy";
import { byPart } from "../../protocol/snapshot";
import { closure, type LoadedPolicy } from "./policy";

/** Less than what the server allows. */
export interface PolicyOverride {
  /** Limits as `policy.json` has them; none may be above the server's. */
  limits?: Partial<Limits>;
  /** The only packages that may be loaded, with those they need. Each must be on the server's allowlist. */
  packages?: string[];
}

export interface Choice {
  policy?: string | URL | PolicyOverride | Policy | undefined;
  profile?: string | undefined;
  packages?: string[] | undefined;
  assets?: string | URL | undefined;
}

/** Whether `policy` says where the policy is, and not what is less in it. */
export function isAddress(policy: Choice["policy"]): policy is string | URL {
  return typeof policy === "string" || policy instanceof URL;
}

/** Whether `policy` is one that was read before. */
export function isRead(policy: Choice["policy"]): policy is Policy {
  return typeof policy === "object" && policy !== null && "version" in policy;
}

/** Throws a TypeError for a choice that no server could offer. */
export function checkChoice({ policy, profile, packages }: Choice): void {
  if (profile !== undefined && packages !== undefined) {
    throw new TypeError("profile and packages both say what is loaded at the start: name one of them.");
  }
  if (policy === undefined || isAddress(policy) || isRead(policy)) return;
  const given: unknown = policy;
  if (typeof given !== "object" || given === null) {
    throw new TypeError("policy must be the address of a policy, or an object with limits or packages.");
  }
  const unknown = Object.keys(given).filter((key) => key !== "limits" && key !== "packages");
  if (unknown.length > 0) throw new TypeError(`policy can narrow limits and packages, not ${unknown.join(", ")}.`);
}

/** The policy that a sandbox gets. Throws a RangeError for what the server doesn't offer. */
export function choose({ policy, base }: LoadedPolicy, choice: Choice): LoadedPolicy {
  let chosen = policy;
  const asked = choice.policy;
  if (asked !== undefined && !isAddress(asked) && !isRead(asked)) chosen = narrowed(chosen, asked);
  if (choice.profile !== undefined) chosen = profiled(chosen, choice.profile);
  if (choice.assets !== undefined) chosen = placed(chosen, new URL(choice.assets, base));
  return { policy: chosen, base };
}

function narrowed(policy: Policy, { limits, packages }: PolicyOverride): Policy {
  const less = packages ? fewer(policy, packages) : policy;
  return limits ? { ...less, limits: lower(less.limits, limits) } : less;
}

function lower(limits: Limits, asked: Partial<Limits>): Limits {
  const names = Object.keys(limits);
  const lowered = { ...limits };
  for (const [name, value] of Object.entries(asked) as [keyof Limits, number | undefined][]) {
    if (!names.includes(name)) throw new RangeError(`There is no limit ${name}. There are ${listed(names)}.`);
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 0 || value > limits[name]) {
      throw new RangeError(
        `policy.limits.${name} is ${String(value)}, and must be a whole number up to the server's ${limits[name]}.`,
      );
    }
    lowered[name] = value;
  }
  // Who asks for shorter runs at most means shorter ones by default, too.
  lowered.timeout_ms = Math.min(lowered.timeout_ms, lowered.max_timeout_ms);
  return lowered;
}

function fewer(policy: Policy, names: string[]): Policy {
  const missing = names.filter((name) => !Object.hasOwn(policy.packages, name));
  if (missing.length > 0) {
    throw new RangeError(`policy.packages names ${listed(missing)}, which this server doesn't allow.`);
  }
  const packages: Record<string, PolicyPackage> = {};
  for (const one of closure(policy, names)) packages[one.name] = one;
  const allowed = (name: string): boolean => Object.hasOwn(packages, name);
  const { profile, profiles, snapshots } = policy;
  return {
    ...policy,
    packages,
    // What the server would load is cut to what is left; a profile that somebody asks for by name is whole or none.
    profile: { name: profile.name, load: profile.load.filter(allowed) },
    profiles: Object.fromEntries(Object.entries(profiles).filter(([, { load }]) => load.every(allowed))),
    snapshots: snapshots.filter(({ load }) => load.every(allowed)),
  };
}

function profiled(policy: Policy, name: string): Policy {
  const { profiles } = policy;
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found) return { ...policy, profile: { name, load: found.load } };
  throw new RangeError(`There is no profile "${String(name)}" here. There are ${listed(Object.keys(profiles))}.`);
}

/** The files come from another place, by hash and name as ever; what the policy says of their content stays. */
function placed(policy: Policy, assets: URL): Policy {
  const folder = new URL(assets);
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  const at = (file: AssetFile): AssetFile => ({
    ...file,
    url: new URL(`${file.sha256}/${encodeURIComponent(file.name)}`, folder).href,
  });
  const packages = Object.entries(policy.packages).map(([name, { file, image, ...one }]) => [
    name,
    {
      ...one,
      file: at(file),
      image: image && { code: at(image.code), deferred: image.deferred && at(image.deferred) },
    },
  ]);
  return {
    ...policy,
    core: policy.core.map(at),
    packages: Object.fromEntries(packages) as Policy["packages"],
    snapshots: policy.snapshots.map((snapshot) => ({
      load: snapshot.load,
      heap: snapshot.heap.map(at),
      ...byPart((part) => at(snapshot[part])),
    })),
  };
}

function listed(names: string[]): string {
  const [last = "none", ...others] = [...names].reverse();
  return others.length === 0 ? last : `${others.reverse().join(", ")} and ${last}`;
}
