// Pyodide's JavaScript without what no worker of the sandbox can have, a third of the text that each one reads: a screen
// (OpenGL and SDL 1 on a page's canvas, the events of a page, its main loop) and a network (web sockets, downloads). Each
// function is still found, with its type, and says so when it is called.

import { bodyOf, type Statement, statements } from "./statements";

/** Imports of WebAssembly that draw, by their names. */
const DRAWS =
  /^(?:emscripten_gl|_?gl)[A-Z]|^(?:emscripten_)?(?:SDL|IMG|TTF|Mix)_|^(?:roto)?zoomSurface$|^(?:[a-z]+[A-Z])?[a-z]+(?:RGBA|Color)$/;
/** Imports of WebAssembly that want a page around the worker, without what comes ahead of all their names. */
const WANTS_PAGE = [
  /^(?:webgl|html5|vibrate|websocket|async_wget|wget)/,
  /^(?:is_webgl|async_load_script|sample_gamepad|hide_mouse)/,
  /^(?:request|enter|exit)_.*(?:fullscreen|pointerlock|animation_frame)/,
  /^(?:un)?lock_orientation|^cancel_animation_frame|main_loop/,
  /^set_(?:\w+_callback_on_thread|canvas|element_css|window_title)/,
  /^get_(?:battery|canvas|device_pixel|devicemotion|deviceorientation|element_css|fullscreen|gamepad|last_)/,
  /^get_(?:mouse|num_gamepads|orientation|pointerlock|preloaded_image|screen|visibility|window_title)/,
];
const EMSCRIPTEN = /^_?emscripten_/;
/** What those share, and what shows in passing whether a window has been opened. Nothing happens when it is made. */
const SHARED = /^var (SDL|SDL_gfx|JSEvents|GL|EGL|WS|wget)=\{/;

function isAbsent(name: string): boolean {
  if (DRAWS.test(name) || /^egl[A-Z]/.test(name)) return true;
  const rest = name.replace(EMSCRIPTEN, "");
  return rest !== name && WANTS_PAGE.some((family) => family.test(rest));
}

const FACTORY = /async function _createPyodideModule\(moduleArg=\{\}\)(?=\{)/;
const IMPORTS = "var wasmImports={";
const ENTRY = /^([\w$]+)(?::([\w$]+))?$/;
/** One variable that is a function, by whatever name. */
const VARIABLE = /^var ([\w$]+)=(?:(?:async )?(?:function\b|\([^()]*\)=>|[\w$]+=>)|[\w$]+;$)/;
const FUNCTION = /^(?:async )?function ([\w$]+)\(/;
const SIGNED = /^([\w$]+)\.sig="(\w*)";$/;
const NAMES = /[A-Za-z_$][\w$]*/g;

/** The one name that a statement gives to a function and does nothing else. */
function defined({ text, several }: Statement): string | undefined {
  return FUNCTION.exec(text)?.[1] ?? (several ? undefined : VARIABLE.exec(text)?.[1]);
}

/** How often each name occurs. */
class Uses {
  readonly #counts = new Map<string, number>();

  add(text: string, sign = 1): void {
    for (const [name] of text.matchAll(NAMES)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + sign);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }
}

/** How often a statement names what it defines. */
const own = (text: string, name: string): number =>
  [...text.matchAll(NAMES)].filter(([found]) => found === name).length;

/** The statements but those that define what nobody names, and what only those have named. */
function without(all: readonly Statement[]): Statement[] {
  const uses = new Uses();
  for (const { text } of all) uses.add(text);
  const kept = new Set(all);
  const signs = new Map<string, Statement>();
  for (const statement of all) {
    const [, name] = SIGNED.exec(statement.text) ?? [];
    if (name !== undefined) signs.set(name, statement);
  }
  let before: number;
  do {
    before = kept.size;
    for (const statement of kept) {
      const { text } = statement;
      const name = defined(statement) ?? SHARED.exec(text)?.[1];
      if (name === undefined) continue;
      const sign = signs.get(name);
      const mine = [statement, ...(sign && kept.has(sign) ? [sign] : [])];
      if (mine.reduce((count, one) => count + own(one.text, name), 0) !== uses.of(name)) continue;
      for (const one of mine) {
        uses.add(one.text, -1);
        kept.delete(one);
      }
    }
  } while (kept.size < before);
  return all.filter((statement) => kept.has(statement));
}

/** Imports that say why they do nothing, by their types: what stands behind the object of all imports. */
function absent(names: ReadonlyMap<string, string | undefined>): string {
  const byType = new Map<string | undefined, string[]>();
  for (const [name, type] of names) byType.set(type, [...(byType.get(type) ?? []), name]);
  const listed = JSON.stringify([...byType].map(([type, some]) => [type ?? null, some.join(" ")]));
  const sentence = '" needs a screen or a network, and a sandbox has none."';
  const made = `Object.assign(()=>{throw new Error(name+${sentence})},sig===null?{}:{sig})`;
  return `for(const[sig,names]of ${listed})for(const name of names.split(" "))wasmImports[name]=${made};`;
}

function cut(all: readonly Statement[]): Statement[] {
  const at = all.findIndex(({ text }) => text.startsWith(IMPORTS));
  const imports = all[at];
  if (!imports?.text.endsWith("};")) return [...all];
  const types = new Map<string, string>();
  const aliases = new Map<string, string>();
  for (const { text, several } of all) {
    const [, name, type] = SIGNED.exec(text) ?? [];
    if (name !== undefined) types.set(name, type as string);
    const [, alias, original] = (!several && /^var ([\w$]+)=([\w$]+);$/.exec(text)) || [];
    if (alias !== undefined) aliases.set(alias, original as string);
  }
  /** A function has one type by all of its names. */
  const typeOf = (variable: string): string | undefined => {
    const original = aliases.get(variable);
    return types.get(variable) ?? (original === undefined ? undefined : typeOf(original));
  };
  const drawing = new Map<string, string | undefined>();
  const entries = imports.text.slice(IMPORTS.length, -2).split(",");
  const kept = entries.filter((entry) => {
    const [, name, variable = name] = ENTRY.exec(entry) ?? [];
    if (name === undefined || variable === undefined || !isAbsent(name)) return true;
    drawing.set(name, typeOf(variable));
    return false;
  });
  const shorter: Statement = { text: `${IMPORTS}${kept.join(",")}};${absent(drawing)}`, several: imports.several };
  return without(
    all.map((statement, position) => {
      const [begun] = SHARED.exec(statement.text) ?? [];
      return position === at ? shorter : begun ? { ...statement, text: `${begun}};` } : statement;
    }),
  );
}

/** The source of Emscripten's factory without the functions that draw. Text of another shape comes out as it is. */
export function screenless(factory: string): string {
  const head = FACTORY.exec(factory);
  if (!head) return factory;
  try {
    const [from, to] = bodyOf(factory, head.index + head[0].length);
    const kept = cut(statements(factory.slice(from, to)));
    return `${factory.slice(0, from)}${kept.map(({ text }) => text).join("")}${factory.slice(to)}`;
  } catch (error) {
    if (error instanceof SyntaxError) return factory;
    throw error;
  }
}
