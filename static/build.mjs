// Builds static/dist: the frame (with the worker inside), the harness, the SDK and its types, the output frame, the page,
// the page that programs drive, the one where a person lets a program use their tab, and the one that asks models.
// Frame and worker must each be one self-contained classic script, because their policy lets nothing else in.

import { createHash } from "node:crypto";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const shared = {
  bundle: true,
  minify: true,
  // Shorter by 20 bytes each, in a frame whose length is watched.
  define: { "Number.POSITIVE_INFINITY": "Infinity" },
  target: ["chrome119", "firefox120", "safari17"],
  legalComments: "none",
  logLevel: "warning",
  charset: "utf8",
};

/** Paths of all files below a folder, sorted. */
async function filesBelow(folder, ending) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A module that only the bundler knows, made when it is first asked for. */
const virtual = (name, make) => ({
  name,
  setup(builder) {
    builder.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: "belljar" }));
    builder.onLoad({ filter: new RegExp(`^${name}$`), namespace: "belljar" }, async () => ({
      contents: `export default ${JSON.stringify(await make())}`,
      loader: "js",
    }));
  },
});

/** A page imports the SDK from where everybody else does, so it isn't bundled twice. */
const sdkAt = (path) => ({
  name: "sdk",
  setup(builder) {
    builder.onResolve({ filter: /\/host\/index$/ }, () => ({ path, external: true }));
  },
});

/** The same for what makes cells. */
const embedAt = (path) => ({
  name: "embed",
  setup(builder) {
    builder.onResolve({ filter: /^\.\/embed$/ }, () => ({ path, external: true }));
  },
});

/**
 * Style sheets as text for shadow roots: what the page says of its root holds for the cell's; every size is relative to
 * the type around the cell and not to the document's; and every token of the page's can be set from outside, by a theme
 * or by whoever embeds the cell.
 */
const sheetsAsText = (first = false) => ({
  name: "sheets",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const tokens = path.endsWith("tokens.css");
      // What only results and the editor are coloured with is no token of the first sheet.
      const few =
        tokens && first
          ? text.replace(/^ {2}--(?:ansi|code-[klnsc]|s\d|top|rail|dock|shade|figure|selection).*$/gm, "")
          : text;
      const own = tokens
        ? few.replace(/^ {2}--([\w-]+): (.+);$/gm, "  --$1: var(--belljar-$1, var(--theme-$1, $2));")
        : text;
      const scoped = own
        .replace(/:root\b/g, ".root")
        .split("\n")
        .map((line) =>
          line.startsWith("@") ? line : line.replace(/(?<![\w.-])(\d*\.?\d+)rem\b/g, "calc($1 * var(--rem, 16px))"),
        )
        .join("\n");
      const { code } = await transform(scoped, { loader: "css", minify: true, target: shared.target });
      return { contents: `export default ${JSON.stringify(code.trim())}`, loader: "js" };
    });
  },
});

/** Python files below a folder by their path, as `belljar_harness/session.py`. */
async function python(folder) {
  const files = await filesBelow(folder, ".py");
  const entries = files.map(async (file) => [
    relative(folder, file).replaceAll("\\", "/"),
    await readFile(file, "utf8"),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** What runs cells inside of the sandbox. */
const harness = () => python(join(here, "harness"));

/** What a snapshot is used with before it is kept. */
const trials = () => python(join(source, "capture/trials"));

/** One script of an entry. The paths below src of what is in it are added to `inputs`. */
async function script(entry, plugins = [], inputs = new Set()) {
  // A script is kept in one byte per character, unless one of them needs two: then all of it, Pyodide's part as well.
  const own = { entryPoints: [join(source, entry)], format: "iife", charset: "ascii", write: false, plugins };
  const result = await build({ ...shared, ...own, metafile: true });
  for (const { inputs: found } of Object.values(result.metafile.outputs))
    for (const [path, { bytesInOutput }] of Object.entries(found))
      if (bytesInOutput > 0) inputs.add(relative(source, resolve(path)).replaceAll("\\", "/"));
  // The text is inlined in HTML: it must not be able to close its own <script>.
  return result.outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

/** Passes source files through `change` (path below src, text) on their way in. */
const rewriting = (change) => ({
  name: "rewrite",
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: change(relative(source, path).replaceAll("\\", "/"), await readFile(path, "utf8")),
      loader: "ts",
    }));
  },
});

const asItIs = (_path, text) => text;

/** A worker's script, which is inlined in a frame's. */
const worker = (entry, rewrite, makeStamp, inputs) =>
  script(entry, [rewrite, virtual("belljar:stamp", makeStamp), virtual("belljar:trials", trials)], inputs);

/**
 * The script of the frame that makes snapshots, with its own worker inside, and the text of the visitors' worker, which says
 * what of Pyodide's JavaScript they need.
 */
