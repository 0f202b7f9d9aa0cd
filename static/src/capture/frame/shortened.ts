// Pyodide's JavaScript without the names that nobody asks for: a main module exports each of its 4,864 names to
// JavaScript as a variable and as a property, and 150 of them are ever used. Nearly half of the text is that,
// which each worker would read, compile and run.

const ASSIGN = /(function assignWasmExports\(wasmExports\)\{)([^{}]*)\}/;
/** An export that gets a variable, a property, or both. Whatever else there is stays. */
const EXPORTED = /^([\w$]+)=(?:Module\["([\w$]+)"\]=)?wasmExports\["[\w$]+"\](?:\.value>>>0)?$/;
/** A function of JavaScript that becomes a property; the one that ends before it is no part of it. */
const OFFERED = /(?<=[;}])Module\["([\w$]+)"\]=[\w$]+;/g;

/** What happens to all exports at once; otherwise they are asked for one by one. */
const WHOLE = [
  "wasmExports=instance.exports;var origExports=wasmExports;",
  'mergeLibSymbols(wasmExports,"main")',
  "wasmExports=applySignatureConversions(wasmExports)",
  "function applySignatureConversions(wasmExports){wasmExports=Object.assign({},wasmExports);",
  "assignWasmExports(wasmExports)",
  "return wasmExports}",
  "var wasmExports;wasmExports=await ",
];
const ASKED = /\bwasmExports(?:\["([\w$]+)"\]|\.([\w$]+))?/g;

const NAMES = /[A-Za-z_$][\w$]*/g;
/** How a property can be asked for: by a dot, in quotes, or as one of some. */
const PROPERTIES = /\.\s*([A-Za-z_$][\w$]*)|["'`]([A-Za-z_$][\w$]*)["'`]|\{([\w$:,\s]+)\}\s*=/g;

function* names(texts: readonly string[]): Iterable<string> {
  for (const text of texts) for (const [name] of text.matchAll(NAMES)) yield name;
}

function* properties(texts: readonly string[]): Iterable<string> {
  for (const text of texts) {
    for (const [, dotted, quoted, some] of text.matchAll(PROPERTIES)) {
      const name = dotted ?? quoted;
      if (name !== undefined) yield name;
      else yield* names([some ?? ""]);
    }
  }
}

/** With the names of the exports that it asks for as a property, unless it may ask for any. */
function withNames(factory: string): string {
  const single = WHOLE.reduce((text, statement) => text.replaceAll(statement, ";"), factory);
  const found = new Set<string>();
  for (const [, quoted, dotted] of single.matchAll(ASKED)) {
    const name = quoted ?? dotted;
    if (name === undefined) return factory;
    found.add(name);
  }
  return `Object.assign(${factory},{exports:${JSON.stringify([...found])}})`;
}

/** The source of Emscripten's factory without the functions that it offers and that neither it nor `others` ask for. */
export function unoffered(factory: string, others: readonly string[]): string {
  const asked = new Set(properties([factory.replace(OFFERED, ""), ...others]));
  return factory.replace(OFFERED, (statement, name: string) => (asked.has(name) ? statement : ""));
}

/**
 * The source of Emscripten's factory without what neither it nor `others` (all other scripts that get to see its
 * module) ever name. Text of another shape comes out as it is.
 */
export function shortened(factory: string, others: readonly string[]): string {
  const [whole, head = "", body = ""] = ASSIGN.exec(factory) ?? [];
  const statements = body.split(";");
  const [, first] = EXPORTED.exec(statements[0] ?? "") ?? [];
  if (!whole || first === undefined) return factory;
  const declared = new RegExp(`var ${first.replaceAll("$", "\\$")}(?:,[\\w$]+)*;`).exec(factory)?.[0];
  if (!declared) return factory;
  const bare = factory
    .replace(whole, () => "")
    .replace(declared, () => "")
    .replace(OFFERED, "");
  const used = new Set(names([bare, ...others]));
  const asked = new Set(properties([bare, ...others]));
  const kept = statements.filter((statement) => {
    const [, variable, property] = EXPORTED.exec(statement) ?? [];
    return variable === undefined || used.has(variable) || (property !== undefined && used.has(property));
  });
  const assigned = new Set(names(kept));
  const variables = declared.slice("var ".length, -1).split(",");
  const wanted = variables.filter((name) => used.has(name) || assigned.has(name));
  const short = factory
    .replace(OFFERED, (statement, name: string) => (asked.has(name) ? statement : ""))
    .replace(declared, () => (wanted.length > 0 ? `var ${wanted.join(",")};` : ""))
    .replace(whole, () => `${head}${kept.join(";")}}`);
  return withNames(short);
}
