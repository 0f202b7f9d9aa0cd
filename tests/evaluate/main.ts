// The evaluation: 25 data questions to a model, in real Chromium with real Python, through belljar's own model proxy.
//
//   make evaluate                                              the scripted model
//   make evaluate MODEL=qwen3:8b BASE=http://127.0.0.1:11434/v1
//   make evaluate WHERE=page                                   on /ask itself, as a person asks
//   KEY=… make evaluate MODEL=name BASE=https://api.example/v1 PRICES=2.5/10 OUTFLOW=schema

import { mkdirSync, writeFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { belljar, end } from "../browser/server";
import { endServers } from "../unit/ask/servers";
import { type Asked, evaluate, lineOf, type Outcome, sums } from "./evaluate";
import { evaluateInPage } from "./in-page";
import { QUESTIONS } from "./questions";
import { scriptedEndpoint } from "./scripted";

const {
  MODEL = "scripted",
  BASE = "",
  KEY = "",
  PRICES = "",
  OUTFLOW = "everything",
  ONLY = "",
  WHERE = "sdk",
} = process.env;
const scripted = MODEL === "scripted" && BASE === "";
if (!scripted && BASE === "") {
  console.error(
    `BASE says where ${MODEL} is: make evaluate MODEL=${MODEL} BASE=https://api.example/v1 (and KEY=… before it).`,
  );
  process.exit(2);
}
if (OUTFLOW !== "everything" && OUTFLOW !== "schema" && OUTFLOW !== "aggregates") {
  console.error(`OUTFLOW is one of everything, schema, aggregates, not ${OUTFLOW}.`);
  process.exit(2);
}
if (WHERE !== "sdk" && WHERE !== "page") {
  console.error(`WHERE is sdk (a page with the modules alone) or page (/ask), not ${WHERE}.`);
  process.exit(2);
}
const [input, output] = PRICES.split("/").map(Number);
const prices = PRICES === "" ? {} : { prices: { input: input ?? Number.NaN, output: output ?? Number.NaN } };
const asked: Asked = { model: MODEL, outflow: OUTFLOW, ...prices };
const questions = QUESTIONS.filter(
  ({ id, files }) => ONLY === "" || ONLY.split(",").some((one) => id === one || files.includes(one)),
);

// The key goes to the server alone, as it does where people ask.
process.env.BELLJAR_MODEL_KEY = scripted ? "" : KEY;
const outcomes: Outcome[] = [];
let failed = false;
try {
  const base = scripted ? await scriptedEndpoint() : BASE;
  const origin = await belljar(
    ...["--model-url", base, "--model-names", MODEL, "--model-requests", "6000"],
    ...["--model-tokens", "100000000", "--model-all-tokens", "100000000"],
  );
  const browser = await chromium.launch({
    executablePath: process.env.BELLJAR_CHROMIUM,
    chromiumSandbox: process.getuid?.() !== 0,
  });
  try {
    const page = await browser.newPage();
    await page.goto(`${origin}${WHERE === "page" ? "/ask" : "/healthz"}`);
    for (const question of questions) {
      const outcome = await (WHERE === "page" ? evaluateInPage : evaluate)(page, question, asked);
      outcomes.push(outcome);
      console.log(lineOf(outcome));
    }
  } finally {
    await browser.close();
  }
} catch (error) {
  failed = true;
  console.error(error instanceof Error ? error.message : error);
} finally {
  await end();
  await endServers();
}
if (outcomes.length) {
  console.log(`\n${MODEL}, ${OUTFLOW}${WHERE === "page" ? ", on /ask" : ""}: ${sums(outcomes)}`);
  mkdirSync("build/evaluate", { recursive: true });
  const file = `build/evaluate/${MODEL.replace(/[^\w.-]/g, "-")}.json`;
  writeFileSync(file, `${JSON.stringify({ model: MODEL, outflow: OUTFLOW, outcomes }, null, 2)}\n`);
  console.log(`All answers: ${file}`);
}
// A model may be wrong; the scripted one is not, or something here is.
if (failed || (scripted && outcomes.some(({ right }) => !right))) process.exitCode = 1;
