// Writes docs/api.md from the SDK's types and their comments. `--to FILE` writes it somewhere else.

import { rmSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { register } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

// TypeDoc needs the compiler's API, which TypeScript 7 no longer has; this is Microsoft's package to have both.
const resolve = `export const resolve = (name, context, next) =>
  next(name === "typescript" ? "@typescript/typescript6" : name, context);`;
register(`data:text/javascript,${encodeURIComponent(resolve)}`);
const { Application } = await import("typedoc");

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({ options: { to: { type: "string", default: join(root, "docs/api.md") } } });
const folder = await mkdtemp(join(tmpdir(), "belljar-api-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const app = await Application.bootstrapWithPlugins({
  name: "belljar SDK",
  entryPoints: [join(root, "static/src/host/index.ts"), join(root, "static/src/ask/index.ts")],
  tsconfig: join(root, "tsconfig.json"),
  outputs: [{ name: "markdown", path: folder }],
  plugin: ["typedoc-plugin-markdown"],
  router: "module",
  readme: "none",
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  kindSortOrder: ["Class", "Interface", "TypeAlias"],
  sort: ["source-order"],
  // A type that is spoken of and can't be had is a mistake.
  validation: { notExported: true, invalidLink: true, notDocumented: false },
  treatWarningsAsErrors: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  tableColumnSettings: { hideModifiers: true, hideDefaults: true },
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeDeclarationFormat: "table",
  logLevel: "Warn",
});
const project = await app.convert();
if (!project) process.exit(1);
app.validate(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateOutputs(project);
if (app.logger.hasErrors()) process.exit(1);
// One document: what `ask` speaks of are the sandbox's types.
const [sandbox, ask] = await Promise.all(["host.md", "ask.md"].map((name) => readFile(join(folder, name), "utf8")));
const titles = (text) => [...text.matchAll(/^### (.+)$/gm)].map(([, title]) => title.toLowerCase());
// Of two headings that are called the same, the second one's address ends with a number.
const twice = titles(ask).filter((title) => titles(sandbox).includes(title));
const own = twice.reduce((text, title) => text.replaceAll(`](#${title})`, `](#${title}-1)`), ask);
const whole = [
  sandbox.replace(/^# .*$/m, "# belljar SDK"),
  own
    .replace(/^# .*$/m, "# belljar/ask\n\nWhat `/ask.js` exports: see [ask.md](ask.md).")
    .replace(/^## (.+)$/gm, "## $1 of ask")
    .replaceAll("](host.md#", "](#")
    .replaceAll('<a id="property-', '<a id="ask-property-')
    // Rows of tables are no targets of links.
    .replaceAll(/\[(`[^`\]]+`)\]\(#property-[\w-]+\)/g, "$1"),
];
await writeFile(values.to, `${whole.map((text) => text.trim()).join("\n\n")}\n`);
