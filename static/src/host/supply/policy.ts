// Reads and checks /policy.json: what this server allows, and where its files lie.

import { allLimits } from "../../protocol/limits";
import type { PackageImage, Policy, PolicyPackage, PolicySnapshot, Profile } from "../../protocol/policy";
import {
  flag,
  list,
  Malformed,
  mapOf,
  optional,
  orNull,
  type Parse,
  record,
  text,
  withDefault,
} from "../../protocol/shape";
import { byPart } from "../../protocol/snapshot";
import { checkAsset as file } from "./assets";
import { nameThisPage } from "./embedder";
import { learn } from "./packed";

const name = text(200);
const names = list(name, 2_000);

const parse: Parse<Policy> = record<Policy>({
  version: (value, at) => {
    if (value !== 1) throw new Malformed(`${at} must be 1`);
    return 1;
  },
  belljar: name,
  stamp: text(64),
  pyodide: name,
  python: name,
  bytecode: flag,
  frame: record({ isolated: text(2_000), plain: text(2_000) }),
  page: optional(text(2_000)),
  core: list(file, 20),
  packages: mapOf(
    record<PolicyPackage>({
      name,
      version: name,
      file,
      image: withDefault(orNull(record<PackageImage>({ code: file, deferred: orNull(file) })), null),
      depends: names,
      imports: names,
    }),
    2_000,
  ),
  profile: record<Profile>({ name, load: names }),
  profiles: mapOf(record<Pick<Profile, "load">>({ load: names }), 100),
  snapshots: list(record<PolicySnapshot>({ load: names, heap: list(file, 1_000), ...byPart(() => file) }), 100),
  limits: allLimits,
});

/** A policy with the URL its paths are relative to. */
export interface LoadedPolicy {
  policy: Policy;
  base: URL;
}

/** There is an answer, but it is no policy: as a rule, nobody there serves one. */
export class NoPolicy extends Error {}

/** Checks a policy from outside. Throws Malformed, naming the field. */
export function checkPolicy(value: unknown): Policy {
  const policy = parse(value, "policy");
  const known = (at: string, load: string[]): void => {
    const missing = load.find((wanted) => !Object.hasOwn(policy.packages, wanted));
    if (missing !== undefined) throw new Malformed(`${at}.load names ${missing}, which is no package`);
  };
  known("policy.profile", policy.profile.load);
  for (const [profile, { load }] of Object.entries(policy.profiles)) known(`policy.profiles.${profile}`, load);
  return policy;
}

/** How often a server that is being set up is asked again, and for how long in all. */
const SETUP_MS = { again: 2_000, most: 900_000 };

/**
 * Fetches a policy, as a rule `policy.json` of a server. One that is being set up is waited for, and `told` says so. Throws
 * an Error whose message is a sentence for people.
 */
export async function loadPolicy(
  url: URL,
  signal?: AbortSignal,
  told: (sentence: string) => void = () => {},
): Promise<LoadedPolicy> {
  for (let waited = 0; ; waited += SETUP_MS.again) {
    const found = await askPolicy(url, signal);
    if ("policy" in found) return found;
    if (waited >= SETUP_MS.most) throw new Error(`${found.setup} Try again later.`);
    told(found.setup);
    await new Promise((resolve) => setTimeout(resolve, SETUP_MS.again));
    signal?.throwIfAborted();
  }
}

async function askPolicy(url: URL, signal?: AbortSignal): Promise<LoadedPolicy | { setup: string }> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "omit", ...(signal && { signal }) });
  } catch {
    signal?.throwIfAborted();
    // The browser tells no difference between no answer and one that this page may not read.
    const ours = url.origin === globalThis.location?.origin;
    const unread = ours ? "" : ", or it does not name this page's origin among its embedders";
    const advice = ours ? "Check the connection, then try again." : nameThisPage();
    throw new Error(`The server at ${url.host} could not be reached${unread}. ${advice}`);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const { error: told, setup } = (body ?? {}) as { error?: unknown; setup?: unknown };
    if (typeof told === "string" && typeof setup === "number") return { setup: told };
    if (typeof told === "string") throw new Error(told);
    throw new NoPolicy(`${url.href} is no policy of a belljar server: the answer was ${response.status}.`);
  }
  try {
    learn(response, url);
    return { policy: checkPolicy(body), base: url };
  } catch (error) {
    throw new NoPolicy(`${url.href} can't be used as a policy: ${(error as Error).message}.`);
  }
}

/** The named packages with all they depend on, dependencies first. Unknown names throw. */
export function closure(policy: Policy, wanted: string[]): PolicyPackage[] {
  const order: PolicyPackage[] = [];
  const seen = new Set<string>();
  const visit = (wantedName: string): void => {
    if (seen.has(wantedName)) return;
    seen.add(wantedName);
    const found = Object.hasOwn(policy.packages, wantedName) ? policy.packages[wantedName] : undefined;
    if (!found) throw new Error(`${wantedName} is not on the allowlist.`);
    found.depends.forEach(visit);
    order.push(found);
  };
  wanted.forEach(visit);
  return order;
}
