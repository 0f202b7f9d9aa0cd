// The evaluation in short: two of its questions, with real Python and a model's server that writes honest code.

import { evaluate } from "../../evaluate/evaluate";
import { QUESTIONS } from "../../evaluate/questions";
import { scriptedEndpoint } from "../../evaluate/scripted";
import { endServers } from "../../unit/ask/servers";
import { expect, test } from "../fixtures";

test.afterAll(endServers);

test("two questions of the evaluation are answered right, one of them after a repair", async ({ bench }) => {
  const base = await scriptedEndpoint();
  // The page has a sandbox already: no second Python has to start.
  await bench.page.evaluate(() => {
    (window as { evaluating?: unknown }).evaluating = window.sandboxes.main;
  });
  const asked = { model: "scripted", base, outflow: "everything" as const, prices: { input: 1, output: 1 } };
  const chosen = QUESTIONS.filter(({ id }) => id === "q08" || id === "q19");
  const outcomes = [];
  for (const question of chosen) outcomes.push(await evaluate(bench.page, question, asked));
  expect(outcomes.map(({ id, right, steps, repairs, why, text }) => [id, right || text, steps, repairs, why])).toEqual([
    ["q08", true, 1, 0, "answered"],
    ["q19", true, 2, 1, "answered"],
  ]);
  for (const { input, money, estimated } of outcomes) {
    expect([input > 100, estimated]).toEqual([true, false]);
    expect(money).toBeGreaterThan(0);
  }
});
