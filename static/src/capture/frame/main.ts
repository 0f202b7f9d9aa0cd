// The frame in which a snapshot is made: sealed like every other, and no user code ever comes near it. Only the page that
// `belljar assets build` opens loads it.

import { Shelf } from "../../common/shelf";
import { openDoor } from "../../frame/door";
import type { FrameMessage, PageMessage } from "../messages";
import { wholeSnapshot } from "./whole";

function serve(port: MessagePort, sealed: Promise<boolean>): void {
  const say = (message: FrameMessage): void => port.postMessage(message);
  const parts = new Shelf<Blob>();

  const capture = async (message: Extract<PageMessage, { type: "capture" }>): Promise<void> => {
    if (!(await sealed)) return; // the page hears of it
    try {
      say({ type: "captured", snapshot: await wholeSnapshot(parts, message) });
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
