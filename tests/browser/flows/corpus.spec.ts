// Cells as models write them give what an ordinary Python gives: a short form of `make corpus`, whose native answers are stored.

import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures";

/** A figure's size, and the mean lightness of its blocks, row by row. */
interface Coarse {
  width: number;
  height: number;
  blocks: number[];
}

interface Stored {
  id: string;
  code: string;
  stdout: string;
  text: string | null;
  table: number[] | null;
  error: string | null;
  figures: Coarse[];
}

const ACROSS = 12;
const DOWN = 8;
/** The lightness of a block may differ by so much, of 255: an edge moved by less than a pixel makes 2, a missing line 5 and more. */
const NEAR = 2.5;

const stored = JSON.parse(readFileSync("tests/corpus/answers.json", "utf8")) as Stored[];

test("cells give the texts, tables and figures of a native Python", async ({ bench }) => {
  test.setTimeout(stored.length * 15_000);
  expect(stored.length).toBeGreaterThan(18);
  const wrong: string[] = [];
  for (const [at, native] of stored.entries()) {
    const answer = await bench.run(native.code, { context: `corpus-${at}`, timeout: 60_000 });
    const main = answer.results.find(({ isMain }) => isMain);
    const figures: Coarse[] = [];
    for (const { png } of answer.results) if (png) figures.push(await coarse(bench.page, png));
    const ours = {
      stdout: answer.stdout,
      text: main?.text ?? null,
      table: main?.data?.shape ?? null,
      error: answer.error ? `${answer.error.name}: ${answer.error.value}` : null,
    };
    const { stdout, text, table, error } = native;
    if (JSON.stringify(ours) !== JSON.stringify({ stdout, text, table, error }))
      wrong.push(`${native.id}\n${JSON.stringify(ours)}\n${JSON.stringify({ stdout, text, table, error })}`);
    if (figures.length !== native.figures.length) wrong.push(`${native.id}: ${figures.length} figures`);
    for (const [n, figure] of figures.entries()) {
      const theirs = native.figures[n];
      const apart = Math.max(...figure.blocks.map((block, i) => Math.abs(block - (theirs?.blocks[i] ?? -255))));
      const grown = Math.abs(figure.width - (theirs?.width ?? 0)) + Math.abs(figure.height - (theirs?.height ?? 0));
      if (apart > NEAR || grown > 4)
        wrong.push(`${native.id}: a figure differs by ${apart} of 255, ${grown} px in size`);
    }
  }
  expect(wrong.join("\n\n"), `${wrong.length} differ`).toBe("");
});

/** A PNG's coarse picture, made as `tests/corpus/compare.py` makes it. */
function coarse(page: import("@playwright/test").Page, png: string): Promise<Coarse> {
  return page.evaluate(
    async ({ png, across, down }) => {
      const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const { width, height } = picture;
      const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.drawImage(picture, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const blocks: number[] = [];
      for (let row = 0; row < down; row++) {
        for (let column = 0; column < across; column++) {
          let [sum, count] = [0, 0];
          for (let y = Math.floor((height * row) / down); y < Math.floor((height * (row + 1)) / down); y++) {
            for (let x = Math.floor((width * column) / across); x < Math.floor((width * (column + 1)) / across); x++) {
              const i = (y * width + x) * 4;
              sum += ((data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 3;
              count += 1;
            }
          }
          blocks.push(sum / count);
        }
      }
      return { width, height, blocks };
    },
    { png, across: ACROSS, down: DOWN },
  );
}
