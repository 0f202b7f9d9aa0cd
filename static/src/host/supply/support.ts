// What this browser can do.

import { ISOLATED, isolationFails } from "./isolation";

/** The oldest that have all of what is asked for below. */
const OLDEST = "Chrome and Edge have it from 120 on, Firefox from 125 on, Safari from 17 on";

const NO_WASM =
  "This browser has no WebAssembly, which Python needs. Where it is switched off (Lockdown Mode on Apple's devices, enhanced " +
  "security in Edge, a policy of your organisation), allow it for this site. Else a current Firefox, Chrome, Edge or Safari has it.";

/** The smallest module with an exception in it, in the way that Python's C code throws them. */
const EXCEPTIONS = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 6, 64, 25, 11, 11];

/** What is asked of a browser, by what it is called where people look it up. */
const NEEDED: readonly [name: string, there: () => boolean][] = [
  ["WebAssembly exceptions", () => WebAssembly.validate(new Uint8Array(EXCEPTIONS))],
  ["compressed streams", () => typeof DecompressionStream === "function"],
  ["URL.canParse", () => typeof URL.canParse === "function"],
  ["Object.hasOwn", () => typeof Object.hasOwn === "function"],
];

/** A sentence when belljar can't run here at all. */
export function unsupported(): string | null {
  if (typeof WebAssembly !== "object") return NO_WASM;
  if (typeof Worker !== "function") return "This browser has no web workers, which the sandbox needs.";
  const missing = NEEDED.filter(([, there]) => !there()).map(([name]) => name);
  if (missing.length > 0)
    return `This browser is too old for this Python, or something is switched off in it: it lacks ${missing.join(", ")}. ${OLDEST}.`;
  if (isolationFails()) return ISOLATED;
  return null;
}

/**
 * Which frame to load, and whether to use the soft interrupt where the frame says that it can. A page that is itself
 * isolated can only embed the isolated frame (COEP); it may still go without the interrupt. In any other page the frame
 * isolates itself, in engines that can do that.
 */
export function isolationFor(asked: "auto" | "off" = "auto"): { page: "isolated" | "plain"; interrupt: boolean } {
  return { page: self.crossOriginIsolated ? "isolated" : "plain", interrupt: asked !== "off" };
}
