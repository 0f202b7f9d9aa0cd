// Sandboxes in pages of their own, and the two ways in which they start.

import type { Browser, Page } from "@playwright/test";
import type { Policy } from "../../../static/src/protocol/policy";
import { type Answer, Bench, blankPage, expect } from "../fixtures";

/** A sandbox in a page of its own. */
export async function within<T>(
  browser: Browser,
  act: (bench: Bench, page: Page) => Promise<T>,
  { isolated = true, timezoneId = "Europe/Berlin" } = {},
): Promise<T> {
  const context = await browser.newContext({ timezoneId });
  try {
    const page = await context.newPage();
    await blankPage(page, isolated);
    return await act(new Bench(page), page);
  } finally {
    await context.close();
  }
}

/** How its Python started, and why not from the snapshot. */
export const start = (bench: Bench): Promise<[start?: string, unrestorable?: string]> =>
  bench.do((sandbox) => [sandbox.info?.start, sandbox.unrestorable]);

/** What must be the same, however it started. Addresses in memory and durations are nobody's promise. */
function outcome({ status, text, stdout, stderr, error, results, files, truncated }: Answer): unknown {
  return { status, text, stdout, stderr, error, results, files, truncated };
}

/** The server has built no images. */
export async function withoutImages(page: Page): Promise<void> {
  await page.route("**/policy.json", async (route) => {
    const response = await route.fetch();
    const policy = (await response.json()) as Policy;
    for (const one of Object.values(policy.packages)) one.image = null;
    await route.fulfill({ response, json: policy });
  });
}

/** What cells give where the sandbox starts in this way. */
export function given(
  browser: Browser,
  cells: readonly string[],
  start: "auto" | "wheels",
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<unknown[]> {
  return within(browser, async (bench, page) => {
    await prepare(page);
    await bench.open({ spare: false, start });
    expect(await bench.do((sandbox) => sandbox.info?.start)).toBe(start === "auto" ? "snapshot" : "wheels");
    const found: unknown[] = [];
    for (const cell of cells) found.push(outcome(await bench.run(cell)));
    return found;
  });
}
