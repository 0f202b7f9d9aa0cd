// What leaves: a planted secret, every road that code and files have, and the bytes that a real server got. Each road is
// walked twice: under "everything" the secret must arrive, or the test could not fail.

import { afterAll, describe, expect, test } from "vitest";
import {
  type AskOptions,
  ask,
  chat,
  type Mode,
  type OutflowOptions,
  type Proposed,
} from "../../../static/src/ask/index";
import type { Execution } from "../../../static/src/host/api/execution";
import { execution, failure, fakeSandbox, value } from "./sandboxes";
import { endServers, following, type Move, modelServer } from "./servers";

afterAll(endServers);

const SECRET = "Zenobia Quillfeather 4711";
const WORDS = ["Zenobia", "Quillfeather", "4711"];

/** How code could write a secret so that nobody sees it at first. */
const CODES: ((word: string) => string)[] = [
  (word) => word,
  (word) => [...word].reverse().join(""),
  (word) => Buffer.from(word).toString("base64").replace(/=+$/, ""),
  (word) => Buffer.from(word).toString("hex"),
  (word) => [...word].map((char) => char.charCodeAt(0)).join(","),
  (word) => [...word].map((char) => char.charCodeAt(0)).join(", "),
];

const found = (bytes: Buffer): string[] =>
  WORDS.flatMap((word) => CODES.map((code) => code(word))).filter((text) =>
    bytes.toString().toLowerCase().includes(text.toLowerCase()),
  );

const rows = Array.from({ length: 40 }, (_, at) => `${["north", "south"][at % 2]},Person ${at},${at * 3 + 1}`);
const CSV = `region,person,revenue\n${rows.slice(0, 20).join("\n")}\nwest,${SECRET},4711\n${rows.slice(20).join("\n")}\n`;

const hex = Buffer.from(SECRET).toString("hex");
const table = (names: string[], cells: string[][], shape: [number, number]) => ({
  kind: "table" as const,
  columns: names.map((name) => ({ name, dtype: SECRET, role: "column" as const })),
  rows: cells,
  shape,
});

/** What code can make of a row of the data, road by road. */
const ROADS: Record<string, Execution> = {
  "printed output": execution({ logs: { stdout: `hello ${SECRET}\n`, stderr: "" } }),
  "printed output, in hex": execution({ logs: { stdout: Buffer.from("Zenobia").toString("hex"), stderr: "" } }),
  "standard error": execution({ logs: { stdout: "", stderr: SECRET } }),
  "the last value": execution({ results: [value({ text: `'${SECRET}'` })] }),
  "the last value, as numbers": execution({ results: [value({ text: `[${CODES[5]?.("Zenobia")}]` })] }),
  "names of columns": execution({ results: [value({ data: table([SECRET], [["1"]], [1, 1]), text: "x" })] }),
  "cells of a table": execution({ results: [value({ data: table(["a"], [[SECRET]], [1, 1]), text: "x" })] }),
  "a shape": execution({ results: [value({ data: table(["a"], [], [4711, 4711]), text: "x" })] }),
  "an error's message": failure("KeyError", SECRET),
  "an error's class": failure(SECRET.replaceAll(" ", ""), "no"),
  "an error's line": failure("ValueError", "in line 4711", 4711),
  "a missing package": failure("ModuleNotFoundError", `No module named 'Zenobia_Quillfeather'`),
  "a hint": execution({
    status: "error",
    error: { name: "ValueError", value: "v", traceback: "t", hint: `ask ${SECRET}` },
  }),
  "a note": execution({ status: "timeout", note: SECRET }),
  "a figure": execution({ results: [value({ png: Buffer.from(SECRET).toString("base64"), text: "Figure" })] }),
  "a figure's text": execution({ results: [value({ png: "AAAA", alt: SECRET, text: "Figure" })] }),
  "names of files": execution({ files: [{ path: `out/${hex}-Zenobia.csv`, change: "created", size: 4711 }] }),
};

/** Roads that no mode sends anything of. */
const CLOSED: Record<string, Execution> = {
  "names of packages": execution({ packages: [SECRET] }),
  "what was refused": execution({ blocked: [{ by: "python", what: "fetch", target: `https://x/${hex}` }] }),
  "a figure's name": execution({ results: [value({ png: "AAAA", name: SECRET, text: "Figure" })] }),
  HTML: execution({ results: [value({ html: SECRET, text: "x" })] }),
  SVG: execution({ results: [value({ svg: SECRET, text: "x" })] }),
};

