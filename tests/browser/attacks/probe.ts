// A probe: one attempt to get out, as data, so that it can be run again under other conditions (a header removed, a
// layer switched off). It has succeeded when anybody outside sights its label, or when it announces "won".

export const GROUPS = [
  "bridge",
  "charts",
  "doors",
  "firefox",
  "frame",
  "messages",
  "network",
  "output",
  "realms",
  "resources",
  "tiers",
] as const;
export type Group = (typeof GROUPS)[number];

/**
 * Where a probe runs.
 *
 * - `python`: as a cell.
 * - `worker`: as JavaScript in the worker that runs the cells, after it was scrubbed: the attacker owns the realm.
 * - `bare`: the same in a worker of the frame that was never scrubbed: only the frame's policy stands in the way.
 * - `frame`: in the frame's document: the attacker owns even what is trusted.
 * - `chart`: in the document in which a chart's library draws: the attacker owns all of that realm.
 * - `result`: as a result that the page shows.
 * - `outside`: as a page or a client that means harm to a sandbox.
 */
export type Realm = "python" | "worker" | "bare" | "frame" | "chart" | "result" | "outside";

export interface Probe {
  id: string;
  group: Group;
  title: string;
  realm: Realm;
  /**
   * Python or JavaScript with placeholders (see `fill`). Python wins with a last expression that reads
   * "won {{label}}"; JavaScript, the body of an async function with the realm's globals as `g`, with `return "won"`.
   */
  code: string;
  /** The control's code where it can't be the same. */
  control?: string;
  /** Where the control runs: the unsealed page, or the sealed one with what the attacker lacks put into his hand. */
  controlIn?: "plain" | "sealed";
  /** Packages that the control's plain Pyodide needs. */
  packages?: readonly string[];
  /** A cell that runs meanwhile, for JavaScript that attacks a running worker. */
  during?: string;
  /** The cell that runs during the control, where it is another. */
  controlDuring?: string;
  /** The label in what the caller of execute() gets counts as a sighting. */
  inAnswer?: boolean;
  /** Afterwards the sandbox is replaced. */
  spoils?: boolean;
}

/** Addresses of the canaries, and what stands for the attempt. */
export interface Places {
  http: string;
  ws: string;
  tcp: number;
  udp: number;
  label: string;
}

let count = 0;
const run = Math.random().toString(36).slice(2, 7);

/** What every label begins with, so that one search finds all. */
export const FIRST = "blj";

/** A label nobody else has. */
export function freshLabel(): string {
  count += 1;
  return `${FIRST}${run}${process.pid.toString(36)}x${count.toString(36)}x${Math.random().toString(36).slice(2, 8)}`;
}

/** Puts labels and addresses in place. `{{dns}}` is a host name with the label, which only the DNS sink knows. */
export function fill(code: string, places: Places): string {
  const values: Record<string, string> = {
    http: places.http,
    ws: places.ws,
    tcp: String(places.tcp),
    udp: String(places.udp),
    port: new URL(places.http).port,
    dns: `${places.label}.sink.test`,
    label: places.label,
  };
  return code.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

type Rest = Partial<Omit<Probe, "id" | "group" | "title" | "realm" | "code">>;

/** Python probes of a group. */
export function python(group: Group, title: string, code: string, rest: Rest = {}): Probe {
  return { id: `${group}/python/${slug(title)}`, group, title, realm: "python", code, ...rest };
}

/** The same JavaScript in each of the realms. */
export function script(
  group: Group,
  realms: readonly ("worker" | "bare" | "frame")[],
  title: string,
  code: string,
  rest: Rest = {},
): Probe[] {
  return realms.map((realm) => ({ id: `${group}/${realm}/${slug(title)}`, group, title, realm, code, ...rest }));
}
