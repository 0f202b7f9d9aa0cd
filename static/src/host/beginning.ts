// What comes before the first frame of a sandbox is given anything: its policy is read, while that frame loads already.

import type { Timeline } from "../common/timing";
import type { Emitter } from "./api/emitter";
import type { SandboxEvents, SandboxOptions } from "./api/options";
import { stands } from "./idle/standby";
import type { LoadedPolicy } from "./supply/policy";
import { Supply } from "./supply/supply";
import { unsupported } from "./supply/support";
import { EarlyFrame } from "./tenancy/early";

export interface Beginning {
  supply: Supply;
  /** A frame that loads already; whoever opens one takes or closes it. It goes with the signal of its sandbox, too. */
  early: EarlyFrame | undefined;
}

/** Rejects with a sentence where no sandbox can be had, with the reason of the signal once that has aborted. */
export async function begin(
  policy: Promise<LoadedPolicy>,
  options: SandboxOptions,
  emitter: Emitter<SandboxEvents>,
  signal: AbortSignal,
  timeline: Timeline,
): Promise<Beginning> {
  signal.throwIfAborted();
  const lacking = unsupported();
  if (lacking) throw new Error(lacking);
  const nothing = { loaded: 0, total: 0, received: 0, wire: 0 };
  emitter.emit("progress", { stage: "policy", label: "reading the policy", ...nothing });
  const early = stands() ? undefined : EarlyFrame.begin(options, signal);
  const found = await policy;
  signal.throwIfAborted(); // no frame for what was closed meanwhile
  return { supply: new Supply(found, options, emitter, signal, timeline), early };
}
