// Cells as they look and as the docs show them: themes, phones, charts, frames, examples.

import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { button, cell, docsPage, type Jar, jar, onStage, outputs, press, server, visiting } from "./stage";

onStage();

test("a chart can be touched where the code stands", async ({ page }) => {
  const code =
    "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=['a'], y=[5]), layout={'title': {'text': 'One bar'}})";
  await page.goto(docsPage(jar("plotly", code)));
  await press(page, "plotly");
  const chart = outputs(page, "plotly").getByTestId("output-chart");
  await expect(chart).toHaveCount(1, { timeout: 60_000 });
  await chart.scrollIntoViewIfNeeded();
  await expect(chart).toHaveAttribute("data-state", "drawn", { timeout: 60_000 });
  await chart.contentFrame().frameLocator("iframe").locator(".nsewdrag").first().hover();
  await expect(chart.contentFrame().frameLocator("iframe").locator(".hoverlayer .hovertext")).toContainText("5");
});

const EXAMPLES = [...readFileSync("docs/embed.md", "utf8").matchAll(/^```html\n([\s\S]*?)^```$/gm)].map(
  ([, html = ""]) => html,
);

test("every example of the docs runs as it stands there", async ({ page }) => {
  expect(EXAMPLES.length).toBeGreaterThan(7);
  const cells = EXAMPLES.filter((html) => !html.includes("import {")).map((html) =>
    html.replace(/<script type="module" src=.*<\/script>/, ""),
  );
  await page.goto(docsPage(cells.join("\n").replaceAll("https://belljar.example", server)));
  const all = page.locator("bell-jar:not([selector])");
  const count = await all.count();
  expect(count).toBeGreaterThan(8);
  for (let at = 0; at < count; at++) {
    const { status } = await all.nth(at).evaluate((element) => (element as Jar).run());
    expect(status, cells.join("\n")).toBe("ok");
    await expect(all.nth(at).getByRole("alert")).toBeHidden();
    await expect(all.nth(at).locator(".note.warn, .note.bad")).toHaveCount(0);
  }
  await expect(page.locator("iframe[title='A Python cell']").contentFrame().locator("pre")).toHaveText(
    'print("hello")',
  );
  const [script = ""] = EXAMPLES.filter((html) => html.includes("import {"));
  await page.goto(docsPage(script.replaceAll("https://belljar.example", server)));
  await expect(page.locator("#other + bell-jar").getByTestId("outputs")).toHaveText("'attached'");
  await expect(page.locator("#answer")).toHaveText("42");
});

// ---------------------------------------------------------------- how it looks

test("a cell takes after its page: light or dark, whichever way the page says it, and its theme's colours", async ({
  browser,
}) => {
  const look = (page: Page) =>
    cell(page, "a").evaluate((element) => {
      const root = element.shadowRoot?.querySelector<HTMLElement>(".root");
      return { ...root?.dataset, accent: root ? getComputedStyle(root).getPropertyValue("--accent").trim() : "" };
    });
  const head = `<style nonce="n">
    html[data-theme="dark"] body, html.dark body, html[data-md-color-scheme="slate"] body { background: #121212; color: #ddd }
    body.furo { --color-brand-content: #2962ff; --color-background-primary: #fff }
  </style>`;
  await visiting(browser, async (page) => {
    await page.goto(docsPage(jar("a", "1"), { head }));
    await expect.poll(() => look(page)).toMatchObject({ theme: "light", look: "own" });
    const ways: [string, string, string][] = [
      ["data-theme", "dark", "light"],
      ["class", "dark", ""],
      ["data-md-color-scheme", "slate", "default"],
    ];
    for (const [name, dark, light] of ways) {
      const set = (value: string) =>
        page.evaluate(([name, value]) => document.documentElement.setAttribute(name ?? "", value ?? ""), [name, value]);
      await set(dark);
      await expect.poll(() => look(page)).toMatchObject({ theme: "dark" });
      await set(light);
      await expect.poll(() => look(page)).toMatchObject({ theme: "light" });
    }
    await page.evaluate(() => document.body.classList.add("furo"));
    await expect.poll(() => look(page)).toMatchObject({ look: "furo", accent: "#2962ff" });
    await cell(page, "a").evaluate((element) => element.style.setProperty("--belljar-accent", "#123456"));
    expect(await look(page)).toMatchObject({ accent: "#123456" });
    await cell(page, "a").evaluate((element) => element.setAttribute("theme", "dark"));
    expect(await look(page)).toMatchObject({ theme: "dark", look: "own" });
  });
  const scheme = '<meta name="color-scheme" content="light dark">';
  await visiting(
    browser,
    async (page) => {
      await page.goto(docsPage(jar("a", "1"), { head: scheme }));
      await expect.poll(() => look(page)).toMatchObject({ theme: "dark" });
    },
    { colorScheme: "dark" },
  );
});

test("on a phone nothing is wider than the page, and what is pressed is large enough for a finger", async ({
  browser,
}) => {
  await visiting(
    browser,
    async (page) => {
      await page.goto(docsPage(jar("a", `print("${"wide ".repeat(60)}")\n"a" * 300`)));
      await press(page, "a");
      await expect(outputs(page, "a")).toContainText("wide");
      const width = () => page.evaluate(() => document.documentElement.scrollWidth);
      expect(await width()).toBeLessThanOrEqual(375);
      // Nor in a page that says nothing of its code.
      await page.evaluate(() => document.querySelector("style")?.remove());
      expect(await width()).toBeLessThanOrEqual(375);
      for (const name of ["Run", "Edit", "Copy", "Reset"]) {
        const box = await button(page, "a", name).boundingBox();
        expect(box?.height, name).toBeGreaterThanOrEqual(44);
      }
    },
    { viewport: { width: 375, height: 700 }, hasTouch: true, isMobile: true },
  );
});

// ---------------------------------------------------------------- a frame for places without scripts

test("a frame shows the code of its address, packed or plain, and runs it when it is asked to", async ({ browser }) => {
  const code = 'print("ünï" * 2)\n6 * 7';
  await visiting(browser, async (page) => {
    await page.goto(docsPage(`<iframe src="${server}/embed?theme=dark&code=${encodeURIComponent(code)}"></iframe>`));
    const frame = page.locator("iframe").contentFrame();
    await expect(frame.locator("pre")).toHaveText(code);
    await expect(frame.getByTestId("outputs")).toHaveCount(0);
    await frame.getByRole("button", { name: "Run", exact: true }).click();
    await expect(frame.getByTestId("outputs")).toContainText("ünïünï");
    const packed = await page.evaluate(async (code) => {
      const stream = new Blob([code]).stream().pipeThrough(new CompressionStream("deflate-raw"));
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      return btoa(String.fromCharCode(...bytes))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "");
    }, code);
    await page.goto(`${server}/embed.html#code=${packed}`);
    await expect(page.locator("pre")).toHaveText(code);
    await page.goto(`${server}/embed.html?again#code=${packed.slice(0, -4)}`);
    await expect(page.locator("main")).toContainText("The code in this address is damaged");
    await page.goto(`${server}/embed`);
    await expect(page.locator("main")).toContainText("There is no code in this address.");
  });
});
