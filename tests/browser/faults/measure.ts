// Opens documents under sets of headers in an engine, and asks the witness which ways out of them it saw.

import { fill, freshLabel } from "../attacks/probe";
import { Canary, type Page } from "../attacks/witness/canary";
import { type Channel, naming, page, script } from "./channels";

type Headers = Record<string, string>;

/** What a document is sent with, and what the page around it. */
interface Sent {
  document: Headers;
  around?: Headers;
}

/** A page is opened, and stays open. */
export interface Opens {
  open(url: string): Promise<unknown>;
}

/** For each way out and set of headers whether it was held. */
export interface Table {
  engine: string;
  sets: string[];
  rows: { channel: string; held: boolean[] }[];
}

const CSP = "content-security-policy";
const LIST = "connection-allowlist";
const pick = (headers: Headers, test: (name: string) => boolean): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => test(name)));
const rest = (ms: number) => new Promise((done) => setTimeout(done, ms));

export const called = ({ title, realm }: Channel): string => `${title} (${realm})`;

export class Measure {
  readonly #pages = new Map<string, Page>();
  readonly canary = new Canary((path) => this.#pages.get(path));
  #sets: Record<string, Sent> = {};

  /** Takes the headers from the server at this address. */
  async begin(base: string): Promise<void> {
    await this.canary.listen();
    const of = async (path: string): Promise<Headers> => {
      const { headers } = await fetch(`${base}${path}`);
      return Object.fromEntries(
        [...headers].filter(([name]) => !/^(content-(length|encoding|type)|etag|date)$/.test(name)),
      );
    };
    const plain = await of("/frame/plain.html");
    this.#sets = {
      nothing: { document: {} },
      "CSP alone": { document: pick(plain, (name) => name === CSP) },
      "Connection-Allowlist alone": { document: pick(plain, (name) => name === LIST) },
      "all but CSP": { document: pick(plain, (name) => name !== CSP) },
      "all but Connection-Allowlist": { document: pick(plain, (name) => name !== LIST) },
      "the frame": { document: plain },
      "the frame in our page": { document: await of("/frame/isolated.html"), around: await of("/") },
      "the output frame": { document: await of("/output") },
      "the frame without Document-Isolation-Policy": {
        document: pick(plain, (name) => name !== "document-isolation-policy"),
      },
    };
    // Where an isolated frame can start no worker, our page is sent without isolation, and so is its frame.
    this.#sets["the frame in our plain page"] = { document: plain, around: await of("/plain") };
  }

  end(): Promise<void> {
    return this.canary.close();
  }

  /** The document of a set, as addresses that the page around it embeds. */
  #serve(name: string, set: Sent, labels: Map<Channel, string>): string {
    const { canary } = this;
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
      this.#pages.set(path, { type: "text/html", body, headers: naming(set.document, source) });
      return `<iframe sandbox="allow-scripts" src="${path}"></iframe>`;
    });
    const path = `/around/${encodeURIComponent(name)}`;
    const body = `<!doctype html>${frames.join("")}`;
    this.#pages.set(path, { type: "text/html", body, headers: set.around ?? {} });
    return `http://${host}${path}`;
  }

  /** Opens a document under each set of headers; gives for each the ways that the witness saw. */
  async of(engine: Opens, channels: readonly Channel[], sets = SETS): Promise<Record<string, string[]>> {
    const labels = new Map<string, Map<Channel, string>>();
    for (const name of sets) {
      const mine = new Map(channels.map((channel) => [channel, freshLabel()]));
      const set = this.#sets[name];
      if (!set) throw new Error(`there is no set of headers ${name}`);
      labels.set(name, mine);
      await engine.open(this.#serve(name, set, mine));
    }
    const through = (name: string): string[] =>
      [...(labels.get(name) ?? [])]
        .filter(([, label]) => this.canary.seen.some(({ what }) => what.includes(label)))
        .map(([channel]) => called(channel));
    // The last page that was opened has the time that the slowest control takes, and more.
    for (let waits = 0; waits < 60 && through("nothing").length < channels.length; waits++) await rest(150);
    await rest(1_500);
    return Object.fromEntries([...labels.keys()].map((name) => [name, through(name)]));
  }
}

/** The sets, in the order of the table's columns; the first one is the control. */
export const SETS: readonly string[] = [
  "nothing",
  "CSP alone",
  "Connection-Allowlist alone",
  "all but CSP",
  "all but Connection-Allowlist",
  "the frame",
  "the frame in our page",
  "the output frame",
  "the frame without Document-Isolation-Policy",
];

/** The table of what was seen, without its control. */
export function tableOf(engine: string, channels: readonly Channel[], through: Record<string, string[]>): Table {
  const sets = Object.keys(through).filter((name) => name !== "nothing");
  const rows = channels.map((channel) => ({
    channel: called(channel),
    held: sets.map((name) => !through[name]?.includes(called(channel))),
  }));
  return { engine, sets, rows };
}
