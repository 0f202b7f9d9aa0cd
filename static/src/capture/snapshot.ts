// Has a snapshot made by this browser: what `belljar assets build` opens a page for.

import { Emitter } from "../host/emitter";
import { FrameLink, send } from "../host/link";
import { sealed } from "../host/opening";
import type { SandboxEvents } from "../host/options";
import { type LoadedPolicy, loadPolicy } from "../host/policy";
import { type Give, Supply } from "../host/supply";
import { isolationFor } from "../host/support";
import type { BootSettings, FrameMessage } from "../protocol/messages";

export type Snapshot = Omit<Extract<FrameMessage, { type: "captured" }>, "type">;

/**
 * A snapshot with these packages, or with those of the profile. `from` is the server's base, or the policy where it is
 * known already. Rejects with a sentence.
 */
export async function makeSnapshot(
  from: URL | LoadedPolicy,
  packages?: string[],
  signal = new AbortController().signal,
): Promise<Snapshot> {
  const loaded = from instanceof URL ? await loadPolicy(new URL("policy.json", from)) : from;
  const asked = packages ? { packages } : {};
  const supply = new Supply(loaded, { ...asked, start: "wheels" }, new Emitter<SandboxEvents>(), signal);
  const { limits, packages: allowed, frame } = supply.policy;
  const { page } = isolationFor("auto");
  let link: FrameLink | undefined;
  try {
    const found = await new Promise<Snapshot>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      const made = new FrameLink(supply.url(page === "isolated" ? frame.isolated : frame.plain), document.body, {
        message: (message) => {
          if (message.type === "captured") resolve(message);
          if (message.type === "failed") reject(new Error(message.reason));
        },
        lost: (reason) => reject(new Error(reason)),
      });
      link = made;
      const settings: BootSettings = { limits, packages: allowed, load: supply.first, interrupt: false, pool: 0 };
      Promise.all([supply.packages.archives(supply.first), sealed(made)])
        .then(([files]) => send(made, { type: "capture", files, settings }))
        .catch(reject);
      const give: Give = (name, blob, unverified) => send(made, { type: "part", name, blob, unverified });
      supply.parts(give, Promise.resolve()).catch(reject);
    });
    // Bytes of blobs come over in their own time; they must be here before the frame that made them goes.
    const { script, state, heap, hot, code, rest } = found;
    await Promise.all([script, state, heap, hot, code, rest].map((blob) => blob.slice(-1).arrayBuffer()));
    return found;
  } finally {
    link?.close();
  }
}
