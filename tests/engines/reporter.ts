// What came of each journey in each engine, as build/engines/journeys.json, from which docs/make_engines.py writes the
// table; and at the end one line that says which engine was not here.

import { mkdirSync, writeFileSync } from "node:fs";
import type { Reporter, Suite, TestCase, TestResult } from "@playwright/test/reporter";

/** The short form of `make test` has a file of its own: a table has all journeys. */
const FILE = `build/engines/${process.env.BELLJAR_ENGINES ?? "journeys.json"}`;

/** Of one journey in one engine. */
interface Outcome {
  /** "again": passed only when it was tried again. */
  outcome: "passed" | "again" | "failed" | "missing" | "limited";
  /** Milliseconds. */
  ms: number;
  /** What this engine can't have of it, or why it failed. */
  said?: string;
}

interface Journey {
  group: string;
  title: string;
  outcomes: Record<string, Outcome>;
}

export default class Engines implements Reporter {
  readonly #journeys = new Map<string, Journey>();
  readonly #products = new Map<string, string>();
  readonly #missing = new Map<string, string>();
  readonly #names = new Set<string>();

  printsToStdio(): boolean {
    return false;
  }

  onBegin(_config: unknown, suite: Suite): void {
    for (const project of suite.suites) this.#names.add(project.title);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const [, engine = "", file = "", ...titles] = test.titlePath();
    const group = /^journeys\/(\w+)\.spec\.ts$/.exec(file)?.[1];
    const title = titles.join(": ");
    const said = (type: string) => result.annotations.find((one) => one.type === type)?.description;
    const product = said("engine");
    if (product) this.#products.set(engine, product);
    const skipped = result.status === "skipped";
    if (group === undefined) return; // attacks and speed give accounts of their own
    if (skipped) this.#missing.set(engine, said("skip") ?? "");
    const journey = this.#journeys.get(`${group} ${title}`) ?? { group, title, outcomes: {} };
    this.#journeys.set(`${group} ${title}`, journey);
    const failed = result.status !== "passed" && !skipped;
    const words = failed ? result.errors[0]?.message : said("limited");
    journey.outcomes[engine] = {
      outcome: skipped
        ? "missing"
        : failed
          ? "failed"
          : said("limited")
            ? "limited"
            : result.retry
              ? "again"
              : "passed",
      ms: result.duration,
      ...(words ? { said: words.slice(0, 400) } : {}),
    };
  }

  onEnd(): void {
    const engines = [...this.#names].map((name) => ({
      name,
      product: this.#products.get(name) ?? null,
      missing: this.#missing.get(name) ?? null,
    }));
    mkdirSync("build/engines", { recursive: true });
    writeFileSync(FILE, JSON.stringify({ engines, journeys: [...this.#journeys.values()] }, null, 1));
    const lines = engines.map(({ name, product, missing }) => `${product ?? `${name} was missing. ${missing}`}`);
    process.stderr.write(`\nEngines: ${lines.join(" · ")}\n`);
  }
}
