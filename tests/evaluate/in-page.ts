// Asks questions on /ask as a person does: drops the files, types, waits, and reads what stands there.

import type { Page } from "@playwright/test";
import type { LedgerEntry, Why } from "../../static/src/ask/index";
import { Desk } from "../browser/desk";
import { FILES } from "./data";
import type { Asked, Outcome } from "./evaluate";
import { isRight } from "./judge";
import type { Question } from "./questions";

/** Milliseconds for one question at most. */
const QUESTION_MS = 300_000;

/** Asks one question in a conversation of its own. The page is /ask, and its server has the model. */
export async function evaluateInPage(page: Page, question: Question, asked: Asked): Promise<Outcome> {
  const desk = new Desk(page);
  await desk.fresh();
  await desk.mode(asked.outflow);
  const files = question.files.map((name) => ({
    ...{ name, mimeType: "text/csv" },
    buffer: Buffer.from(FILES[name] as string),
  }));
  await desk.get("files-input").setInputFiles(files);
  for (const { name } of files) await desk.get("file-item").filter({ hasText: name }).waitFor();
  const began = performance.now();
  await desk.ask(question.question);
  const answer = desk.get("answer").first();
  await answer.waitFor({ timeout: QUESTION_MS });
  const ms = performance.now() - began;
  const text = await answer.innerText();
  const steps = await desk.get("step").allInnerTexts();
  const lines = await desk.get("step-line").allInnerTexts();
  const { entries } = (await desk.ledger()) as unknown as { entries: LedgerEntry[] };
  const sum = (value: (entry: LedgerEntry) => number | undefined): number =>
    entries.reduce((all, entry) => all + (value(entry) ?? 0), 0);
  const why = ((await answer.getAttribute("data-why")) ?? "broken") as Why;
  // What a model under a closed mode has never seen, the person has.
  const seen = asked.outflow === "everything" ? text : [text, steps.at(-1) ?? ""].join("\n");
  return {
    id: question.id,
    right: why === "answered" && isRight(seen, question.truth),
    ...{ why, reason: why === "answered" ? "" : text, text, steps: steps.length, ms },
    repairs: lines.filter((line) => line.includes("repaired below")).length,
    input: sum(({ tokens }) => tokens.input),
    output: sum(({ tokens }) => tokens.output),
    estimated: entries.some(({ tokens }) => tokens.input === undefined),
    money: asked.prices ? sum(({ cost }) => cost) : undefined,
    bytes: sum(({ bytes }) => bytes),
  };
}
