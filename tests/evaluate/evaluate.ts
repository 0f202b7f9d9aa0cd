// Evaluate: asks questions in a page with a real sandbox, judges the answers, and counts what they took.

import type { Page } from "@playwright/test";
import type * as Asking from "../../static/src/ask/index";
import type { Sandbox } from "../../static/src/host/index";
import { FILES } from "./data";
import { isRight } from "./judge";
import type { Question } from "./questions";

/** Where the model is: a belljar server's own (`proxied`), or an address that the page may reach. */
export interface Asked {
  model: string;
  /** The address before `/chat/completions`; without one the page's server is asked. */
  base?: string;
  prices?: Asking.Prices;
  outflow: "schema" | "aggregates" | "everything";
  limits?: Asking.AskLimits;
}

/** What became of one question. */
export interface Outcome {
  id: string;
  right: boolean;
  why: Asking.Why;
  reason: string;
  text: string;
  steps: number;
  repairs: number;
  input: number;
  output: number;
  estimated: boolean;
  money: number | undefined;
  bytes: number;
  ms: number;
}

/** Asks one question in a page that has the SDK's modules beside it. The page's sandbox is opened with the first one. */
export async function evaluate(page: Page, question: Question, asked: Asked): Promise<Outcome> {
  const files = Object.fromEntries(question.files.map((name) => [name, FILES[name] as string]));
  const { seen, ...outcome } = await page.evaluate(
    async ({ files, text, asked }) => {
      const [sdkUrl, askUrl] = ["/sdk.js", "/ask.js"];
      const { ask, chat, proxied } = (await import(askUrl)) as typeof Asking;
      const holder = window as unknown as { evaluating?: Sandbox };
      const { Sandbox: Opened } = (await import(sdkUrl)) as { Sandbox: typeof Sandbox };
      holder.evaluating ??= await Opened.open();
      const { model: name, base, prices, outflow, limits } = asked;
      const given = { model: name, ...(prices ? { prices } : {}) };
      const model = base === undefined ? proxied(given) : chat({ ...given, base });
      const began = performance.now();
      const answer = await ask(holder.evaluating, text, { model, files, outflow, ...(limits ? { limits } : {}) });
      const ms = performance.now() - began;
      const last = answer.steps.findLast(({ execution }) => execution?.ok)?.execution;
      const shown = [
        last?.stdout,
        ...(last?.results ?? []).flatMap(({ text: one, data }) => [one, data?.rows.join("\n")]),
      ];
      await holder.evaluating.reset();
      return {
        // What a model under a closed mode has never seen, the person has.
        seen: outflow === "everything" ? answer.text : [answer.text, ...shown].join("\n"),
        why: answer.why,
        reason: answer.reason,
        text: answer.text,
        steps: answer.steps.length,
        repairs: answer.steps.filter(({ state }) => state === "output-error").length,
        input: answer.tokens.input,
        output: answer.tokens.output,
        estimated: answer.tokens.estimated,
        money: answer.money?.spent,
        bytes: answer.ledger.bytes,
        ms,
      };
    },
    { files, text: question.question, asked },
  );
  return { id: question.id, right: outcome.why === "answered" && isRight(seen, question.truth), ...outcome };
}

const number = (value: number): string => Math.round(value).toLocaleString("en-US");

/** One line about one question. */
export const lineOf = ({ id, right, why, steps, repairs, input, output, ms, text, reason }: Outcome): string =>
  [
    right ? "right" : "wrong",
    id,
    `${steps} step${steps === 1 ? "" : "s"}${repairs ? `, ${repairs} repaired` : ""}`.padEnd(20),
    `${number(input)} + ${number(output)} tokens`.padEnd(22),
    `${(ms / 1000).toFixed(1)} s`.padStart(7),
    right ? "" : (why === "answered" ? text : reason).slice(0, 100).replace(/\s/g, " "),
  ]
    .join("  ")
    .trimEnd();

/** The sums of all. */
export function sums(outcomes: readonly Outcome[]): string {
  const all = (value: (one: Outcome) => number): number => outcomes.reduce((sum, one) => sum + value(one), 0);
  const money = outcomes.some((one) => one.money !== undefined)
    ? `, money ${all((one) => one.money ?? 0).toFixed(4)}`
    : "";
  const counted = outcomes.some(({ estimated }) => estimated) ? " (estimated)" : "";
  return (
    `${all(({ right }) => Number(right))} of ${outcomes.length} right, ${all(({ steps }) => steps)} steps, ` +
    `${all(({ repairs }) => repairs)} repaired, ${number(all(({ input }) => input))} tokens in, ` +
    `${number(all(({ output }) => output))} out${counted}${money}, ${number(all(({ bytes }) => bytes))} bytes sent, ` +
    `${(all(({ ms }) => ms) / 1000).toFixed(1)} s`
  );
}
