// Says on standard error, at the very end, which tests failed and why: a log of a thousand lines, or one that keeps only
// what went to standard error, still answers that.

import type { FullResult, Reporter, TestCase, TestError, TestResult } from "@playwright/test/reporter";

const ENOUGH = 2_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours of a terminal
const COLOURS = /\u001b\[[0-9;]*m/g;

export default class Failures implements Reporter {
  readonly #last = new Map<TestCase, TestResult>();
  readonly #outside: TestError[] = [];

  printsToStdio(): boolean {
    return false;
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status !== test.expectedStatus && result.status !== "skipped") this.#last.set(test, result);
  }

  onError(error: TestError): void {
    this.#outside.push(error);
  }

  onEnd(result: FullResult): void {
    const lines = [...this.#last].flatMap(([test, { status, errors }]) => {
      const verdict = test.outcome() === "flaky" ? "passed only when it was tried again" : status;
      return [`* ${test.titlePath().filter(Boolean).join(" > ")}: ${verdict}`, ...errors.map(reason)];
    });
    lines.push(...this.#outside.map((error) => `* outside of a test: ${reason(error)}`));
    if (result.status === "timedout") lines.push("* the whole run took too long");
    if (lines.length > 0) process.stderr.write(`\nBrowser tests:\n${lines.join("\n")}\n`);
  }
}

function reason(error: TestError): string {
  return (error.message ?? error.value ?? "no reason given").replace(COLOURS, "").slice(0, ENOUGH);
}