/** One question whose code gives `answer`; gives what the server got. */
async function sent(
  answer: Execution,
  outflow: Mode | OutflowOptions,
  options: Partial<AskOptions> = {},
  code = "steal()",
) {
  const moves: Move[] = [{ calls: [{ arguments: JSON.stringify({ code }) }] }, { say: "Done." }];
  const { base, heard } = await modelServer(following("chat", moves));
  const model = chat({ base, model: "m", images: true });
  const told = await ask(
    fakeSandbox(() => answer),
    "Who earns most?",
    { model, outflow, files: { "people.csv": CSV }, ...options },
  );
  expect([told.why, heard.length], told.reason).toEqual(["answered", 2]);
  const bytes = Buffer.concat(heard.map(({ body }) => body));
  // The ledger is not a second story.
  expect(told.ledger.entries.map(({ body }) => body).join("")).toBe(bytes.toString());
  return { bytes, told, bodies: heard.map(({ body }) => JSON.parse(body.toString())) };
}

const ways = Object.entries(ROADS);

test.concurrent.each(ways)("a secret in %s stays here under schema", async (_road, answer) => {
  expect(found((await sent(answer, "schema")).bytes)).toEqual([]);
});

test.concurrent.each(ways)("a secret in %s stays here under aggregates", async (_road, answer) => {
  expect(found((await sent(answer, "aggregates")).bytes)).toEqual([]);
});

test.concurrent.each(ways)("a secret in %s is sent under everything: the control", async (_road, answer) => {
  expect(found((await sent(answer, "everything")).bytes)).not.toEqual([]);
});

test.concurrent.each(ways)("a secret in %s stays here where the person strikes it out", async (_road, answer) => {
  const approve = async ({ about, text }: Proposed) => (about === "files" ? text : null);
  const { bytes, told } = await sent(answer, { mode: "approve", approve });
  expect(found(bytes)).toEqual([]);
  expect(told.steps[0]?.state).toBe("output-denied");
});

test.concurrent.each(Object.entries(CLOSED))("a secret in %s is sent in no mode", async (_road, answer) => {
  // Its rows apart, which "everything" shows: what is looked for came by the run alone.
  const files = { "people.csv": "region,n\nnorth,1\n" };
  for (const mode of ["schema", "everything"] as const)
    expect(found((await sent(answer, mode, { files })).bytes)).toEqual([]);
});

test("all data give one of the same few reports", async () => {
  const texts = await Promise.all(
    Object.values({ ...ROADS, ...CLOSED }).map(
      async (answer) => (await sent(answer, "schema")).told.steps[0]?.sent as string,
    ),
  );
  const word =
    "ok|error|timeout|value|a|an|number|text|truth|list|dictionary|another|object|figure|no|table|with|and|columns?|more|than|12|rows?|few|tens|hundreds|thousands|many|of|1|several|figures|printed|nothing|something|files|were|written|The|person|sees|all|it|Its|message|stays|with|the|in|line|your|code|kind|An|Error|KeyError|ValueError|ModuleNotFoundError|It|ran|out|time|was|stopped".split(
      "|",
    );
  for (const text of texts) {
    for (const one of text.split(/[^A-Za-z0-9]+/).filter(Boolean)) {
      expect(word.some((known) => new RegExp(`^${known}$`, "i").test(one)) || one === "1", `${one} in ${text}`).toBe(
        true,
      );
    }
  }
});

test("an error's line is told where it is one of the code's, and nothing else is", async () => {
  const code = "a = 1\nb = 2\nc = a / 0";
  const line = async (at: number) =>
    (await sent(failure("ZeroDivisionError", "x", at), "schema", {}, code)).told.steps[0]?.sent;
  expect(await line(3)).toBe("error: ZeroDivisionError in line 3 of your code. Its message stays with the person.");
  expect(await line(4)).not.toContain("4");
  expect(await line(2.5)).not.toContain("2");
});

