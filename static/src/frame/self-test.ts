// Before anything runs, the frame makes sure that it is sealed. Each check must come out as refused by the browser;
// one that does not means a header or an attribute is missing, and then the frame runs nothing (fail closed).

import type { Check } from "../protocol/messages";

/** True when the action throws or rejects. */
async function refused(action: () => unknown): Promise<boolean> {
  try {
    await action();
    return false;
  } catch {
    return true;
  }
}

export async function selfTest(): Promise<Check[]> {
  // Each refusal says where in the script it happened, for which an engine reads every function anew that is being called:
  // the one around all of the script shall not be among them.
  await null;
  const check = (name: string, ok: boolean, detail: string): Check => ({ name, ok, detail: ok ? "" : detail });
  return [
    check("origin", self.origin === "null", "the frame has an ordinary origin: its sandbox is missing"),
    check("framed", window.parent !== window, "the frame was opened as a page of its own"),
    check(
      "parent",
      window.parent === window || (await refused(() => window.parent.document.title)),
      "the frame can read the page around it",
    ),
    check("storage", await refused(() => window.localStorage.length), "the frame can use the browser's storage"),
    check("cookies", await refused(() => document.cookie), "the frame can read cookies"),
    // data: needs no network, so a refusal can only come from the policy.
    check("network", await refused(() => fetch("data:text/plain,x")), "the frame's policy lets it fetch"),
    // biome-ignore lint/security/noGlobalEval: the point is that it must throw
    check("eval", await refused(() => globalThis.eval("1")), "the frame's policy lets it evaluate text"),
  ];
}