export function captureScript(change = asItIs, makeStamp = stamp, inputs = new Set()) {
  const rewrite = rewriting(change);
  const plugins = [
    rewrite,
    virtual("belljar:worker", () => worker("capture/worker/main.ts", rewrite, makeStamp, inputs)),
    virtual("belljar:visitors-worker", () => worker("worker/main.ts", rewrite, makeStamp)),
  ];
  return script("capture/frame/main.ts", plugins, inputs);
}

/** The two programs of Node that do the same without a browser: one captures, the other one starts from what was captured. */
async function nodePrograms(dist) {
  const node = { bundle: true, minify: true, platform: "node", target: "node24", logLevel: "warning" };
  const realm = async () => {
    const entry = join(source, "capture/node/realm.ts");
    return (await build({ ...node, entryPoints: [entry], format: "iife", write: false })).outputFiles[0].text;
  };
  const programs = { "capture-node": ["main", "capture/worker/main.ts"], "proof-node": ["proof", "worker/main.ts"] };
  for (const [name, [entry, inside]] of Object.entries(programs)) {
    const plugins = [
      virtual("belljar:realm", realm),
      virtual("belljar:worker", () => worker(inside, rewriting(asItIs), stamp)),
      virtual("belljar:visitors-worker", () => worker("worker/main.ts", rewriting(asItIs), stamp)),
    ];
    const entryPoints = [join(source, `capture/node/${entry}.ts`)];
    await build({ ...node, entryPoints, format: "esm", outfile: join(dist, `${name}.mjs`), plugins });
  }
}

/**
 * Hash of what a snapshot depends on besides Pyodide and the packages: the harness, and the code that captures and
 * restores, which is all in the script that captures. `change` may rewrite a source file on its way in.
 */
export async function stamp(change = asItIs) {
  const code = await captureScript(change, () => "");
  const hash = createHash("sha256").update(JSON.stringify(await harness()));
  return hash.update(code).digest("hex").slice(0, 32);
}

/**
 * The frame's script, with the worker inside. `change` may rewrite a source file on its way in: the tests of the seal
 * take one layer out. Such a frame still takes the snapshots of the code as it is.
 */
export function frameScript(change = asItIs, inputs = new Set()) {
  const rewrite = rewriting(change);
  const inside = () => worker("worker/main.ts", rewrite, stamp, inputs);
  return script("frame/main.ts", [rewrite, virtual("belljar:worker", inside)], inputs);
}

/** What draws charts that can be touched, each in a frame that has it inside. `CHARTS` in frames.py has them, too. */
const CHARTS = ["plotly", "vega", "bokeh"];

/** Copies a folder's files under names that carry their content's hash to where the build goes, and notes them. */
async function publish(folder, manifest, dist) {
  const files = await filesBelow(join(here, folder), "").catch(() => []);
  for (const file of files.filter((name) => !name.endsWith(".py") && !name.endsWith(".ts"))) {
    const hash = createHash("sha256")
      .update(await readFile(file))
      .digest("hex")
      .slice(0, 10);
    const name = relative(join(here, folder), file).replaceAll("\\", "/");
    const target = `static/${folder}/${name.replace(/(\.\w+)$/, `-${hash}$1`)}`;
    await mkdir(dirname(join(dist, target)), { recursive: true });
    await cp(file, join(dist, target));
    manifest[`${folder}/${name}`] = target;
  }
}