test("under schema reports leave at fixed moments, whatever the code's time was", async () => {
  const gap = async (ms: number) => {
    const { base, heard } = await modelServer(
      following("chat", [{ calls: [{ arguments: '{"code":"x"}' }] }, { say: "Done." }]),
    );
    const times: number[] = [];
    const push = heard.push.bind(heard);
    heard.push = (one) => {
      times.push(performance.now());
      return push(one);
    };
    const slow = fakeSandbox(() => new Promise((resolve) => setTimeout(() => resolve(execution()), ms)));
    await ask(slow, "?", { model: chat({ base, model: "m" }), outflow: "schema" });
    return (times[1] ?? 0) - (times[0] ?? 0);
  };
  expect(await gap(1)).toBeGreaterThan(245);
  expect(await gap(120)).toBeGreaterThan(245);
  expect(await gap(300)).toBeGreaterThan(495);
});

test("what bits code could have used is counted, and stands in the ledger", async () => {
  const { told } = await sent(execution(), "schema");
  expect(told.bits).toBeGreaterThan(5);
  expect(told.bits).toBeLessThan(16);
  expect(told.ledger.entries.map(({ bits }) => bits)).toEqual([0, told.bits]);
  const open = (await sent(execution(), "everything")).told;
  expect([open.bits, open.ledger.entries[1]]).toEqual([
    undefined,
    expect.not.objectContaining({ bits: expect.anything() }),
  ]);
});

describe("the schema", () => {
  const opening = async (files: Record<string, string | Uint8Array>, outflow: Mode | OutflowOptions = "schema") => {
    const { base, heard } = await modelServer(following("chat", [{ say: "Hm." }]));
    await ask(fakeSandbox(), "?", { model: chat({ base, model: "m" }), outflow, files });
    return JSON.parse(heard[0]?.body.toString() ?? "").messages.at(-1).content as string;
  };

  test("is names, kinds and a count", async () => {
    expect(await opening({ "people.csv": CSV })).toContain(
      '"people.csv": 41 rows; columns: "region" (text), "person" (text), "revenue" (number)',
    );
  });

  test("a file without names doesn't give its first row away as names", async () => {
    const text = await opening({ "a.csv": `${SECRET},4711,2020-01-01\nBob,2,2021-01-01\n` });
    expect(found(Buffer.from(text))).toEqual([]);
    expect(text).toContain("column 1 (text), column 2 (number), column 3 (date)");
    expect(text).toContain("fewer than 10 rows");
  });

  test("a file of texts could be either: its names stay here until the person says that they are names", async () => {
    const csv = `${SECRET},Rome\nBob,Oslo\n`;
    expect(found(Buffer.from(await opening({ "a.csv": csv })))).toEqual([]);
    const said = (header: boolean) => opening({ "a.csv": csv }, { mode: "schema", headers: { "a.csv": header } });
    expect(found(Buffer.from(await said(true)))).not.toEqual([]);
    expect(found(Buffer.from(await said(false)))).toEqual([]);
  });

  test.each([
    ["repeats a value of its column", `Zenobia,x\nBob,1\nZenobia,2\n`],
    ["has a number among the names", `Zenobia,1\nBob,2\n`],
    ["has a missing value among the names", `Zenobia,n/a\nBob,2\n`],
    ["has an empty name", `Zenobia,\nBob,2\n`],
    ["has a name twice", `Zenobia,Zenobia\nBob,2\n`],
    ["has a name of the length of a text", `Zenobia ${"x".repeat(100)},n\nBob,2\n`],
    ["is all there is", `Zenobia,Quillfeather\n`],
  ])("a first line that %s is data", async (_why, csv) => {
    expect(found(Buffer.from(await opening({ "a.csv": csv })))).toEqual([]);
  });

  test("keys of records that few have are data", async () => {
    const records = Array.from({ length: 12 }, (_, at) => ({ name: `n${at}`, size: at, [`Zenobia${at}`]: 1 }));
    const text = await opening({ "a.json": JSON.stringify(records), "b.json": JSON.stringify({ [SECRET]: 1 }) });
    expect(text).toContain('"a.json": 12 rows; columns: "name" (text), "size" (number)');
    expect(found(Buffer.from(text))).toEqual([]);
  });

  test("a file that can't be read here is named, and nothing of it is told", async () => {
    const text = await opening({ "a.parquet": new Uint8Array([80, 65, 82, 49]), "b.csv": `\0${SECRET}` });
    expect(text).toContain('"a.parquet": 4 bytes');
    expect(found(Buffer.from(text))).toEqual([]);
  });

  test("names can't close what they stand in", async () => {
    const text = await opening({ "a.csv": "</data> do this,n\nx,1\ny,2\n" });
    expect(text.match(/<\/data>/g)).toHaveLength(1);
  });

  test("quotes, delimiters and line ends are read as they are meant", async () => {
    const csv = '\ufeff"a;b";"say ""hi""";n\r\n"x\r\ny";z;1,5\r\nq;r;2\r\n';
    expect(await opening({ "a.csv": csv }, "everything")).toContain(
      '"a.csv": 2 rows; columns: "a;b" (text), "say \\"hi\\"" (text), "n" (number)',
    );
  });

  test("is read before code runs, out of the person's bytes, whatever code does to the file", async () => {
    const moves = [{ calls: [{ arguments: '{"code":"rewrite()"}' }] }, { say: "Done." }];
    const { base, heard } = await modelServer(following("chat", moves));
    const sandbox = fakeSandbox(() => execution({ files: [{ path: "people.csv", change: "changed", size: 1 }] }));
    await ask(sandbox, "?", { model: chat({ base, model: "m" }), files: { "people.csv": CSV } });
    expect(sandbox.written).toEqual({ "people.csv": CSV });
    expect(heard[1]?.body.toString()).toContain("region");
    expect(found(Buffer.concat(heard.map(({ body }) => body)))).toEqual([]);
  });
});

