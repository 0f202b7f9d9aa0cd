// The evaluation's own parts: questions that have one answer, and a judge that can say no.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { FILES } from "../../evaluate/data";
import { lineOf, sums } from "../../evaluate/evaluate";
import { isRight, numbersIn } from "../../evaluate/judge";
import { QUESTIONS } from "../../evaluate/questions";

test("there are 25 questions, each of its own, about files that are there", () => {
  expect(QUESTIONS).toHaveLength(25);
  expect(new Set(QUESTIONS.map(({ question }) => question)).size).toBe(25);
  for (const { files } of QUESTIONS) for (const name of files) expect(FILES[name]).toBeTypeOf("string");
});

test("the files are the same on every machine", () => {
  const all = createHash("sha256").update(JSON.stringify(FILES)).digest("hex");
  expect(all.slice(0, 16)).toBe("131a80ce0b7c2d84");
});

test("no truth is trivial: each is unlike what an empty or a guessing answer says", () => {
  for (const { id, truth } of QUESTIONS) {
    for (const text of ["", "I don't know.", "It is 0 [step 1].", "It stands in [step 2]."])
      expect([id, isRight(text, truth)]).toEqual([id, false]);
  }
});

test("numbers are found as people write them", () => {
  expect(numbersIn("1,234.5 and −3, 7 % [step 12], 1'000'000; 2026-01")).toEqual([1234.5, -3, 7, 1_000_000, 2026, -1]);
});

test.each([
  ["It is 12.3 %.", { number: 12.34, within: 0.051 }, true],
  ["It is 12.4 %.", { number: 12.34, within: 0.051 }, false],
  ["West, before east.", { name: "west", among: ["east", "west"] }, true],
  ["East, before west.", { name: "west", among: ["east", "west"] }, false],
  ["ada falk", { words: ["Ada Falk"] }, true],
  ["Ada F.", { words: ["Ada Falk"] }, false],
] as const)("%s is judged", (text, truth, right) => {
  expect(isRight(text, truth)).toBe(right);
});

test("lines and sums say right answers, steps, tokens and money", () => {
  const one = {
    why: "answered" as const,
    reason: "",
    text: "No\nidea.",
    steps: 2,
    repairs: 1,
    input: 1200,
    output: 30,
  };
  const rest = { estimated: false, money: 0.01, bytes: 4000, ms: 1500 };
  const outcomes = [
    { id: "q01", right: true, ...one, ...rest },
    { id: "q02", right: false, ...one, ...rest },
  ];
  expect(outcomes.map(lineOf)).toEqual([
    "right  q01  2 steps, 1 repaired   1,200 + 30 tokens         1.5 s",
    "wrong  q02  2 steps, 1 repaired   1,200 + 30 tokens         1.5 s  No idea.",
  ]);
  expect(sums(outcomes)).toBe(
    "1 of 2 right, 4 steps, 2 repaired, 2,400 tokens in, 60 out, money 0.0200, 8,000 bytes sent, 3.0 s",
  );
});
