// docs/api.md says what the types say.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("docs/api.md is what `make docs-api` writes from the types", async () => {
  const folder = await mkdtemp(join(tmpdir(), "belljar-docs-"));
  try {
    const fresh = join(folder, "api.md");
    await promisify(execFile)("node", [join(root, "docs/make_api.mjs"), "--to", fresh]);
    const [now, committed] = await Promise.all(
      [fresh, join(root, "docs/api.md")].map((file) => readFile(file, "utf8")),
    );
    expect(committed === now, "docs/api.md is stale: `make docs-api` writes it again").toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
