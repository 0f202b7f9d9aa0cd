// Which server a sandbox is fed by, and what it offers: found by `base`, else by where this module came from.

import { type Choice, choose, isAddress, isRead } from "./choice";
import { fitted } from "./device";
import { checkPolicy, type LoadedPolicy, loadPolicy, NoPolicy } from "./policy";

/** What of the options says where the server is, and what is wanted of it. */
export interface Wanted extends Choice {
  base?: string | URL | undefined;
}

const SAY_WHERE =
  "If this module isn't served by a belljar server, say where there is one: " +
  'Sandbox.open({ base: "https://your.server/" }). That server must name this page\'s origin among its embedders.';

/** The policy of a new sandbox; `told` that the server is still being set up. Rejects with a sentence, with a RangeError for what the server doesn't offer. */
export async function offered(
  wanted: Wanted,
  signal: AbortSignal,
  told?: (sentence: string) => void,
): Promise<LoadedPolicy> {
  const url = policyUrl(wanted, import.meta.url);
  const { policy } = wanted;
  if (isRead(policy)) return fitted(choose({ policy: checkPolicy(policy), base: url }, wanted));
  try {
    return fitted(choose(await loadPolicy(url, signal, told), wanted));
  } catch (error) {
    if (!(error instanceof NoPolicy) || isSaid(wanted)) throw error;
    throw new Error(`${error.message} ${SAY_WHERE}`);
  }
}

const isSaid = ({ base, policy }: Wanted): boolean => base !== undefined || isAddress(policy);

/** Where the policy lies, for a module that came from `module`. Throws an Error that says what to do. */
export function policyUrl(wanted: Wanted, module: string | undefined): URL {
  const { base = ".", policy = "policy.json" } = wanted;
  // A bundler may make a path of the machine that it ran on of `import.meta.url`, or nothing at all.
  const served = /^https?:/.test(module ?? "");
  if (!served && !isSaid(wanted)) throw new Error(`There is no telling where the belljar server is. ${SAY_WHERE}`);
  const server = address("base", base, served ? module : globalThis.location?.href);
  if (!server.pathname.endsWith("/")) server.pathname += "/";
  return address("policy", isAddress(policy) ? policy : "policy.json", server);
}

function address(option: string, value: string | URL, relative: string | URL | undefined): URL {
  try {
    return new URL(value, relative);
  } catch {
    throw new TypeError(`${option} must be an address as "https://your.server/", not "${String(value)}".`);
  }
}
