// Figures with characters that matplotlib's own font lacks.

import { expect, test } from "../fixtures";

const titled = (title: string) =>
  `import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title(${JSON.stringify(title)});`;

test("a title in Chinese, Korean and emoji is drawn, with fonts that come for it alone", async ({ bench }) => {
  const plain = await bench.run(titled("Sales"), { fresh: true });
  expect(plain.packages).toEqual([]);
  const answer = await bench.run(titled("売上 数据 한국 🎉"), { timeout: 60_000 });
  expect(answer.status).toBe("ok");
  // What draws it here is told, once: elsewhere the same code draws boxes.
  expect(answer.stderr.split("\n")).toEqual([
    expect.stringMatching(
      /^UserWarning: Glyphs missing from the figure's font \(上 売 .*🎉\) are drawn with Noto Sans SC, Noto Sans KR, Noto Emoji, loaded/u,
    ),
    "",
  ]);
  expect(answer.packages.toSorted()).toEqual(["manimgx-fonts", "pylopdf-fonts-ko", "pylopdf-fonts-zh-cn"]);
  const again = await bench.run(`${titled("数据")}\nplt.savefig('saved.png')`);
  expect(again).toMatchObject({ status: "ok", stderr: "", packages: [] });
});

test("characters that no font has are named in one sentence", async ({ bench }) => {
  const answer = await bench.run(titled("\u{12000}\u{12001}"), { timeout: 60_000 });
  expect(answer.status).toBe("ok");
  expect(answer.stderr).toContain("No font has these characters, which are drawn as boxes: \u{12000} \u{12001}.");
});

test("of scripts that matplotlib does not set as they are written one sentence says so, once", async ({ bench }) => {
  const answer = await bench.run(titled("مبيعات"), { timeout: 60_000 });
  expect(answer).toMatchObject({ status: "ok" });
  expect(answer.stderr).toContain("matplotlib sets letter by letter what is written otherwise: Arabic");
  expect(answer.stderr).not.toContain("belljar");
  expect(await bench.run(titled("مبيعات"))).toMatchObject({ status: "ok", stderr: "" });
  const hindi = await bench.run(titled("नमस्ते"), { timeout: 60_000 });
  expect(hindi.stderr).toContain("Devanagari");
});
