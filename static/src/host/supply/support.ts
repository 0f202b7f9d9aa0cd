// What this browser can do.

import { ISOLATED, isolationFails } from "./isolation";

/** A sentence when belljar can't run here at all. */
export function unsupported(): string | null {
  if (typeof WebAssembly !== "object")
    return "This browser has no WebAssembly, which Python needs. A current Firefox, Chrome, Edge or Safari has it.";
  if (typeof Worker !== "function") return "This browser has no web workers, which the sandbox needs.";
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
