// What belljar knows of the text of Pyodide's two scripts: how each ends, how the factory is put together, what it asks for.

import { Script } from "node:vm";
import { expect } from "vitest";
import { screenless } from "../../static/src/capture/frame/screenless";
import { shortened, unoffered } from "../../static/src/capture/frame/shortened";
import { bodyOf, statements } from "../../static/src/capture/frame/statements";
import { expression } from "../../static/src/host/supply/expression";
import { RUNTIME } from "../../static/src/protocol/messages";
import { contractOfText } from "./contract";
import { textOf } from "./runtime";

const factory = (): string => textOf(RUNTIME.factory);
const loader = (): string => textOf(RUNTIME.loader);

const asExpression = (name: string, text: string): Promise<string> =>
  expression(name, new TextEncoder().encode(text)).text();

/** The names of the exports that a shortened factory says it asks for, if it can tell. */
function exportsOf(short: string): string[] | undefined {
  const [, listed] = /,\{exports:(\[[^\]]*\])\}\)$/.exec(short) ?? [];
  return listed === undefined ? undefined : (JSON.parse(listed) as string[]);
}

/** Throws unless each of these stands in the text. */
const names = (text: string, ...parts: readonly string[]): void => {
  for (const part of parts) if (!text.includes(part)) throw new Error(`it has no ${part}`);
};

contractOfText(1, "Pyodide", "how its scripts export what they are for", {
  text: () => `${factory()}\n//#\n${loader()}`,
  telling: "as loadPyodide",
  holds: async (text) => {
    const [first = "", second = ""] = text.split("\n//#\n");
    await asExpression(RUNTIME.factory, first);
    await asExpression(RUNTIME.loader, second);
  },
});

contractOfText(2, "Pyodide", "that its factory is one function, or where its scripts say import.meta", {
  text: factory,
  telling: "async function _createPyodideModule(",
  holds: async (text) => {
    const made = await asExpression(RUNTIME.factory, text);
    expect(made.slice(0, 100)).toContain('"use strict";return(async function');
    for (const script of [made, await asExpression(RUNTIME.loader, loader())]) {
      expect(script).not.toContain("import.meta");
      new Script(script); // a classic script can hold it
    }
  },
});

contractOfText(3, "Emscripten", "how its script is given the main module's exports", {
  text: factory,
  telling: "function assignWasmExports(wasmExports){",
  holds: (text) => {
    const short = shortened(text, [loader()]);
    expect(short.length).toBeLessThan(text.length * 0.7);
  },
});

contractOfText(4, "Emscripten", "what its script does with all exports at once", {
  text: factory,
  telling: "var origExports",
  holds: (text) => {
    const asked = exportsOf(shortened(text, [loader()]));
    expect(asked, "each is asked for by its name").toBeDefined();
    expect(asked).toEqual(expect.arrayContaining(["memory", "malloc", "__indirect_function_table"]));
    expect(asked?.length).toBeLessThan(1_000);
  },
});

contractOfText(5, "Emscripten", "how its script offers its functions to others", {
  text: factory,
  telling: 'Module["',
  holds: (text) => {
    const offered = unoffered(text, [loader()]);
    expect((text.length - offered.length) / text.length).toBeGreaterThan(0.01);
  },
});

contractOfText(6, "Emscripten", "how its script lists the functions that WebAssembly imports", {
  text: factory,
  telling: "var wasmImports={",
  holds: (text) => {
    const from = text.indexOf("{", text.indexOf("moduleArg={}") + "moduleArg={}".length);
    expect(statements(text.slice(...bodyOf(text, from))).length, "its statements are told apart").toBeGreaterThan(
      4_000,
    );
    const bare = screenless(unoffered(text, [loader()]));
    expect(bare.length).toBeLessThan(text.length * 0.8);
    expect(bare).not.toMatch(/function _(?:SDL_Init|emscripten_glClear|emscripten_websocket_new)\(/);
    new Script(`(${bare.replace(/export\s+default[\s\S]*$/, "").replaceAll("import.meta.url", '""')})`);
  },
});

contractOfText(7, "Pyodide", "the options that loadPyodide takes", {
  text: () => loader() + factory(),
  telling: "packageBaseUrl",
  holds: (text) =>
    names(
      text,
      ...["indexURL", "packageBaseUrl", "lockFileContents", "jsglobals", "checkAPIVersion", "createPyodideModule"],
      ...["_makeSnapshot", "_loadSnapshot", "fsInit", "env"],
    ),
});

contractOfText(8, "Pyodide", "which of its files a start fetches, and how it instantiates its main module", {
  text: () => loader() + factory(),
  telling: "WebAssembly.instantiateStreaming",
  holds: (text) => names(text, "WebAssembly.instantiateStreaming", '"pyodide.asm.wasm"', "python_stdlib.zip"),
});

contractOfText(9, "Pyodide", "how it says that the interpreter is beyond help", {
  text: factory,
  telling: "API.on_fatal(",
  holds: (text) => names(text, "API.on_fatal&&API.on_fatal("),
});

contractOfText(10, "Pyodide", "what it does with a snapshot of its own kind, whose place ours takes", {
  text: () => loader() + factory(),
  telling: "restoreSnapshot",
  holds: (text) => {
    names(text, "API.restoreSnapshot=", "API.serializeHiwireState=", "_snapshotDeserializer");
    expect(loader()).toContain("restoreSnapshot(");
    expect(text).toContain('API.rawRun("import _pyodide_core")');
  },
});

contractOfText(11, "Pyodide", "which lines of Python each start evaluates first", {
  text: factory,
  telling: 'eval_code("{}")',
  holds: (text) => {
    const lines = ['"{}"', '"import importlib; importlib"', '"import __main__; __main__.__dict__"'];
    const places = [...lines, '"import builtins; builtins.__dict__"'].map((line) => text.indexOf(`(${line})`));
    expect(Math.min(...places), "all of them").toBeGreaterThan(0);
    expect(places, "in this order").toEqual([...places].sort((one, other) => one - other));
    expect(places.map((place) => /\w+$/.exec(text.slice(0, place))?.[0])).toEqual([
      "eval_code",
      ...Array(3).fill("runPythonInternal"),
    ]);
  },
});

contractOfText(12, "Pyodide", "how it learns which packages are there", {
  text: factory,
  telling: "package_loader.init_loaded_packages()",
  holds: (text) => names(text, "API.package_loader.init_loaded_packages()"),
});
