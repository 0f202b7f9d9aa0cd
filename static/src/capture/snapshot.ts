// Has a snapshot made in a frame that does nothing else.

import { Emitter } from "../host/api/emitter";
import type { SandboxEvents } from "../host/api/options";
import { loadPolicy } from "../host/supply/policy";
import { Supply } from "../host/supply/supply";
import type { BootSettings } from "../protocol/messages";
import type { FrameMessage, PageMessage, Snapshot } from "./messages";

/** A snapshot with the packages of the policy's profile. Rejects with a sentence. */
export async function makeSnapshot(base: URL): Promise<Snapshot> {
  const loaded = await loadPolicy(new URL("policy.json", base));
  const { signal } = new AbortController();
  const supply = new Supply(loaded, { start: "wheels" }, new Emitter<SandboxEvents>(), signal);
  const { limits, packages } = supply.policy;
  const settings: BootSettings = { limits, packages, load: supply.first, interrupt: false, pool: 0 };
  const iframe = document.createElement("iframe");
  iframe.setAttribute("sandbox", "allow-scripts");
  iframe.src = supply.url("frame/capture").href;
  const found = await new Promise<Snapshot>((resolve, reject) => {
    const { port1: port, port2 } = new MessageChannel();
    const say = (message: PageMessage, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
    const begin = async (): Promise<void> => {
      await supply.parts((name, blob) => say({ type: "part", name, blob }), Promise.resolve());
      const files = await supply.packages.archives(supply.first);
      say(
        { type: "capture", files, settings },
        files.map(({ bytes }) => bytes),
      );
    };
    port.onmessage = ({ data }: MessageEvent<FrameMessage>) => {
      if (data.type === "captured") resolve(data.snapshot);
      else if (data.type === "failed") reject(new Error(data.reason));
      else {
        const broken = data.checks.find(({ ok }) => !ok);
        if (broken) reject(new Error(`The frame is not sealed: ${broken.detail}.`));
        else begin().catch(reject);
      }
    };
    // "*" because an opaque origin can't be named.
    iframe.onload = () => iframe.contentWindow?.postMessage({ type: "belljar:init" }, "*", [port2]);
    document.body.append(iframe);
  });
  // Bytes of blobs come over in their own time; they must be here before the frame that made them goes.
  await Promise.all(Object.values(found).map((blob) => blob.slice(-1).arrayBuffer()));
  iframe.remove();
  return found;
}
