// Builds what a worker starts from: one classic script (Pyodide's JavaScript, then ours) and a compiled module.
//
// Pyodide ships ES modules. An opaque origin can't start a module worker in Chromium, and importing them from blob:
// URLs would need `blob:` in script-src, that is, a way to run any text as a module. Joined into the worker's own
// source neither is needed: the CSP has no `blob:` but in worker-src.

import workerSource from "belljar:worker";
import type { NamedBytes } from "../protocol/messages";
import { ASSETS_ORIGIN } from "./names";

const LAST_EXPORT = /export\s+default\s+(\w+)\s*;?\s*$/;
const NAMED_EXPORT = /export\s*\{[^}]*?\b(\w+)\s+as\s+loadPyodide\b[^}]*\}\s*;?\s*(?:\/\/# sourceMappingURL=\S*\s*)?$/;

/** Turns pyodide.asm.mjs into an expression for its factory. Throws when it doesn't look as expected. */
export function factoryExpression(source: string): string {
  const found = LAST_EXPORT.exec(source);
  if (!found) throw new Error("pyodide.asm.mjs does not end as this version of belljar expects");
  const body = source
    .slice(0, found.index)
    .replaceAll("import.meta.url", JSON.stringify(`${ASSETS_ORIGIN}pyodide.asm.mjs`));
  return `(()=>{"use strict";${body};return ${found[1]}})()`;
}

/** Turns pyodide.mjs into an expression for `loadPyodide`. Throws when it doesn't look as expected. */
export function loaderExpression(source: string): string {
  const found = NAMED_EXPORT.exec(source);
  if (!found) throw new Error("pyodide.mjs does not end as this version of belljar expects");
  const body = source
    .slice(0, found.index)
    .replaceAll("import.meta.url", JSON.stringify(`${ASSETS_ORIGIN}pyodide.mjs`));
  return `(()=>{"use strict";${body};return ${found[1]}})()`;
}

/** A TrustedScriptURL where there are Trusted Types, a string elsewhere: what `new Worker` takes. */
type TrustedUrl = ConstructorParameters<typeof Worker>[0];

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): URL };
}

/**
 * The policy of the frame asks for Trusted Types and allows one name. It is used up here, for the one script that
 * this frame ever starts; every other URL is refused as a worker's, whoever asks.
 */
function trust(url: string): TrustedUrl {
  const factory = (self as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (!factory) return url;
  const only = (asked: string): string => {
    if (asked !== url) throw new TypeError("only the sandbox's own worker can be started");
    return asked;
  };
  return factory.createPolicy("belljar-worker", { createScriptURL: only }).createScriptURL(url);
}

export interface Runtime {
  /** blob: URL of the worker's source, trusted where the engine has Trusted Types. */
  url: TrustedUrl;
  /** pyodide.asm.wasm, compiled once for every worker of this frame. */
  wasm: WebAssembly.Module;
  /** The core files that are not code: standard library and lock file. */
  core: NamedBytes[];
}

/** Prepares the runtime from the core files' bytes. */
export async function prepareRuntime(files: NamedBytes[]): Promise<Runtime> {
  const byName = new Map(files.map((file) => [file.name, file.bytes]));
  const take = (name: string): ArrayBuffer => {
    const bytes = byName.get(name);
    if (!bytes) throw new Error(`the runtime's file ${name} is missing`);
    return bytes;
  };
  const decoder = new TextDecoder();
  const factory = factoryExpression(decoder.decode(take("pyodide.asm.mjs")));
  const loader = loaderExpression(decoder.decode(take("pyodide.mjs")));
  const runtime = `const belljarRuntime={createPyodideModule:${factory},loadPyodide:${loader}};\n`;
  const blob = new Blob([runtime, workerSource], { type: "text/javascript" });
  return {
    url: trust(URL.createObjectURL(blob)),
    wasm: await WebAssembly.compile(take("pyodide.asm.wasm")),
    core: ["python_stdlib.zip", "pyodide-lock.json"].map((name) => ({ name, bytes: take(name) })),
  };
}