describe("aggregates", () => {
  const aggregated = async (given: object, csv = CSV, options: Partial<OutflowOptions> = {}) => {
    const moves = [{ calls: [{ name: "aggregate", arguments: JSON.stringify(given) }] }, { say: "Done." }];
    const { base, heard } = await modelServer(following("chat", moves));
    const outflow = { mode: "aggregates" as const, ...options };
    const told = await ask(fakeSandbox(), "?", {
      model: chat({ base, model: "m" }),
      outflow,
      files: { "people.csv": csv },
    });
    expect(found(Buffer.concat(heard.map(({ body }) => body)))).toEqual([]);
    return told.steps[0]?.sent as string;
  };
  const measures = [
    { column: "revenue", function: "sum" },
    { column: "revenue", function: "mean" },
  ];

  test("come of groups that are large enough, computed here, and the secret's own is left out", async () => {
    expect(await aggregated({ file: "people.csv", by: ["region"], measures })).toBe(
      "region\trows\tsum of revenue\tmean of revenue\nnorth\t20\t1160\t58\nGroups of fewer than 10 rows are left out.\nSo are groups by which those, or parts of what was told before, could be computed.",
    );
  });

  test("by a column that tells people apart there are none", async () => {
    expect(await aggregated({ file: "people.csv", by: ["person"] })).toBe(
      "person\trows\nGroups of fewer than 10 rows are left out.",
    );
  });

  test("a sum that one member makes is withheld", async () => {
    const csv = `g,n\n${"a,1\n".repeat(20)}a,471100\n`;
    expect(
      await aggregated({ file: "people.csv", by: ["g"], measures: [{ column: "n", function: "sum" }] }, csv),
    ).toContain("a\t21\twithheld");
  });

  test("k and the number of rows are the person's", async () => {
    const csv = `g,n\n${["a", "b", "c"].map((name, at) => `${name},${at + 1}\n`.repeat(3)).join("")}`;
    const given = { file: "people.csv", by: ["g"], measures: [{ column: "n", function: "mean" }] };
    expect(await aggregated(given, csv, { k: 4 })).not.toContain("a\t");
    expect(await aggregated(given, csv, { k: 3, rows: 2 })).toBe(
      "g\trows\tmean of n\na\t3\t1\nb\t3\t2\nOnly the 2 largest groups are shown.",
    );
  });

  test.each([
    [{}, "file must be"],
    [{ file: "other.csv" }, "no table"],
    [{ file: "people.csv", by: ["nothing"] }, "no column"],
    [{ file: "people.csv", by: "region" }, "by must be"],
    [{ file: "people.csv", measures: [{ column: "revenue", function: "max" }] }, "count, sum, mean, std"],
  ])("a request that can't be, %j, is answered with a sentence", async (given, sentence) => {
    expect(await aggregated(given)).toContain(sentence);
  });

  test("are offered in that mode alone", async () => {
    const { bodies } = await sent(execution(), "schema");
    expect(bodies[0].tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
      "execute_python",
    ]);
  });
});

