// The frame's one door: a port from the page around it, taken once. Meanwhile the frame proves that it is sealed.

import { dropUngoverned } from "../common/realm";
import { type Check, KNOCK } from "../protocol/messages";
import { selfTest } from "./self-test";

/** Gives the port to `serve`, which must run nothing before `sealed` has found it so; then calls `greet` with what was found. */
export function openDoor(
  serve: (port: MessagePort, sealed: Promise<boolean>) => void,
  greet: (port: MessagePort, checks: Check[]) => void,
): void {
  dropUngoverned();
  const tests = selfTest();
  const sealed = tests.then((checks) => checks.every((check) => check.ok));
  addEventListener("message", function first(event: MessageEvent<unknown>) {
    const port = event.ports[0];
    const data = event.data as { type?: unknown } | null;
    if (event.source !== window.parent || !port || data?.type !== "belljar:init") return;
    removeEventListener("message", first); // one owner: a second init is never heard
    serve(port, sealed);
    void tests.then((checks) => greet(port, checks));
  });
  // Its load event would tell the page around it the same, but later.
  if (window.parent !== window) window.parent.postMessage(KNOCK, "*");
}
