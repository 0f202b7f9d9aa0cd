// What each room accepts: valid is rebuilt, foreign is ignored, malformed is named.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkedPath } from "../../../static/src/host/api/options";
import { safeName } from "../../../static/src/page/view/hand-out";
import { parseFrameMessage } from "../../../static/src/protocol/from-frame";
import { path } from "../../../static/src/protocol/guards";
import { Malformed } from "../../../static/src/protocol/shape";
import { parseHostMessage } from "../../../static/src/protocol/to-frame";
import { throughBoth } from "../fuzz/both";

const paths = JSON.parse(readFileSync(new URL("../../fixtures/paths.json", import.meta.url), "utf8")) as Record<
  "plain" | "wire" | "refused",
  string[]
>;
const GOLDEN = new URL("../../fixtures/messages/", import.meta.url);

function golden(): [string, unknown][] {
  return readdirSync(GOLDEN)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const events = JSON.parse(readFileSync(new URL(name, GOLDEN), "utf8")) as unknown[];
      return events.map((event, i): [string, unknown] => [`${name} ${i}`, event]);
    });
}

describe("messages of the worker", () => {
  test.each(golden())("the harness's golden event %s is accepted", (_name, event) => {
    const text = JSON.stringify(event);
    expect(throughBoth(text)).toMatchObject({ type: (event as { type: string }).type });
  });

  test("text that is no message of ours is ignored", () => {
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      "7",
      '{"type":"nonsense"}',
      '{"type":{}}',
      '{"__proto__":{"type":"pong"}}',
    ]) {
      expect(throughBoth(text)).toBeNull();
    }
  });

  test("a message of ours in the wrong form names the field", () => {
    const bad = JSON.stringify({ type: "stream", run: "r", name: "stdin", text: "x" });
    expect(() => throughBoth(bad)).toThrow(new Malformed("stream.name must be one of stdout, stderr"));
  });

  test("fields nobody asked for do not pass, and neither does __proto__", () => {
    const text =
      '{"type":"result","run":"r","execution_count":1,"extra":1,"data":{"text":"1","__proto__":{"x":1},"json":{"__proto__":{"polluted":1},"a":1}}}';
    const message = throughBoth(text);
    expect(message).toEqual({ type: "result", run: "r", execution_count: 1, data: { text: "1", json: { a: 1 } } });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("an image must be base64, a table as wide as its columns, JSON not too deep", () => {
    const result = (data: unknown) => JSON.stringify({ type: "result", run: "r", execution_count: 1, data });
    expect(() => throughBoth(result({ png: "<svg onload=alert(1)>" }))).toThrow("result.data.png must be base64");
    const table = {
      kind: "table",
      columns: [{ name: "a", dtype: "int64", role: "column" }],
      rows: [[1, 2]],
      shape: [1, 1],
    };
    expect(() => throughBoth(result({ data: table }))).toThrow("rows must be as wide as its columns");
    const deep = JSON.parse("[".repeat(60) + "]".repeat(60)) as unknown;
    expect(() => throughBoth(result({ json: deep }))).toThrow("less deeply nested");
  });

  test("a name is the same with its letters in parts and in one piece", () => {
    expect(path("cafe\u0301/u\u0308.csv", "path")).toBe("caf\u00e9/\u00fc.csv");
  });

  test("only a plain relative path is a file's, whoever reports or writes it", () => {
    for (const good of [...paths.plain, ...paths.wire]) {
      expect(path(good, "path")).toBe(good);
      expect(checkedPath(good)).toBe(good);
    }
    for (const bad of paths.refused) {
      expect(() => path(bad, "path"), JSON.stringify(bad)).toThrow(Malformed);
      if (!bad.startsWith("./")) expect(() => checkedPath(bad), JSON.stringify(bad)).toThrow(/is needed/);
    }
    for (const bad of paths.refused) {
      const done = { run: "r", outcome: "ok", error: null, execution_count: 1, duration_ms: 1, truncated: null };
      const changes = [{ path: bad, change: "created", size: 1 }];
      expect(() => throughBoth(JSON.stringify({ type: "done", ...done, changes }))).toThrow(Malformed);
    }
    expect(() => path("x".repeat(501), "path")).toThrow(Malformed);
  });

  test("a download is named so that no system finds more in the name than is seen", () => {
    for (const name of [...paths.plain, ...paths.wire, ...paths.refused]) {
      const safe = safeName(name);
      expect(safe).not.toMatch(
        /[/\\:*?"<>|\u202e\u200b\ufeff\u2028]|[. ]$|^[.\uff0e\u2024\u2025-]|^(con|nul|aux|com1)(\.|$)/i,
      );
      expect(safe).not.toBe("");
    }
    expect(safeName("plot 1.png")).toBe("plot 1.png");
    expect(safeName("aux.txt")).toBe("_aux.txt");
  });

  test("whatever text arrives, the guard answers with a message, null or Malformed", () => {
    const kinds = fc.constantFrom(
      "stream",
      "done",
      "display",
      "result",
      "ready",
      "need",
      "input",
      "completed",
      "blocked",
    );
    const almost = fc.dictionary(
      fc.constantFrom("run", "name", "text", "data", "id", "names", "changes", "outcome", "__proto__", "error"),
      fc.jsonValue({ maxDepth: 4 }),
    );
    const texts = fc.oneof(
      fc.json({ maxDepth: 5 }),
      fc.tuple(kinds, almost).map(([type, rest]) => JSON.stringify({ ...rest, type })),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const message = throughBoth(text);
          expect(message === null || typeof message.type === "string").toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("messages between host and frame", () => {
  const options = { timeout_ms: 1, input: false, svg: false, context: "default", fresh: false };

  test("an execute is rebuilt without what nobody asked for", () => {
    const given = { type: "execute", request: 1, code: "1", options: { ...options, admin: true }, port: 7 };
    expect(parseHostMessage(given)).toEqual({ type: "execute", request: 1, code: "1", options });
  });

  test("inherited fields do not count", () => {
    const sneaky = Object.create({ type: "interrupt" }) as unknown;
    expect(parseHostMessage(sneaky)).toBeNull();
  });

  test("a frame can't make the host believe in a status that isn't one", () => {
    const outcome = {
      status: "refused",
      error: null,
      execution_count: 1,
      duration_ms: 1,
      changes: [],
      truncated: null,
      note: null,
    };
    expect(() => parseFrameMessage({ type: "done", request: 1, outcome })).toThrow(Malformed);
  });

  test("a reply carries plain JSON, nothing alive", () => {
    const reply = (value: unknown) => ({ type: "reply", request: 1, value, error: null });
    expect(parseFrameMessage(reply({ size: 1 }))).toMatchObject({ value: { size: 1 } });
    for (const alive of [new Blob(["x"]), () => 1, new Map([["a", 1]]), new Uint8Array(3), new Date(0), 1n]) {
      expect(() => parseFrameMessage(reply(alive))).toThrow(Malformed);
    }
  });
});