/** Builds everything into an empty folder. */
async function buildAll(dist) {
  const frame = await frameScript();
  await mkdir(join(dist, "static"), { recursive: true });
  await writeFile(join(dist, "frame.js"), frame);
  await writeFile(join(dist, "harness.json"), JSON.stringify(await harness()));
  await build({
    ...shared,
    entryPoints: [join(source, "host/index.ts")],
    format: "esm",
    outfile: join(dist, "sdk.js"),
  });
  // Imported here, because whoever needs the frame's script alone can do without two compilers.
  const { askDeclarations, declarations } = await import("./declarations.mjs");
  await writeFile(join(dist, "sdk.d.ts"), await declarations());
  // By itself, because few pages ask a model; of the SDK it imports nothing but types.
  await build({ ...shared, entryPoints: [join(source, "ask/index.ts")], format: "esm", outfile: join(dist, "ask.js") });
  await writeFile(join(dist, "ask.d.ts"), await askDeclarations());
  await writeFile(join(dist, "output.js"), await script("output/main.ts"));
  await writeFile(join(dist, "charts.js"), await script("charts/main.ts"));
  for (const kind of CHARTS) await writeFile(join(dist, `chart-${kind}.js`), await script(`charts/${kind}.ts`));
  await writeFile(join(dist, "offline.js"), await script("offline/main.ts"));
  await writeFile(join(dist, "snapshot-stamp.txt"), await stamp());
  // Not below `static`, all of which every server serves: only `belljar assets build` does these.
  await writeFile(join(dist, "capture-frame.js"), await captureScript());
  await nodePrograms(dist);
  await build({
    ...shared,
    entryPoints: [join(source, "capture/page.ts")],
    format: "esm",
    outfile: join(dist, "capture.js"),
    plugins: [sdkAt("./sdk.js")],
  });

  const pages = {
    ...shared,
    format: "esm",
    metafile: true,
    outdir: join(dist, "static"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    plugins: [sdkAt("../sdk.js")],
    loader: { ".svg": "file", ".csv": "file", ".json": "file" },
  };
  const page = await build({
    ...pages,
    entryPoints: {
      page: join(source, "page/main.ts"),
      "page-style": join(source, "page/page.css"),
      headless: join(source, "headless/main.ts"),
    },
    splitting: true,
  });
  // By itself: what it shares with the page would be cut out of the page, which then starts a round trip later.
  const tab = await build({
    ...pages,
    entryPoints: { tab: join(source, "tab/main.ts"), "tab-style": join(source, "tab/tab.css") },
  });

  // By itself, for the same reason, and in a folder of its own, which an export leaves out.
  const desk = await build({
    ...pages,
    entryNames: "desk/[name]-[hash]",
    chunkNames: "desk/[name]-[hash]",
    plugins: [sdkAt("../../sdk.js")],
    entryPoints: { desk: join(source, "desk/main.ts"), "desk-style": join(source, "desk/desk.css") },
    splitting: true,
  });

  // Two builds, so that nothing is shared: before anybody means to run a cell, one file is all that a page gets.
  const live = await build({
    ...pages,
    entryPoints: { cells: join(source, "embed/live/main.ts") },
    splitting: true,
    plugins: [sdkAt("../sdk.js"), sheetsAsText()],
  });
  const [cells] = Object.entries(live.metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith("live/main.ts"),
  );
  const beside = relative(dist, join(process.cwd(), cells)).replaceAll("\\", "/");
  await build({
    ...shared,
    entryPoints: [join(source, "embed/embed.ts")],
    format: "esm",
    outfile: join(dist, "embed.js"),
    plugins: [virtual("belljar:live", () => beside), sheetsAsText(true)],
  });

  // Each beside embed.js, which it asks for by its address.
  await build({
    ...shared,
    entryPoints: await filesBelow(join(source, "sites"), ".ts"),
    format: "esm",
    outdir: dist,
  });

  const cellPage = await build({
    ...pages,
    entryPoints: { "embed-page": join(source, "embed/page.ts"), "embed-page-style": join(source, "embed/page.css") },
    plugins: [embedAt("../embed.js")],
  });

  const manifest = {};
  for (const [path, { entryPoint }] of Object.entries({
    ...page.metafile.outputs,
    ...tab.metafile.outputs,
    ...desk.metafile.outputs,
    ...cellPage.metafile.outputs,
  })) {
    const built = relative(dist, join(process.cwd(), path)).replaceAll("\\", "/");
    if (entryPoint?.endsWith("page/main.ts")) manifest["page.js"] = built;
    if (entryPoint?.endsWith("headless/main.ts")) manifest["headless.js"] = built;
    if (entryPoint?.endsWith("tab/main.ts")) manifest["tab.js"] = built;
    if (entryPoint?.endsWith("desk/main.ts")) manifest["desk.js"] = built;
    if (entryPoint?.endsWith("desk/desk.css")) manifest["desk.css"] = built;
    if (entryPoint?.endsWith("embed/page.ts")) manifest["embed-page.js"] = built;
    if (entryPoint?.endsWith("embed/page.css")) manifest["embed-page.css"] = built;
    if (entryPoint?.endsWith("page/page.css")) manifest["page.css"] = built;
    if (entryPoint?.endsWith("tab/tab.css")) manifest["tab.css"] = built;
  }

  await publish("icons", manifest, dist);

  await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Names the others, so it comes last. */
const LAST = "manifest.json";

/**
 * Makes a folder hold what was built, file by file and each at once: a server that runs beside it never finds half of one,
 * nor none where there was one and still is.
 */
async function settle(made, dist) {
  const paths = async (folder) => (await filesBelow(folder, "").catch(() => [])).map((file) => relative(folder, file));
  const built = (await paths(made)).filter((path) => path !== LAST);
  for (const path of [...built, LAST]) {
    const [from, to] = [join(made, path), join(dist, path)];
    const before = await readFile(to).catch(() => null);
    if (before?.equals(await readFile(from))) continue;
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, `${to}.part`);
    await rename(`${to}.part`, to);
  }
  const present = new Set([...built, LAST]);
  for (const path of await paths(dist)) if (!present.has(path)) await rm(join(dist, path), { force: true });
}

async function main() {
  const made = await mkdtemp(join(tmpdir(), "belljar-dist-"));
  try {
    await buildAll(made);
    await settle(made, join(here, "dist"));
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
