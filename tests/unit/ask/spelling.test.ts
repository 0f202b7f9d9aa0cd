// A model that is out for a secret and has its code spell it, by shapes of tables, figures, prints, files and time: what it
// gets that way is measured here, and it is never more than what is counted and allowed.

import { afterAll, expect, test } from "vitest";
import { ask, chat, type Model, type Said } from "../../../static/src/ask/index";
import { LATE_MS } from "../../../static/src/ask/outflow/coarse";
import { Outflow } from "../../../static/src/ask/outflow/outflow";
import type { Execution } from "../../../static/src/host/api/execution";
import { execution, fakeSandbox, value } from "./sandboxes";
import { endServers, following, modelServer } from "./servers";

afterAll(endServers);

const SECRET = "Zenobia Quillfeather 4711";
const ROWS = [0, 1, 5, 50, 500, 5_000, 50_000];
const COLUMNS = [...Array.from({ length: 13 }, (_, at) => at), 20];

/** Every report that code can choose by a table, and what it says. */
const SIGNS: Execution[] = ROWS.flatMap((rows) =>
  COLUMNS.flatMap((columns) =>
    [0, 1, 2].flatMap((figures) =>
      ["", "x"].flatMap((stdout) =>
        [0, 1].map((files) =>
          execution({
            logs: { stdout, stderr: "" },
            files: Array.from({ length: files }, () => ({ path: "a", change: "created" as const, size: 1 })),
            results: [
              value({ data: { kind: "table", columns: [], rows: [], shape: [rows, columns] }, text: "t" }),
              ...Array.from({ length: figures }, () => value({ png: "AAAA", text: "Figure" })),
            ],
          }),
        ),
      ),
    ),
  ),
);

/** The secret as digits of as many values as there are signs. */
function digitsOf(text: string): number[] {
  const base = BigInt(SIGNS.length);
  const digits: number[] = [];
  for (let rest = BigInt(`0x${Buffer.from(text).toString("hex")}`); rest > 0n; rest /= base)
    digits.push(Number(rest % base));
  return digits;
}

const textOf = (digits: readonly number[]): string => {
  const whole = digits.reduceRight((sum, digit) => sum * BigInt(SIGNS.length) + BigInt(digit), 0n);
  return Buffer.from(whole.toString(16), "hex").toString();
};

/** Asks a model whose code spells the secret; gives what its server could read out of the reports. */
async function spelled(bits: number) {
  const digits = digitsOf(SECRET);
  let step = 0;
  const { base, heard } = await modelServer(
    following("chat", [() => ({ calls: [{ arguments: JSON.stringify({ code: `spell(${step})` }) }] })]),
  );
  const sandbox = fakeSandbox(() => SIGNS[digits[step++] ?? 0] as Execution);
  const answer = await ask(sandbox, "?", {
    model: chat({ base, model: "m" }),
    outflow: "schema",
    limits: { bits, steps: 30 },
  });
  const book = new Map<string, number>();
  for (const [at, sign] of SIGNS.entries()) {
    const { text } = await new Outflow({ mode: "schema" }).execution(1, "spell(0)", sign);
    book.set(text, book.get(text) ?? at);
  }
  const last = JSON.parse(heard.at(-1)?.body.toString() ?? "{}") as { messages: { role: string; content: string }[] };
  const read = last.messages.filter(({ role }) => role === "tool").map(({ content }) => book.get(content) ?? -1);
  return { answer, digits, read, bytes: Buffer.concat(heard.map(({ body }) => body)).toString() };
}

test("code can spell a secret by its choice of reports, up to the limit and not beyond", async () => {
  const { answer, digits, read, bytes } = await spelled(64);
  expect(answer.why).toBe("bits");
  // It works, or nothing was measured: each report was read as the digit that it was.
  expect(read.length).toBeGreaterThan(2);
  expect(read).toEqual(digits.slice(0, read.length));
  const got = read.length * Math.log2(SIGNS.length);
  expect(got).toBeGreaterThan(30);
  expect(got).toBeLessThan(64);
  // What was counted is more than what was got, because the time could have told something, too.
  const counted = answer.ledger.entries.reduce((sum, entry) => sum + (entry.bits ?? 0), 0);
  expect(counted).toBeGreaterThan(got);
  expect(counted).toBeLessThanOrEqual(64);
  for (const word of SECRET.split(" ")) expect(bytes).not.toContain(word);
});

test("a limit of no bits lets no report out, and the question ends there", async () => {
  const { answer, read } = await spelled(0);
  expect([answer.why, read]).toEqual(["bits", []]);
  expect(answer.ledger.entries).toHaveLength(1);
});

test("the whole secret takes more reports than the usual limits let out at once", () => {
  expect(textOf(digitsOf(SECRET))).toBe(SECRET);
  const each = Math.log2(SIGNS.length);
  expect(digitsOf(SECRET).length * each).toBeGreaterThan(192);
});

/** Milliseconds from the call of a sandbox that takes `ms` to the model's next turn; `draw` is what the page does of it. */
async function gap(ms: number, draw: () => void = () => {}): Promise<number> {
  let [called, turns] = [0, 0];
  let came = 0;
  const model: Model = {
    name: "mine",
    to: null,
    async *reply(): AsyncGenerator<Said> {
      if (turns++ > 0) {
        came = performance.now();
        yield { type: "text", text: "Done." };
      } else {
        yield { type: "call", at: "0", id: "a", name: "execute_python" };
        yield { type: "arguments", at: "0", text: '{"code":"x"}' };
      }
      yield { type: "end", why: "done" };
    },
  };
  const sandbox = fakeSandbox(() => {
    called = performance.now();
    return new Promise((resolve) => setTimeout(() => resolve(execution()), ms));
  });
  const answer = await ask(sandbox, "?", {
    model,
    outflow: "schema",
    onStep: ({ state }) => {
      if (state === "output-available") draw();
    },
  });
  expect(answer.why, answer.reason).toBe("answered");
  return came - called;
}

const SLOTS = [250, 500, 1_000, 2_000, 4_000];
/** Milliseconds by which a report left after one of the moments at which it may. */
const lateOf = (ms: number): number =>
  Math.min(...SLOTS.map((slot) => (ms < slot - 2 ? Number.POSITIVE_INFINITY : ms - slot)));

test.concurrent.each([0, 40, 110, 190, 320])("code that took %i ms is heard of at one of few moments", async (ms) => {
  expect(lateOf(await gap(ms))).toBeLessThan(LATE_MS + 25);
});

test("a page that was busy drawing what code gave lets its report wait for the next moment", async () => {
  const busy = (): void => {
    const until = performance.now() + 300;
    while (performance.now() < until);
  };
  const took = await gap(0, busy);
  expect(took).toBeGreaterThan(490);
  expect(lateOf(took)).toBeLessThan(LATE_MS + 25);
});
