// The report is a file that is opened anywhere: nothing of a model's or of the data's words is markup in it.

import { describe, expect, test } from "vitest";
import { Conversation } from "../../../static/src/desk/model/conversation";
import type { AnswerEntry, QuestionEntry } from "../../../static/src/desk/model/entries";
import { ipynbOf, pythonOf } from "../../../static/src/desk/model/exported";
import { reportOf } from "../../../static/src/desk/model/report";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)> ' onload='alert(3)`;

function conversationOf(word: string): Conversation {
  const conversation = new Conversation();
  conversation.add<QuestionEntry>("question", {
    ...{ text: word, model: word, to: "https://api.example/v1", mode: "schema", at: 0, follows: false, note: "" },
    files: [{ path: word, bytes: 1, sha256: word }],
    ...{ told: {}, thread: undefined },
    ledger: [
      {
        id: 1,
        step: 0,
        at: word,
        method: "POST",
        to: word,
        body: "{}",
        bytes: 2,
        status: 200,
        received: 0,
        tokens: {},
      },
    ],
  });
  conversation.add("said", {
    text: `# ${word}\n\n* ${word}\n\n[${word}](https://evil.example/${word})\n\n\`${word}\``,
  });
  const made = { files: [], packages: { [word]: word }, python: word };
  const step = conversation.step({
    number: 1,
    title: word,
    code: `print(1)  # ${word}`,
    state: "output-available",
    made,
  });
  const outputs = conversation.cellOf(step)?.outputs;
  outputs?.stream("stdout", word);
  outputs?.add({ kind: "error", error: { name: word, value: word, traceback: word } });
  outputs?.add({ kind: "note", tone: "info", text: word });
  outputs?.add({ kind: "files", changes: [{ path: word, change: "created", size: 1 }] });
  const bundles = [
    { html: word, text: word },
    { markdown: word },
    { png: `AAAA${word}`, alt: word },
    { svg: `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(4)</script></svg>`, alt: word },
    {
      data: {
        kind: "table" as const,
        columns: [{ name: word, dtype: "str", role: "column" as const }],
        rows: [[word]],
        shape: [1, 1] as [number, number],
      },
    },
    { json: { word } },
  ];
  for (const bundle of bundles) outputs?.add({ kind: "bundle", bundle, id: undefined, main: false });
  conversation.add<AnswerEntry>("answer", {
    ...{ why: "rejected", reason: word, text: word, tokens: 1, estimated: false, bits: 1 },
  });
  return conversation;
}

/** Tags of a text, as an HTML parser that knows no context finds them. */
const tagsIn = (html: string): string[] =>
  [...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, name]) => name?.toLowerCase() ?? "");

describe("the report", () => {
  test("has the same tags whatever the words are, and none that runs or fetches", () => {
    const [plain, hostile] = ["harmless", HOSTILE].map((word) => reportOf(conversationOf(word), new Date(0)));
    // Markdown makes other elements of other words: those of the words themselves are what matters.
    const kinds = new Set(tagsIn(hostile ?? ""));
    expect(
      [...kinds].filter((name) => ["script", "iframe", "object", "link", "a", "form", "svg"].includes(name)),
    ).toEqual([]);
    expect([...kinds].filter((name) => !tagsIn(plain ?? "").includes(name))).toEqual([]);
    // The control: the same words without the escaping would be there.
    expect(new Set(tagsIn(HOSTILE))).toContain("script");
    // Outside of attributes' values, which are in quotes.
    expect(hostile?.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+\s*=/i);
    expect([...(hostile ?? "").matchAll(/src="([^"]*)"/g)].every(([, src]) => src?.startsWith("data:image/"))).toBe(
      true,
    );
  });

  test("says by itself that nothing of it may run or be fetched", () => {
    const report = reportOf(conversationOf("x"), new Date(0));
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(report)?.[1] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src|connect-src|https?:/);
  });

  test("has question, code, results, answer and what was sent", () => {
    const report = reportOf(conversationOf("harmless"), new Date(0));
    for (const part of [
      "<h2>harmless</h2>",
      "print(1)",
      "<td>harmless</td>",
      "data:image/png;base64,AAAA",
      "2 bytes to harmless",
    ])
      expect(report).toContain(part);
  });
});

describe("exports", () => {
  test("the notebook has questions as headings, steps with outputs, and what each was made with", () => {
    const file = JSON.parse(ipynbOf(conversationOf("word"), "3.14")) as {
      cells: { cell_type: string; source: string[]; outputs?: unknown[]; metadata: { belljar: { made?: unknown } } }[];
    };
    expect(file.cells.map(({ cell_type }) => cell_type)).toEqual(["markdown", "markdown", "code", "markdown"]);
    expect(file.cells[0]?.source).toEqual(["## word"]);
    expect(file.cells[2]?.outputs?.length).toBeGreaterThan(5);
    expect(file.cells[2]?.metadata.belljar.made).toMatchObject({ python: "word" });
  });

  test("neither the notebook nor the script carries threads, keys or the ledger", () => {
    const conversation = conversationOf("word");
    for (const text of [ipynbOf(conversation, "3.14"), pythonOf(conversation)])
      expect(text).not.toMatch(/ledger|thread/);
  });
});
