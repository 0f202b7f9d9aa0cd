// The sandbox offered to a browser's agent, in a Chromium that has WebMCP: the browser's own registry, and its own calls.

import { chromium } from "@playwright/test";
import type * as Asking from "../../../static/src/ask/index";
import { expect, test } from "../fixtures";

test("an agent finds the tool, calls it, and gets what the outflow lets through", async ({ baseURL }) => {
  const { BELLJAR_CHROMIUM: executablePath } = process.env;
  const args = ["--enable-features=WebMCP"];
  const browser = await chromium.launch({ args, ...(executablePath ? { executablePath } : {}) });
  try {
    const page = await browser.newPage();
    await page.goto(`${baseURL}/healthz`);
    const offer = await page.evaluate(async () => {
      const url = "/ask.js";
      const { offerToAgent } = (await import(url)) as typeof Asking;
      const execution = {
        ok: false,
        status: "error",
        durationMs: 1,
        results: [],
        files: [],
        stdout: "Zenobia",
        stderr: "",
      };
      const error = { name: "KeyError", value: "Zenobia", line: 1 };
      const sandbox = { execute: async () => ({ ...execution, error }) as never, files: { write: async () => {} } };
      const { offered, reason } = await offerToAgent(sandbox, { files: { "a.csv": "name,n\nZenobia,1\nAda,2\n" } });
      return { offered, reason };
    });
    test.skip(!offer.offered && offer.reason.includes("WebMCP"), "this Chromium has no WebMCP");
    expect(offer).toEqual({ offered: true, reason: "" });
    const [tool] = await page.webmcp.tools();
    expect(tool?.name).toBe("execute_python");
    expect(tool?.description).toContain('"n" (number)');
    expect(await page.webmcp.callTool("execute_python", { code: "frame['x']" })).toEqual({
      content: [{ type: "text", text: "error: KeyError in line 1 of your code. Its message stays with the person." }],
      isError: true,
    });
    expect(JSON.stringify(tool)).not.toContain("Zenobia");
  } finally {
    await browser.close();
  }
});
