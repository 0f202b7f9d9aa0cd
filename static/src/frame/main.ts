// The frame: opaque origin, no network source in its policy. Takes one port from the page around it, proves that it
// is sealed, and only then becomes a session.

import { sha256 } from "../common/digest";
import { sharesMemory } from "../common/pager";
import { Shelf } from "../common/shelf";
import type { FrameMessage } from "../protocol/from-frame";
import { PROTOCOL } from "../protocol/messages";
import { Malformed } from "../protocol/shape";
import type { HostMessage } from "../protocol/to-frame";
import { parseHostMessage } from "../protocol/to-frame";
import { openDoor } from "./door";
import { own } from "./own";
import { prepareRuntime, type Read } from "./runtime";
import { FrameSession } from "./session";

function serve(port: MessagePort, sealed: Promise<boolean>): void {
  const say = (message: FrameMessage): void => port.postMessage(message);
  // Resolves with the session that the first `boot` makes; messages that come before wait for it, in order.
  let start: ((session: Promise<FrameSession | undefined>) => void) | undefined;
  const session = new Promise<FrameSession | undefined>((resolve) => {
    start = resolve;
  });

  /** Settles with the last message that has been passed on: they keep their order. */
  let landed: Promise<unknown> = Promise.resolve();
  const parts = new Shelf<Blob>();
  const unverified = new Set<string>();
  /** Says once what the bytes of a part are, if the page around has not looked into it. */
  const hear = (name: string, bytes: ArrayBuffer): void => {
    if (unverified.delete(name)) void sha256(bytes).then((found) => say({ type: "read", name, sha256: found }));
  };
  const read: Read = Object.assign(hear, { wants: (name: string) => unverified.has(name) });

  const boot = async (message: Extract<HostMessage, { type: "boot" }>): Promise<FrameSession | undefined> => {
    const runtime = prepareRuntime(parts, message.snapshot, read);
    runtime.catch(() => {}); // awaited where there is somebody to tell it
    if (!(await sealed)) return undefined;
    try {
      say({ type: "progress", stage: "runtime", label: "compiling the runtime" });
      return new FrameSession(await runtime, message.settings, say, message.hold);
    } catch (error) {
      say({ type: "failed", reason: `Python could not start: ${(error as Error).message}` });
      return undefined;
    }
  };

  port.onmessage = (event: MessageEvent<unknown>) => {
    let message: HostMessage | null;
    try {
      message = parseHostMessage(event.data);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const request = (event.data as { request?: unknown }).request;
      if (typeof request === "number") say({ type: "reply", request, value: null, error: error.message });
      return;
    }
    if (!message) return;
    if (message.type === "part") {
      if (message.unverified) unverified.add(message.name);
      const { name, blob } = message;
      void own(blob).then((kept) => parts.put(name, kept));
    } else if (message.type === "boot") {
      start?.(boot(message));
      start = undefined;
    } else if (message.type === "ping") {
      // At once: the page around asks from the beginning whether there is still anybody.
      say({ type: "reply", request: message.request, value: null, error: null });
    } else {
      const rest = message;
      landed = landed.then(async () => {
        const kept = "blob" in rest && rest.blob ? { ...rest, blob: await own(rest.blob) } : rest;
        (await session)?.hear(kept);
      });
    }
  };
}

openDoor(serve, (port, checks) => {
  const hello: FrameMessage = { type: "hello", protocol: PROTOCOL, isolated: sharesMemory(), checks };
  port.postMessage(hello);
});
