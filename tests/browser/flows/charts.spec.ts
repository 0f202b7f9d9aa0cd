// Charts that can be touched: drawn in frames that have their library and nothing else, with a text beside them.

import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { test as bare, expect } from "../fixtures";
import { test } from "../notebook";

/** The document in which a chart is drawn: a frame within a frame. */
const drawn = (cell: Locator, at = 0) => cell.getByTestId("output-chart").nth(at).contentFrame().frameLocator("iframe");

async function isDrawn(cell: Locator, count = 1): Promise<void> {
  const frames = cell.getByTestId("output-chart");
  await expect(frames).toHaveCount(count, { timeout: 60_000 });
  for (let at = 0; at < count; at++) {
    await frames.nth(at).scrollIntoViewIfNeeded();
    await expect(frames.nth(at)).toHaveAttribute("data-state", "drawn", { timeout: 60_000 });
  }
}

/** In a notebook file the chart that was drawn stands as a picture, too, beside its specification. */
async function isPictured(page: Page, mime: RegExp): Promise<void> {
  const pictured = async (): Promise<string[]> => {
    const saved = page.waitForEvent("download");
    await page.getByTestId("menu-button").click();
    await page.getByTestId("menu-ipynb").click();
    const { cells } = JSON.parse(await readFile(await (await saved).path(), "utf8")) as {
      cells: { outputs?: { data?: Record<string, unknown> }[] }[];
    };
    const datas = cells.flatMap(({ outputs }) => outputs ?? []).map(({ data = {} }) => data);
    const chart = datas.findLast((data) => Object.keys(data).some((key) => mime.test(key)));
    return [String(chart?.["image/png"]).slice(0, 5), typeof chart?.["text/plain"]];
  };
  await expect.poll(pictured, { intervals: [1_000] }).toEqual(["iVBOR", expect.stringMatching(/string|object/)]);
}

test("plotly's chart shows what the mouse points at, is told as text, and gives a picture of itself", async ({
  notebook,
}) => {
  const { page } = notebook;
  const cell = await notebook.run(
    "import plotly.graph_objects as go\nfig = go.Figure(go.Bar(x=['a'], y=[5], name='n'))\n" +
      "fig.update_layout(title='One bar', xaxis_title='kind')\nfig.show()",
  );
  await isDrawn(cell);
  await expect(drawn(cell).getByText("One bar")).toBeVisible();
  await drawn(cell).locator(".nsewdrag").first().hover();
  await expect(drawn(cell).locator(".hoverlayer .hovertext")).toContainText("5");
  const picture = page.waitForEvent("download");
  await cell.getByRole("button", { name: "PNG" }).click();
  const bytes = await readFile(await (await picture).path());
  expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  await cell.getByRole("button", { name: "As text" }).click();
  await expect(cell.getByTestId("outputs")).toContainText(
    "Plotly chart: One bar. Horizontal: kind. Drawn: bar “n” of 1 points.",
  );
  await isPictured(page, /plotly/);
  expect(notebook.violations).toEqual([]);
});

test("altair's chart is drawn, its slider moves it, and expressions are interpreted", async ({ notebook }) => {
  const cell = await notebook.run(
    "import altair as alt, pandas as pd\n" +
      "least = alt.param('least', value=0, bind=alt.binding_range(min=0, max=10, step=1))\n" +
      "alt.Chart(pd.DataFrame({'x': [1, 2, 3], 'y': [4, 5, 9]})).mark_point(size=200).encode(x='x', y='y', tooltip=['x', 'y'])" +
      ".add_params(least).transform_filter('datum.y >= least').properties(title='Three points')",
  );
  await isDrawn(cell);
  await drawn(cell).locator("input[type=range]").fill("6");
  await expect(drawn(cell).locator("label")).toContainText("6");
  await cell.getByRole("button", { name: "As text" }).click();
  await expect(cell.getByTestId("outputs")).toContainText("Vega-Lite chart: Three points. Horizontal: x. Vertical: y.");
  await isPictured(notebook.page, /vegalite/);
  expect(notebook.violations).toEqual([]);
});

bare("programs get the specification under its usual MIME type, and a text for models", async ({ bench }) => {
  const answer = await bench.run("import plotly.express as px\npx.scatter(x=[1, 2, 3], y=[2, 4, 8], title='Powers')", {
    fresh: true,
    timeout: 60_000,
  });
  expect(answer.status).toBe("ok");
  const [result] = answer.results;
  expect(result?.chart?.mime).toBe("application/vnd.plotly.v1+json");
  expect(answer.text).toBe("Plotly chart: Powers. Horizontal: x. Vertical: y. Drawn: scatter of 3 points.");
  expect(JSON.parse(result?.chart?.spec ?? "").layout.title.text).toBe("Powers");
});

test("bokeh's chart is drawn, and code that it brings along is not", async ({ notebook }) => {
  const cell = await notebook.run(
    "from bokeh.plotting import figure, show, output_notebook\nfrom bokeh.models import CustomJS\noutput_notebook()\n" +
      "p = figure(title='Two lines', height=300)\np.line([1, 2, 3], [4, 5, 9])\n" +
      "p.js_on_event('document_ready', CustomJS(code='document.title = \"run\"'))\nshow(p)",
  );
  await isDrawn(cell);
  await expect(drawn(cell).locator("canvas").first()).toBeVisible();
  await cell.getByRole("button", { name: "As text" }).click();
  await expect(cell.getByTestId("outputs")).toContainText("Bokeh chart: Two lines. Drawn: line.");
  await isPictured(notebook.page, /bokeh/);
});
