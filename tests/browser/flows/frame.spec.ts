// The frame's own ends: hung, navigated away. The host notices, replaces or gives up, and nothing stays pending.

import { Bench, blankPage, expect, test } from "../fixtures";

test("a frame that hangs is replaced: the run is answered, files are back, the next run works", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await blankPage(page);
  const bench = new Bench(page);
  await bench.open({ packages: [], spare: false });
  await bench.do((sandbox) => sandbox.files.write("mine.txt", "still here"));
  await bench.run("open('made.txt', 'w').write('this too')");
  const frame = page.frames().find((each) => each.url().includes("/frame/"));
  void frame
    ?.evaluate(() => {
      for (;;);
    })
    .catch(() => {});
  await page.waitForTimeout(500);
  const answer = await bench.run("1 + 1", { timeout: 500 });
  expect(answer.status).toBe("crashed");
  expect(answer.note).toContain("frame stopped answering");
  expect(answer.ms).toBeLessThan(15_000);
  const next = await bench.run("open('mine.txt').read(), open('made.txt').read()");
  expect(next).toMatchObject({ status: "ok", text: "('still here', 'this too')" });
  await context.close();
});

test("a question that a hung frame never answers is answered all the same", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await blankPage(page);
  const bench = new Bench(page);
  await bench.open({ packages: [], spare: false });
  await bench.do((sandbox) => sandbox.files.write("mine.txt", "still here"));
  const frame = page.frames().find((each) => each.url().includes("/frame/"));
  void frame
    ?.evaluate(() => {
      for (;;);
    })
    .catch(() => {});
  await page.waitForTimeout(500);
  const told = await bench.do((sandbox) =>
    sandbox.files.write("late.txt", "x").then(String, (error: Error) => error.message),
  );
  expect(told).toContain("stopped answering");
  expect(await bench.run("open('mine.txt').read()")).toMatchObject({ status: "ok", text: "'still here'" });
  await context.close();
});

test("a frame that is navigated away ends the sandbox with a sentence, and every call is answered", async ({
  browser,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await blankPage(page);
  const bench = new Bench(page);
  await bench.open({ packages: [], spare: false });
  const running = bench.run("while True: pass");
  await page.waitForTimeout(300);
  await page.evaluate(() => {
    const frame = document.querySelector("iframe");
    if (frame) frame.src = "/healthz?other";
  });
  expect(await running).toMatchObject({ status: "unavailable" });
  expect(await bench.run("1")).toMatchObject({ status: "unavailable" });
  expect(await bench.do((sandbox) => sandbox.state)).toBe("failed");
  await context.close();
});

test("the frame loads while the policy is on its way, and one that the policy does not name goes", async ({
  browser,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const order: string[] = [];
  let elsewhere = false;
  page.on("response", (response) => order.push(new URL(response.url()).pathname));
  await page.route("**/policy.json", async (route) => {
    const response = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const policy = (await response.json()) as { frame: Record<string, string> };
    if (elsewhere) policy.frame = { isolated: "frame/isolated.html?other", plain: "frame/plain.html?other" };
    await route.fulfill({ response, json: policy });
  });
  await blankPage(page);
  const frames = (): string[] => page.frames().flatMap((each) => each.url().split("/frame/")[1] ?? []);
  const first = new Bench(page, "first");
  await first.open({ packages: [], spare: false, standby: false });
  expect(order.indexOf("/frame/isolated.html")).toBeGreaterThanOrEqual(0);
  expect(order.indexOf("/frame/isolated.html")).toBeLessThan(order.indexOf("/policy.json"));
  expect((await first.run("6 * 7")).text).toBe("42");
  expect(frames()).toEqual(["isolated.html"]);
  await first.close();

  elsewhere = true;
  const second = new Bench(page, "second");
  await second.open({ packages: [], spare: false, standby: false });
  expect((await second.run("6 * 7")).text).toBe("42");
  expect(frames()).toEqual(["isolated.html?other"]);
  await context.close();
});
