// Leaving functions out of a script that a compiler has written: telling its statements apart, and what is put in the place.

import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { screenless } from "../../../static/src/capture/frame/screenless";
import { unoffered } from "../../../static/src/capture/frame/shortened";
import { statements } from "../../../static/src/capture/frame/statements";

describe("a script's statements", () => {
  const of = (body: string): string[] => statements(body).map(({ text }) => text);

  test("end at a semicolon, or where a declared function does", () => {
    expect(of("var a=1;function b(){return;}async function c(){}d();")).toEqual([
      "var a=1;",
      "function b(){return;}",
      "async function c(){}",
      "d();",
    ]);
    expect(of("var f=function(){return 1};g()")).toEqual(["var f=function(){return 1};", "g()"]);
  });

  test.each([
    ["texts", `var a="};'",b='\\'};';c()`],
    ["templates within templates", "var a=`;$".concat("{{b:`}$", "{1};`}.b};`;c()")],
    ["regular expressions", "var a=/[/;}]\\/;'/g.test(b);c()"],
    ["comments", "var a=1/*;}*/;c()//;}"],
    ["divisions", "var a=b/2;c(d/e)"],
    ["brackets", "var a=[{b(){;}},()=>{;}];c()"],
  ])("are not ended by what stands in %s", (_, body) => {
    expect(of(body)).toHaveLength(2);
    expect(of(body).join("")).toBe(body);
  });

  test("tell whether they have several parts", () => {
    expect(statements("var a=f(1,2),b;var c=(d,e)=>{};").map(({ several }) => several)).toEqual([true, false]);
  });

  test.each(['var a="', "var a={;", "}", "var a=/b"])("are not made out of %s", (body) => {
    expect(() => statements(body)).toThrow(SyntaxError);
  });
});

describe("a script without a screen", () => {
  const script = (body: string): string =>
    `(()=>{"use strict";return async function _createPyodideModule(moduleArg={}){${body}}})()`;
  const body =
    'var SDL={surfaces:{},startTime:7};var _glClear=x=>GL.now(x);_glClear.sig="vi";' +
    'var _emscripten_glClear=_glClear;function _SDL_Init(flags){return SDL.startTime+helper(flags)}_SDL_Init.sig="ii";' +
    "var helper=flags=>flags+1;var used=()=>3;function _glued(){return used()}" +
    "var _SDL_GetTicks=()=>5;function elsewhere(){return _SDL_GetTicks()}" +
    "var JSEvents={handlers:{}};function _emscripten_set_click_callback_on_thread(x){return JSEvents.handlers[x]}" +
    "function _emscripten_set_timeout(x){return x+1}function _emscripten_websocket_close(){return 1}" +
    "var wasmImports={emscripten_set_click_callback_on_thread:_emscripten_set_click_callback_on_thread," +
    "emscripten_set_timeout:_emscripten_set_timeout,emscripten_websocket_close:_emscripten_websocket_close," +
    'SDL_GetTicks:_SDL_GetTicks,SDL_Init:_SDL_Init,emscripten_glClear:_emscripten_glClear,glClear:_glClear,_glued,elsewhere};var shown=()=>typeof SDL!="undefined"&&SDL.startTime;' +
    "return{...wasmImports,shown}";
  type Made = Record<string, ((...given: number[]) => unknown) & { sig?: string }>;
  const make = (text: string): Promise<Made> => (runInThisContext(text) as (module: object) => Promise<Made>)({});

  test("has each function by its name and type; what draws says that there is none to draw on", async () => {
    const short = screenless(script(body));
    const [whole, made] = [await make(script(body)), await make(short)];
    expect(Object.keys(made).sort()).toEqual(Object.keys(whole).sort());
    expect(made.glClear?.sig).toBe("vi");
    expect(made.emscripten_glClear?.sig, "the type that it has by another name").toBe("vi");
    expect(made.SDL_Init?.sig).toBe("ii");
    expect(made.SDL_GetTicks?.sig).toBeUndefined();
    expect(() => made.SDL_Init?.(1)).toThrow("SDL_Init needs a screen or a network, and a sandbox has none.");
    expect(short).not.toMatch(/helper|GL\.now|surfaces|JSEvents/);
    for (const name of ["emscripten_set_click_callback_on_thread", "emscripten_websocket_close"])
      expect(() => made[name]?.()).toThrow(`${name} needs a screen or a network`);
  });

  test("does everything else as before, with all that it takes", async () => {
    const made = await make(screenless(script(body)));
    expect([made._glued?.(), made.elsewhere?.(), made.shown?.()]).toEqual([3, 5, undefined]);
    expect(made.emscripten_set_timeout?.(1)).toBe(2);
  });

  test("loses what only an offer to others had named, where none of them asks for it", () => {
    const offering = script(body.replace("return{", 'Module["_SDL_Init"]=_SDL_Init;Module["_glued"]=_glued;return{'));
    expect(screenless(offering)).toContain("function _SDL_Init");
    const bare = unoffered(offering, ["module._glued()"]);
    expect([bare.includes('Module["_glued"]'), bare.includes('Module["_SDL_Init"]')]).toEqual([true, false]);
    expect(screenless(bare)).not.toContain("function _SDL_Init");
    expect(unoffered(offering, ["module._glued(module._SDL_Init)"])).toBe(offering);
  });

  test("is left as it is where it has another shape", () => {
    for (const other of ["", "async function make(){}", script("var wasmImports={"), script("var a=1;")])
      expect(screenless(other)).toBe(other);
  });
});
