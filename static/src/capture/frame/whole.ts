// All of a snapshot, out of the runtime's files and the packages'.

import type { Shelf } from "../../common/shelf";
import { prepareRuntime, type Read } from "../../frame/runtime";
import { type BootSettings, type NamedBytes, RUNTIME } from "../../protocol/messages";
import type { Snapshot } from "../messages";
import { shortFactory } from "./factory";
import { makeSnapshot } from "./steps";

/** Whoever hands parts over has verified them. */
export const VERIFIED: Read = Object.assign(() => {}, { wants: () => false });

/** Rejects with a sentence. */
export async function wholeSnapshot(
  parts: Shelf<Blob>,
  asked: { files: NamedBytes[]; settings: BootSettings },
): Promise<Snapshot> {
  const main = await parts.get(RUNTIME.wasm);
  const made = await makeSnapshot(await prepareRuntime(parts, null, VERIFIED), asked, main);
  const { heap, hot, cold, rest } = made;
  const script = new Blob([await shortFactory(parts)], { type: "text/javascript" });
  return { script, state: new Blob([made.state]), heap, hot, cold, rest };
}
