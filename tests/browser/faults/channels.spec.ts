// Which policy closes which way out, alone and together, with no hardening of ours behind it, in each engine. The
// witness is outside of the browser: canaries for HTTP, WebSocket and UDP, and the DNS server that the browser asks.

import { mkdirSync, writeFileSync } from "node:fs";
import { expect, chromium as playwrights, test } from "@playwright/test";
import { chromium } from "../attacks/witness/engine";
import { Firefox, firefoxPath } from "../attacks/witness/firefox";
import { CHANNELS } from "./channels";
import { called, Measure, type Table, tableOf } from "./measure";

const measure = new Measure();
const tables: Table[] = [];

test.beforeAll(({ baseURL }) => measure.begin(baseURL ?? ""));
test.afterAll(async () => {
  await measure.end();
  mkdirSync("build/reports", { recursive: true });
  writeFileSync("build/reports/channels.json", `${JSON.stringify({ tables }, null, 1)}\n`);
});

const STUN = "WebRTC to a STUN server (frame)";
const PEER = "WebRTC to a peer (frame)";
const AHEAD = ["link preconnect (frame)", "link dns-prefetch (frame)"];
const LEAVES = ["its own navigation (frame)"];

test("Chromium: CSP and Connection-Allowlist each hold what the other lets pass; WebRTC to a named peer nothing holds", async () => {
  const { launchOptions } = test.info().project.use;
  const executable = launchOptions?.executablePath ?? playwrights.executablePath();
  const engine = await chromium(executable, launchOptions?.args ?? [], measure.canary.dns);
  const channels = CHANNELS.filter(({ only }) => only !== "Firefox");
  try {
    const through = await measure.of(engine, channels);
    tables.push(tableOf(engine.product, channels, through));
    expect(through).toEqual({
      // The control: without a policy all of them arrive.
      nothing: channels.map(called),
      "CSP alone": [...AHEAD, STUN, PEER, ...LEAVES],
      "Connection-Allowlist alone": [PEER],
      "all but CSP": [PEER],
      "all but Connection-Allowlist": [...AHEAD, STUN, PEER, ...LEAVES],
      "the frame": [PEER],
      "the frame in our page": [PEER],
      "the output frame": [PEER],
      "the frame without Document-Isolation-Policy": [PEER],
    });
  } finally {
    await engine.close();
  }
});

test("Firefox: the CSP holds what asks a server; look-ups ahead and WebRTC it lets pass, and the page holds navigation", async () => {
  const path = firefoxPath();
  test.skip(path === undefined, "there is no Firefox here: .ci/firefox says how to get one");
  const engine = await Firefox.launch(path ?? "", measure.canary.dns);
  const channels = CHANNELS.filter(({ only }) => only !== "Chrome");
  try {
    const through = await measure.of(engine, channels);
    tables.push(tableOf(engine.product, channels, through));
    const [preconnect = ""] = AHEAD;
    expect(through).toEqual({
      nothing: channels.map(called),
      "CSP alone": [...AHEAD, "an anchor's host (frame)", STUN, ...LEAVES],
      // Firefox doesn't know that header, nor Document-Isolation-Policy.
      "Connection-Allowlist alone": channels.map(called),
      "all but CSP": channels.map(called).filter((name) => name !== AHEAD[1] && name !== "an anchor's host (frame)"),
      "all but Connection-Allowlist": [preconnect, STUN, ...LEAVES],
      "the frame": [preconnect, STUN, ...LEAVES],
      "the frame in our page": [preconnect, STUN],
      "the output frame": [preconnect, STUN, ...LEAVES],
      "the frame without Document-Isolation-Policy": [preconnect, STUN, ...LEAVES],
    });
  } finally {
    await engine.close();
  }
});
