// Which policy closes which way out in WebKit, with no hardening of ours behind it; Chromium's and Firefox's tables are the
// suite's (tests/browser/faults). A way whose control does not arrive is none in this engine, and is named.

import { mkdirSync, writeFileSync } from "node:fs";
import { CHANNELS } from "../../browser/faults/channels";
import { called, Measure, SETS, tableOf } from "../../browser/faults/measure";
import { DRIVERS } from "../drivers";
import { expect, test } from "../fixtures";

test.describe.configure({ retries: 0 });

const PAGE = "the frame in our plain page";

/** Ways that MiniBrowser has for nobody, or that nobody sees who watches from outside. */
const NONE: readonly string[] = [
  "WebTransport (frame)",
  "link prefetch (frame)",
  "link dns-prefetch (frame)",
  "an anchor's host (frame)",
  "WebRTC to a STUN server (frame)",
  "WebRTC to a peer (frame)",
];
/** Ways that the frame's policies let pass here. */
const PASSES: readonly string[] = ["link preconnect (frame)"];

test("WebKit: the policies hold what its table says", async ({ engineName, server }) => {
  test.skip(engineName !== "webkit", "the suite measures this engine");
  test.setTimeout(120_000);
  const measure = new Measure();
  await measure.begin(server);
  const engine = await DRIVERS.webkit.launch({ dns: measure.canary.dns });
  try {
    const sets = [...SETS.filter((name) => name !== "the frame in our page"), PAGE];
    const open = async (url: string): Promise<void> => (await engine.tab()).goto(url);
    const through = await measure.of({ open }, CHANNELS, sets);
    const channels = CHANNELS.filter((one) => through.nothing?.includes(called(one)));
    const none = CHANNELS.filter((one) => !channels.includes(one)).map(called);
    mkdirSync("build/engines", { recursive: true });
    const table = tableOf(engine.product, channels, through);
    writeFileSync("build/engines/channels-webkit.json", `${JSON.stringify({ ...table, none }, null, 1)}\n`);
    expect.soft(none).toEqual(NONE);
    expect(through[PAGE]).toEqual(PASSES);
  } finally {
    await engine.close();
    await measure.end();
  }
});
