// What the device can spare. A phone's browser ends a page that takes too much, without a word and with all that it holds; so
// there a sandbox is one Python with a ceiling, and nothing is made in reserve unless the page asks for it.

import type { LoadedPolicy } from "./policy";

/** Bytes that Python may take on a small device. */
export const SMALL_BYTES = 512 << 20;

/** What a small device has, in GB, where browsers tell (Chromium, rounded to a power of two). */
const SMALL_GB = 4;

/** A device with little memory; where the browser doesn't tell how much there is, one that is held in a hand. */
export function isSmall(): boolean {
  const { deviceMemory } = (globalThis.navigator ?? {}) as { deviceMemory?: number };
  if (deviceMemory !== undefined) return deviceMemory <= SMALL_GB;
  return globalThis.matchMedia?.("(pointer: coarse) and (hover: none)").matches ?? false;
}

/** The policy that a sandbox gets on this device. */
export function fitted({ policy, base }: LoadedPolicy): LoadedPolicy {
  const { limits } = policy;
  if (!isSmall() || limits.memory_bytes <= SMALL_BYTES) return { policy, base };
  return { policy: { ...policy, limits: { ...limits, memory_bytes: SMALL_BYTES } }, base };
}
