// Which policy closes which way out, alone and together, with no hardening of ours behind it, in each engine. The
// witness is outside of the browser: canaries for HTTP, WebSocket and UDP, and the DNS server that the browser asks.

import { mkdirSync, writeFileSync } from "node:fs";
import { expect, chromium as playwrights, test } from "@playwright/test";
import { fill, freshLabel } from "../attacks/probe";
import { Canary, type Page } from "../attacks/witness/canary";
import { chromium, type Engine } from "../attacks/witness/engine";
import { Firefox, firefoxPath } from "../attacks/witness/firefox";
import { CHANNELS, type Channel, naming, page, script } from "./channels";

type Headers = Record<string, string>;

const pages = new Map<string, Page>();
const canary = new Canary((path) => pages.get(path));
const tables: { engine: string; sets: string[]; rows: { channel: string; held: boolean[] }[] }[] = [];
let sent: Record<"page" | "plain" | "isolated" | "output", Headers>;

test.beforeAll(async ({ baseURL }) => {
  await canary.listen();
  const of = async (path: string): Promise<Headers> => {
    const { headers } = await fetch(`${baseURL}${path}`);
    return Object.fromEntries(
      [...headers].filter(([name]) => !/^(content-(length|encoding|type)|etag|date)$/.test(name)),
    );
  };
  sent = {
    page: await of("/"),
    plain: await of("/frame/plain.html"),
    isolated: await of("/frame/isolated.html"),
    output: await of("/output"),
  };
});
test.afterAll(async () => {
  await canary.close();
  mkdirSync("build/reports", { recursive: true });
  writeFileSync("build/reports/channels.json", `${JSON.stringify({ tables }, null, 1)}\n`);
});

const CSP = "content-security-policy";
const LIST = "connection-allowlist";
const pick = (headers: Headers, test: (name: string) => boolean): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => test(name)));

/** What a document is sent with, and what the page around it. */
interface Set_ {
  document: Headers;
  around?: Headers;
}

const sets = (): Record<string, Set_> => ({
  nothing: { document: {} },
  "CSP alone": { document: pick(sent.plain, (name) => name === CSP) },
  "Connection-Allowlist alone": { document: pick(sent.plain, (name) => name === LIST) },
  "all but CSP": { document: pick(sent.plain, (name) => name !== CSP) },
  "all but Connection-Allowlist": { document: pick(sent.plain, (name) => name !== LIST) },
  "the frame": { document: sent.plain },
  "the frame in our page": { document: sent.isolated, around: sent.page },
  "the output frame": { document: sent.output },
  "the frame without Document-Isolation-Policy": {
    document: pick(sent.plain, (name) => name !== "document-isolation-policy"),
  },
});

/** The document of a set, as addresses that the page around it embeds. */
function serve(name: string, set: Set_, labels: Map<Channel, string>): string {
  const host = `127.0.0.1:${canary.httpPort}`;
  const places = { http: `http://${host}`, ws: `ws://${host}`, tcp: canary.tcpPort, udp: canary.udpPort };
  const of = (test: (channel: Channel) => boolean): string[] =>
    [...labels].filter(([channel]) => test(channel)).map(([{ code }, label]) => fill(code, { ...places, label }));
  const staying = (realm: string) => of((one) => one.realm === realm && !one.leaves);
  const scripts = [
    script(staying("frame"), staying("worker")),
    ...of((one) => one.leaves === true).map((code) => script([code], [])),
  ];
  const frames = scripts.map((text, at) => {
    const { body, source } = page(text);
    const path = `/set/${encodeURIComponent(name)}/${at}`;
    pages.set(path, { type: "text/html", body, headers: naming(set.document, source) });
    return `<iframe sandbox="allow-scripts" src="${path}"></iframe>`;
  });
  const path = `/around/${encodeURIComponent(name)}`;
  pages.set(path, { type: "text/html", body: `<!doctype html>${frames.join("")}`, headers: set.around ?? {} });
  return `http://${host}${path}`;
}

/** Opens a document under each set of headers; gives for each the ways that the witness saw. */
async function measure(engine: Engine, channels: readonly Channel[]): Promise<Record<string, string[]>> {
  const labels = new Map<string, Map<Channel, string>>();
  for (const [name, set] of Object.entries(sets())) {
    const mine = new Map(channels.map((channel) => [channel, freshLabel()]));
    labels.set(name, mine);
    await engine.open(serve(name, set, mine));
  }
  const through = (name: string): string[] =>
    [...(labels.get(name) ?? [])]
      .filter(([, label]) => canary.seen.some(({ what }) => what.includes(label)))
      .map(([channel]) => called(channel));
  // The last page that was opened has the time that the slowest control takes, and more.
  for (let waits = 0; waits < 60 && through("nothing").length < channels.length; waits++) await rest(150);
  await rest(1_500);
  return Object.fromEntries([...labels.keys()].map((name) => [name, through(name)]));
}

const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));
const called = ({ title, realm }: Channel): string => `${title} (${realm})`;

function note(engine: string, channels: readonly Channel[], through: Record<string, string[]>): void {
  const names = Object.keys(through).filter((name) => name !== "nothing");
  const rows = channels.map((channel) => ({
    channel: called(channel),
    held: names.map((name) => !through[name]?.includes(called(channel))),
  }));
  tables.push({ engine, sets: names, rows });
}

const STUN = "WebRTC to a STUN server (frame)";
const PEER = "WebRTC to a peer (frame)";
const AHEAD = ["link preconnect (frame)", "link dns-prefetch (frame)"];
const LEAVES = ["its own navigation (frame)"];

test("Chromium: CSP and Connection-Allowlist each hold what the other lets pass; WebRTC to a named peer nothing holds", async () => {
  const { launchOptions } = test.info().project.use;
  const executable = launchOptions?.executablePath ?? playwrights.executablePath();
  const engine = await chromium(executable, launchOptions?.args ?? [], canary.dns);
  const channels = CHANNELS.filter(({ only }) => only !== "Firefox");
  try {
    const through = await measure(engine, channels);
    note(engine.product, channels, through);
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
  const engine = await Firefox.launch(path ?? "", canary.dns);
  const channels = CHANNELS.filter(({ only }) => only !== "Chrome");
  try {
    const through = await measure(engine, channels);
    note(engine.product, channels, through);
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
