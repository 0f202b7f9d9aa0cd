// Forged, late, malformed and smuggled messages out of a worker whose realm the attacker owns. A message counts when
// its label turns up in what the caller of execute() gets. The control sends the same with what it lacked to be
// accepted: the id of the run that is on, or the form that the guards ask for.

import { type Probe, script } from "../probe";

/** A cell that leaves the worker's event loop free while it runs. */
const SLEEP = "import asyncio\nawait asyncio.sleep(.1)";
const STALE = '"00000000000000000000000000000000"';

const message = (title: string, code: string, rest: Partial<Probe>): Probe[] =>
  script("messages", ["worker"], title, code, { inAnswer: true, controlIn: "sealed", ...rest });

/** The run's messages, as JavaScript expressions. */
const KINDS: Record<string, string> = {
  "a stream": `{ type: "stream", name: "stdout", text: "{{label}}" }`,
  "a display": `{ type: "display", data: { text: "{{label}}" }, id: null, update: false }`,
  "a result": `{ type: "result", data: { text: "{{label}}" }, execution_count: 1 }`,
  "the end of the run": `{ type: "done", outcome: "error", error: { name: "{{label}}", value: "", traceback: "" }, execution_count: 1, duration_ms: 1, changes: [], truncated: null }`,
};

const send = (body: string, run: string): string => `kept.postMessage(JSON.stringify({ ...(${body}), run: ${run} }))`;

const forged = Object.entries(KINDS).flatMap(
  ([name, body]) =>
    [
      ...message(`${name} under a made-up run id`, send(body, STALE), {
        during: SLEEP,
        control: send(body, "kept.run"),
      }),
      ...message(`${name} without a run id`, send(body, "undefined"), {
        during: SLEEP,
        control: send(body, "kept.run"),
      }),
      ...message(`${name} after its run has ended`, send(body, "kept.run"), { controlDuring: SLEEP }),
      ...message(`${name} under the id of the run before`, `${send(body, "kept.before ?? 'none'")}`, {
        during: `${SLEEP}`,
        control: send(body, "kept.run"),
      }),
    ].map((probe) => ({ ...probe, spoils: name === "the end of the run" })), // two cells would be on at once
);

const STREAM = KINDS["a stream"] ?? "";
const WELL = send(STREAM, "kept.run");

/** The same stream message, spoiled in one way. */
const malformed = (title: string, code: string, control = WELL): Probe[] =>
  message(title, code, { during: SLEEP, control });

const file = (path: string): string =>
  `kept.postMessage({ type: "file", path: ${path}, blob: new Blob(["{{label}}"]) })`;

/** Words of the frame to a worker and of the workers that make snapshots: none of them means anything from here. */
const FOREIGN = [
  "boot",
  "piece",
  "warm",
  "run",
  "pack",
  "packed",
  "snap",
  "snapped",
  "prove",
  "proved",
  "captured",
  "read",
];