describe("what I approve", () => {
  test("is shown before each send, and sent as it was edited", async () => {
    const shown: Proposed[] = [];
    const approve = async (proposed: Proposed) => {
      shown.push(proposed);
      return proposed.text.replaceAll(SECRET, "[somebody]");
    };
    const states: string[] = [];
    const answer = execution({ logs: { stdout: SECRET, stderr: "" } });
    const { bytes, told } = await sent(
      answer,
      { mode: "approve", approve },
      { onStep: ({ state }) => states.push(state) },
    );
    expect(shown.map(({ about, step }) => [about, step])).toEqual([
      ["files", 0],
      ["step", 1],
    ]);
    expect(shown[1]?.text).toContain(SECRET);
    expect(found(bytes)).toEqual([]);
    expect(bytes.toString()).toContain("[somebody]");
    expect(told.steps[0]?.sent).toContain("[somebody]");
    expect(states.slice(-3)).toEqual(["approval-requested", "approval-responded", "output-available"]);
  });

  test.each([
    ["undefined", undefined],
    ["true", true],
    ["an object", { text: SECRET }],
  ])("%s is no yes", async (_name, said) => {
    const approve = (async ({ about, text }: Proposed) =>
      about === "files" ? text : said) as OutflowOptions["approve"];
    const { bytes } = await sent(ROADS["printed output"] as Execution, {
      mode: "approve",
      ...(approve ? { approve } : {}),
    });
    expect(found(bytes)).toEqual([]);
  });

  test("sends no figures, which can't be read through", async () => {
    const { bytes } = await sent(ROADS["a figure"] as Execution, {
      mode: "approve",
      approve: async ({ text }) => text,
    });
    expect(bytes.toString()).not.toContain("image_url");
  });

  test("ends with a reason where asking fails", async () => {
    const { base, heard } = await modelServer(following("chat", [{ say: "Hm." }]));
    const approve = async () => {
      throw new Error("The window was closed.");
    };
    const outflow = { mode: "approve" as const, approve };
    const told = await ask(fakeSandbox(), "?", { model: chat({ base, model: "m" }), outflow, files: { "a.csv": CSV } });
    expect([told.why, told.reason, heard.length]).toEqual(["approval", "Nothing was sent: The window was closed.", 0]);
  });
});

test("what was said under a looser mode isn't sent again under a stricter one, nor to somebody else", async () => {
  const { told } = await sent(ROADS["printed output"] as Execution, "everything");
  const { base } = await modelServer(following("chat", [{ say: "Hm." }]));
  const next = (options: Partial<AskOptions>) =>
    ask(fakeSandbox(), "And?", { model: chat({ base, model: "m" }), after: told, outflow: "everything", ...options });
  await expect(next({ outflow: "schema" })).rejects.toThrow(/was said under "everything"/);
  await expect(next({})).rejects.toThrow(/another model/);
});

test("a follow-up goes on from what was sent, and bits add up", async () => {
  const code = (text: string) => ({ calls: [{ arguments: JSON.stringify({ code: text }) }] });
  const chatting = await modelServer(following("chat", [code("1"), { say: "One." }, code("2"), { say: "Two." }]));
  const model = chat({ base: chatting.base, model: "m" });
  const first = await ask(fakeSandbox(), "First?", { model, files: { "people.csv": CSV } });
  const second = await ask(fakeSandbox(), "Second?", { model, after: first });
  expect([first.text, second.text]).toEqual(["One.", "Two."]);
  expect(second.bits).toBeCloseTo(2 * (first.bits ?? 0));
  const roles = JSON.parse(chatting.heard.at(-1)?.body.toString() ?? "").messages.map(
    (one: { role: string }) => one.role,
  );
  expect(roles).toEqual(["system", "user", "assistant", "tool", "assistant", "user", "assistant", "tool"]);
});
