// What messages cause beyond their coming: files fetched, people asked, listeners called, time given. A worker whose
// realm the attacker owns says a thousand times what the harness says once.

import { inWorker, type Strain, strain } from "./strain";

const NAMES = `["numpy", "pandas", "matplotlib", "scipy"]`;
/** Of less than a megabyte: what is installed of these soon has no time left. */
const SMALL = `["pytz", "python-dateutil", "packaging", "six"]`;
const PACKAGES = 4;
/** Milliseconds that a run has on top of its time for installing what it was given; and the small ones. */
const INSTALLING = 9_000;
const SOON = 3_000;

const say = (message: string): string => `kept.postMessage(JSON.stringify(${message}))`;
const times = (count: number, message: string): string => `for (let i = 0; i < ${count}; i++) ${say(message)}`;

/** The page hears, reads or fetches at most so many; unwatched, every one of the messages gets through. */
const causes = (title: string, script: string, gauge: string, most: number, rest: Partial<Strain> = {}): Strain =>
  inWorker(title, script, { gap: 1_500, control: "gets through", causes: { gauge, most }, ...rest });

const LOOP = "while True: pass";
/** The harness's own way out, as any cell can find it. */
const HARNESS = "import json\nB, E = input.__self__._bridge, input.__self__._flush.__self__._emitter\n";
const NEED = `B.emit(json.dumps({"type": "need", "id": "x", "names": ["six"]}))\n`;

export const CAUSES: Strain[] = [
  causes(
    "a thousand needs of the same packages",
    times(1_000, `{ type: "need", id: String(i), names: ${NAMES} }`),
    "tally.fetched",
    PACKAGES,
    { late: INSTALLING },
  ),
  causes(
    "a thousand needs under one id",
    times(1_000, `{ type: "need", id: "need-0", names: ${SMALL} }`),
    "tally.fetched",
    PACKAGES,
    { late: SOON },
  ),
  causes(
    "a thousand needs of one package each, in turns",
    times(1_000, `{ type: "need", id: String(i), names: [${SMALL}[i % ${PACKAGES}]] }`),
    "tally.fetched",
    PACKAGES,
    { late: SOON },
  ),
  causes(
    "a need that names one package a thousand times",
    times(100, `{ type: "need", id: String(i), names: Array(1000).fill("pytz") }`),
    "tally.fetched",
    1,
    { late: SOON },
  ),
  causes(
    "needs of packages that don't exist, or only on a prototype",
    times(1_000, `{ type: "need", id: String(i), names: ["__proto__", "constructor", "toString", "made-up-" + i] }`),
    "tally.fetched + tally.packages",
    0,
  ),
  causes(
    "installed packages with made-up names",
    times(
      2_000,
      `{ type: "installed", id: "need-" + i, names: Array.from({ length: 500 }, (_, n) => "made-up-" + i + "-" + n) }`,
    ),
    "tally.packages",
    1,
  ),
  causes(
    "installed packages that nobody has asked for",
    times(10_000, `{ type: "installed", id: "need-" + i, names: ${NAMES} }`),
    "tally.packages",
    1,
  ),
  causes(
    "loading packages with made-up names",
    times(
      2_000,
      `{ type: "loading", run: kept.run, packages: Array.from({ length: 500 }, (_, n) => ({ name: "made-up-" + i + "-" + n, version: "1" })) }`,
    ),
    "tally.packages + tally.loading",
    1,
  ),
  causes(
    "loading a package over and over",
    `for (let i = 0; i < 8_000; i++) { ${say(`{ type: "loading", run: kept.run, packages: [{ name: "scipy", version: "1" }] }`)}; ${say(`{ type: "loaded", run: kept.run, packages: ["scipy"], ms: 1 }`)} }`,
    "tally.loading",
    200,
  ),
  causes(
    "ten thousand refusals reported",
    times(10_000, `{ type: "blocked", by: "csp", what: "fetch", target: "x".repeat(500) }`),
    "tally.blocked",
    500,
  ),
  causes(
    "outputs cleared over and over",
    times(15_000, `{ type: "clear", run: kept.run, wait: false }`),
    "tally.clear",
    5_000,
  ),
  causes(
    "ten thousand questions to a person",
    times(10_000, `{ type: "input", run: kept.run, id: String(i), prompt: "?", password: false }`),
    "tally.input",
    32,
    { answer: 300 },
  ),
  causes(
    "a start that is reported again and again",
    times(10_000, `{ type: "started", run: kept.run }`),
    "tally.started",
    1,
  ),
  causes(
    "stages of a start that is over",
    times(10_000, `{ type: "stage", label: "starting Python" }`),
    "tally.progress",
    2,
  ),
  causes(
    "pages of the image by the thousand",
    times(19_000, `{ type: "page", part: "snapshot-rest.bin", offset: 0, length: 1 << 20 }`),
    "tally.loading",
    5,
  ),
  inWorker(
    "the same file over and over",
    `const blob = new kept.Blob([new Uint8Array(5e7)]); for (let i = 0; i < 200; i++) kept.postMessage({ type: "file", path: "same", blob })`,
    { gap: 1_500, status: ["crashed"], control: "gets through", causes: { gauge: "0", most: 100 } },
  ),
  strain(
    "a thousand needs through the harness's own bridge",
    `${HARNESS}for i in range(1000): B.emit(json.dumps({"type": "need", "id": str(i), "names": ${SMALL}}))\nwhile True: pass`,
    { unwatched: LOOP, gap: 1_500, late: SOON, causes: { gauge: "tally.fetched", most: PACKAGES } },
  ),
  // What says that it waits and computes is no better than what computes.
  strain(
    "a question is asked, and it computes on",
    `${HARNESS}E.emit("input", id="x", prompt="?", password=False)\nwhile True: pass`,
    { unwatched: LOOP, answer: 60_000 },
  ),
  strain(
    "a package is asked for, and it computes on",
    `${HARNESS}E.emit("loading", packages=[{"name": "six", "version": "1"}])\n${NEED}while True: pass`,
    { unwatched: LOOP, late: SOON },
  ),
  strain("a package is asked for and never installed", `import asyncio\n${HARNESS}${NEED}await asyncio.sleep(60)`, {
    unwatched: "import asyncio\nawait asyncio.sleep(60)",
    late: SOON,
  }),
  strain(
    "it says for ever that it loads",
    `${HARNESS}while True: E.emit("loading", packages=[{"name": "six", "version": "1"}])`,
    { gap: 1_000, unwatched: LOOP },
  ),
];
