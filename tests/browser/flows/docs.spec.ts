// The examples of docs/sdk.md and docs/ask.md, as they stand there: each prints what its comments say.

import { readFileSync } from "node:fs";
import { blankPage, expect, test } from "../fixtures";

const examples = ["sdk.md", "ask.md"].flatMap((name) => {
  const text = readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
  return text.split(/^## /m).flatMap((section) => {
    const title = section.split("\n", 1)[0] ?? "";
    const found = [...section.matchAll(/^```js\n(import .*?)^```/gms)];
    return found.map(([, code = ""]) => ({ name, title, code }));
  });
});

for (const [number, { name, title, code }] of examples.entries()) {
  test(`example ${number + 1} of docs/${name}, "${title}", prints what it says`, async ({ page }) => {
    const printed: string[] = [];
    page.on("console", (message) => {
      // What else the browser writes there are the refusals that the frame proves its seal with.
      if (message.type() === "log") printed.push(message.text().split("\n")[0] ?? "");
    });
    await blankPage(page);
    await page.addScriptTag({ type: "module", content: `${code}\ndocument.title = "done";` });
    await expect(page).toHaveTitle("done", { timeout: 60_000 });
    const said = [...code.matchAll(/console\.log\(.*\).* \/\/ (.*)$/gm)].map(([, text]) => text);
    expect(said.length).toBeGreaterThan(0);
    expect(printed).toEqual(said);
  });
}
