// The frame in which a snapshot is made: sealed like every other, and no user code ever comes near it. Only the page that
// `belljar assets build` opens loads it.

import { Shelf } from "../../common/shelf";
import { openDoor } from "../../frame/door";
import { prepareRuntime, type Read } from "../../frame/runtime";
import { RUNTIME } from "../../protocol/messages";
import type { FrameMessage, PageMessage } from "../messages";
import { shortFactory } from "./factory";
import { makeSnapshot } from "./steps";

/** The page has verified all parts itself. */
const VERIFIED: Read = Object.assign(() => {}, { wants: () => false });

function serve(port: MessagePort, sealed: Promise<boolean>): void {
  const say = (message: FrameMessage): void => port.postMessage(message);
  const parts = new Shelf<Blob>();

  const capture = async (message: Extract<PageMessage, { type: "capture" }>): Promise<void> => {
    if (!(await sealed)) return; // the page hears of it
    try {
      const main = await parts.get(RUNTIME.wasm);
      const made = await makeSnapshot(await prepareRuntime(parts, null, VERIFIED), message, main);
      const { heap, hot, cold, rest } = made;
      const script = new Blob([await shortFactory(parts)], { type: "text/javascript" });
      say({ type: "captured", snapshot: { script, state: new Blob([made.state]), heap, hot, cold, rest } });
    } catch (error) {
      say({ type: "failed", reason: `The snapshot could not be made: ${(error as Error).message}` });
    }
  };

  port.onmessage = ({ data }: MessageEvent<PageMessage>) => {
    if (data.type === "part") parts.put(data.name, data.blob);
    else void capture(data);
  };
}

openDoor(serve, (port, checks) => port.postMessage({ type: "hello", checks } satisfies FrameMessage));
