// Pyodide's loader, as the frame is given it: without what no sandbox can use.

import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { shortened } from "../../../static/src/capture/frame/shortened";
import { expression } from "../../../static/src/host/supply/expression";

describe("the runtime's source", () => {
  const of = (name: string, source: string): Blob => expression(name, new TextEncoder().encode(source));
  const run = async (name: string, source: string): Promise<unknown> => runInThisContext(await of(name, source).text());

  test("an ES module's factory becomes a classic expression without import.meta", async () => {
    const source = "async function make(o={}){return import.meta.url+o.x}export default make;\n";
    const make = (await run("pyodide.asm.mjs", source)) as (o: object) => Promise<string>;
    await expect(make({ x: "!" })).resolves.toBe("https://assets.invalid/pyodide.asm.mjs!");
  });

  test("of a long one the ends alone are rewritten, and what more it holds than a function stays", async () => {
    for (const more of ["", ";var other=1"]) {
      const long = `let u=import.meta.url,n=0;${"n+=1;".repeat(20_000)}return u.length+n`;
      const source = `async function make(){${long}}${more}export default make;`;
      const make = (await run("pyodide.asm.mjs", source)) as () => Promise<number>;
      expect(await make()).toBe("https://assets.invalid/pyodide.asm.mjs".length + 20_000);
    }
  });

  test("loadPyodide is found under its minified name, source map comment and all", async () => {
    const source =
      "function q(){return 41}var U='1';export{q as loadPyodide,U as version};\n//# sourceMappingURL=p.mjs.map\n";
    expect(((await run("pyodide.mjs", source)) as () => number)()).toBe(41);
  });

  test("a snapshot's has the exports and functions that are asked for, and none that nobody names", async () => {
    const source =
      "async function make(Module={}){var _a,_b,_c,_d,$e,memory;function assignWasmExports(wasmExports){" +
      '_a=Module["_a"]=wasmExports["a"];_b=Module["_b"]=wasmExports["b"];_c=Module["_c"]=wasmExports["c"];' +
      '_d=Module["_d"]=wasmExports["d"].value>>>0;$e=wasmExports["e"];memory=Module["memory"]=other=wasmExports["m"]}' +
      'var other;function one(){return 1}one.sig="i";Module["one"]=one;function two(){return 2}Module["two"]=two;' +
      "function three(){return 3}Module['three']=three;let{four}=Module;" +
      'Module["four"]=other;' +
      "assignWasmExports({a:1,b:2,c:3,d:{value:4},e:5,m:6});return[_b,Module.two(),four,typeof one]}";
    const seen = async (text: string): Promise<[unknown, string[]]> => {
      const module = {};
      const make = runInThisContext(`(${text})`) as (module: object) => Promise<unknown>;
      return [await make(module), Object.keys(module).sort()];
    };
    const short = shortened(source, ["x._module._d", 'x["one"]']);
    expect(await seen(short)).toEqual([
      [2, 2, undefined, "function"],
      ["_b", "_d", "four", "memory", "one", "three", "two"],
    ]);
    expect((await seen(source))[0]).toEqual((await seen(short))[0]);
    expect(short).not.toMatch(/_a|_c|\$e/);
    const asked = (text: string): unknown => (runInThisContext(`(${text})`) as { exports?: unknown }).exports;
    expect(asked(short), "the names of the exports that it asks for").toEqual(["b", "d", "m"]);
    const whole = source.replace("var other;", "var other;function all(){return wasmExports}");
    const any = source.replace("var other;", "var other;function any(wasmExports){odd(wasmExports)}");
    expect([asked(shortened(whole, ["_d"])), asked(shortened(any, ["_d"])), asked(source)]).toEqual([
      ["b", "d", "m"],
      undefined,
      undefined,
    ]);
    for (const other of ["", "function make(){}", "function assignWasmExports(wasmExports){odd();}var a;"])
      expect(shortened(other, [])).toBe(other);
  });

  test("a runtime of another shape is refused with a sentence", () => {
    const refused = /does not end as this version of belljar expects/;
    expect(() => of("pyodide.asm.mjs", "module.exports = 1")).toThrow(refused);
    expect(() => of("pyodide.mjs", "export default 1")).toThrow(refused);
  });
});