export const MESSAGES: Probe[] = [
  ...FOREIGN.flatMap((type) =>
    malformed(
      `the word "${type}", as text and as an object`,
      `const said = { ...(${STREAM}), type: "${type}", run: kept.run, state: "{{label}}", reason: "{{label}}" };
      kept.postMessage(JSON.stringify(said));
      kept.postMessage({ ...said, script: new Blob(["{{label}}"]), heap: new Blob(["{{label}}"]), hot: new Blob(["{{label}}"]), code: new Blob(["{{label}}"]), rest: new Blob(["{{label}}"]) })`,
    ),
  ),
  ...[
    "-1, length: 16",
    "0, length: -16",
    "1e300, length: 1e300",
    "0.5, length: 0.5",
    '"{{label}}", length: "{{label}}"',
  ].flatMap((range) =>
    malformed(
      `a page of the image that can't be: ${range.replaceAll("{{label}}", "text")}`,
      `kept.postMessage(JSON.stringify({ ...(${STREAM}), type: "page", run: kept.run, offset: ${range} }))`,
    ),
  ),
  ...malformed(
    "packages that nobody asked for",
    send(`{ type: "need", id: "profile", names: ["{{label}}"] }`, "kept.run"),
  ),
  ...malformed("a stage that is no text", send(`{ type: "stage", label: ["{{label}}"] }`, "kept.run")),
  ...forged,
  ...malformed("an object in place of text", `kept.postMessage({ ...(${STREAM}), run: kept.run })`),
  ...malformed(
    "text inside text",
    `kept.postMessage(JSON.stringify(JSON.stringify({ ...(${STREAM}), run: kept.run })))`,
  ),
  ...malformed("a message in a list", `kept.postMessage(JSON.stringify([{ ...(${STREAM}), run: kept.run }]))`),
  ...malformed("a kind that does not exist", send(`{ type: "belljar", text: "{{label}}" }`, "kept.run")),
  ...malformed("a kind of the prototype", send(`{ type: "constructor", text: "{{label}}" }`, "kept.run")),
  ...malformed(
    "a stream that does not exist",
    send(`{ type: "stream", name: "{{label}}", text: "{{label}}" }`, "kept.run"),
  ),
  ...malformed("a number for a text", send(`{ type: "stream", name: "stdout", text: ["{{label}}"] }`, "kept.run")),
  ...malformed(
    "fields by way of the prototype",
    `kept.postMessage('{"__proto__":{"type":"stream","name":"stdout","text":"{{label}}"},"run":"' + kept.run + '"}')`,
  ),
  ...malformed(
    "a picture that is not base64",
    send(`{ type: "result", data: { png: '"><img src=x {{label}}' }, execution_count: 1 }`, "kept.run"),
  ),
  ...malformed(
    "an extra field in a bundle",
    send(`{ type: "result", data: { text: "x", script: "{{label}}" }, execution_count: 1 }`, "kept.run"),
  ),
  ...malformed("a run id that is an object", send(STREAM, `{ toString: 1 }`)),
  ...malformed(
    "a result nested a thousand deep",
    `let deep = '"{{label}}"'; for (let i = 0; i < 1000; i++) deep = '{"a":' + deep + '}';
    kept.postMessage('{"type":"result","data":{"json":' + deep + '},"execution_count":1,"run":"' + kept.run + '"}')`,
  ),
  ...malformed(
    "a result nested a million deep",
    `kept.postMessage('{"type":"result","run":"' + kept.run + '","execution_count":1,"data":{"text":"{{label}}","json":' + "[".repeat(1e6) + "]".repeat(1e6) + '}}')`,
  ),
  ...malformed("a cyclic object", `const a = { ...(${STREAM}), run: kept.run }; a.self = a; kept.postMessage(a)`),
  ...malformed(
    "a typed array of the text",
    `kept.postMessage(new TextEncoder().encode(JSON.stringify({ ...(${STREAM}), run: kept.run })))`,
  ),
  ...malformed(
    "a JSON text with NaN",
    `kept.postMessage(JSON.stringify({ type: "result", run: kept.run, execution_count: 1, data: { text: "{{label}}" } }).replace(":1,", ":NaN,"))`,
  ),
  ...malformed(
    "a negative count",
    send(`{ type: "result", data: { text: "{{label}}" }, execution_count: -1 }`, "kept.run"),
  ),
  ...malformed(
    "a duration that is no number",
    send(
      `{ type: "done", outcome: "ok", error: null, execution_count: 1, duration_ms: "{{label}}", changes: [], truncated: null }`,
      "kept.run",
    ),
  ),
  ...malformed(
    "an outcome that does not exist",
    send(
      `{ type: "done", outcome: "{{label}}", error: null, execution_count: 1, duration_ms: 1, changes: [], truncated: null }`,
      "kept.run",
    ),
  ),
  ...malformed(
    "a change outside the session's folder",
    send(
      `{ type: "done", outcome: "ok", error: null, execution_count: 1, duration_ms: 1, changes: [{ path: "../{{label}}", change: "created", size: 1 }], truncated: null }`,
      "kept.run",
    ),
  ),
  ...malformed(
    "a table whose rows are wider than it",
    send(
      `{ type: "result", execution_count: 1, data: { data: { kind: "table", columns: [], rows: [["{{label}}"]], shape: [1, 1] } } }`,
      "kept.run",
    ),
  ),
  ...malformed("a file above the session's folder", file('"../{{label}}"'), file('"{{label}}.txt"')),
  ...malformed("a file with an absolute path", file('"/etc/{{label}}"'), file('"{{label}}.txt"')),
  ...malformed("a file that climbs in the middle", file('"a/../../{{label}}"'), file('"{{label}}.txt"')),
  ...malformed("a file with a backslash", file('"a\\\\{{label}}"'), file('"{{label}}.txt"')),
  ...malformed("a file with a NUL in its name", file('"{{label}}\\u0000.txt"'), file('"{{label}}.txt"')),
  ...malformed(
    "a file that is no Blob",
    `kept.postMessage({ type: "file", path: "{{label}}", blob: { size: 1, slice: null } })`,
    file('"{{label}}.txt"'),
  ),
  ...malformed("a package that is not allowed", send(`{ type: "packages_loaded", names: ["{{label}}"] }`, "kept.run")),
  ...malformed(
    "a message of the frame to the host",
    send(`{ type: "event", request: 0, event: { type: "stream", name: "stdout", text: "{{label}}" } }`, "kept.run"),
  ),
  ...malformed(
    "a second hello",
    send(
      `{ type: "hello", protocol: 1, isolated: true, checks: [{ name: "{{label}}", ok: true, detail: "" }] }`,
      "kept.run",
    ),
  ),
  ...malformed(
    "a reply to a request of the host",
    send(`{ type: "reply", request: 1, value: "{{label}}", error: null }`, "kept.run"),
  ),
  ...message(
    "a prototype polluted through a result",
    send(
      `{ type: "result", execution_count: 1, data: { json: JSON.parse('{"__proto__":{"{{label}}":1}}') } }`,
      "kept.run",
    ),
    {
      during: SLEEP,
      control: send(`{ type: "result", execution_count: 1, data: { json: { "{{label}}": 1 } } }`, "kept.run"),
    },
  ),
  ...message(
    "a smuggled port stays open",
    `const c = new kept.MessageChannel(); let closed = false; kept.whenClosed(c.port1, () => { closed = true });
    kept.postMessage(JSON.stringify({ type: "stream", run: kept.run, name: "stdout", text: "x" }), [c.port2]);
    await new Promise((d) => kept.setTimeout(d, 400)); return closed ? "closed" : "won"`,
    {
      controlIn: "plain",
      control: `const c = new MessageChannel(); let closed = false; c.port1.onclose = () => { closed = true }; c.port1.start(); g.postMessage("x", [c.port2]); await new Promise((d) => g.setTimeout(d, 400)); return closed ? "closed" : "won"`,
    },
  ),
  ...message(
    "memory shared with the frame",
    `const m = new kept.SharedArrayBuffer(8); try { kept.postMessage(m) } catch {}
    kept.postMessage({ type: "file", path: "{{label}}", blob: m })`,
    { during: SLEEP, control: file('"{{label}}.txt"') },
  ),
  ...message(
    "ready, said a second time",
    `kept.postMessage(JSON.stringify({ type: "ready", python: "{{label}}", pyodide: "x", jspi: true, packages: ["{{label}}"] }))`,
    {
      during: SLEEP,
      control: WELL,
    },
  ),
];
