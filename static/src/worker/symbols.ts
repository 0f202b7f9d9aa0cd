// The symbols of a main module, which Emscripten's loader copies three times, name by name, at each start: as what the
// script may call, as what libraries are linked with, as what has an offset. Of 8,500 the script asks for 200 and
// libraries for some thousand, so here they stand behind the loader's own imports, where whoever asks for one finds it.

import type { Dso, EmscriptenModule } from "./emscripten";
import { publicExports } from "./halves";

/** JavaScript's functions among the imports. A stub stands for what the main module may or may not have. */
type Imported = CallableFunction & { sig?: string; stub?: boolean };

/** C's `main` by both of its names. */
const MAIN = ["main", "__main_argc_argv"] as const;

const LOOKUP = "_dlsym_js";

/**
 * Gives the loader the main module's symbols. `env` are the imports that it links libraries with; `module` is looked at
 * when the first symbol is asked for. Call before the instantiation; call what this gives with the exports right after
 * it, for what the script is to get of them: `asked`, by name.
 */
export function lendSymbols(
  env: Record<string, unknown>,
  module: () => EmscriptenModule,
  asked: readonly string[],
): (exports: WebAssembly.Exports) => WebAssembly.Exports {
  let lent: WebAssembly.Exports | undefined;
  const lookup = env[LOOKUP] as Imported;
  /** dlsym looks through the names of a library; of this one they are spelt out when somebody does. */
  const spelling = (handle: number, ...others: unknown[]): unknown => {
    const library: Dso | undefined = module().LDSO.loadedLibsByHandle[handle >>> 0];
    if (lent && library?.exports === env) {
      for (const [name, value] of Object.entries(publicExports(lent))) {
        // Not assigned: what stands behind is read-only.
        const spelt = { value, writable: true, enumerable: true, configurable: true };
        if (!Object.hasOwn(env, name)) Object.defineProperty(env, name, spelt);
      }
      lent = undefined;
    }
    return lookup(handle, ...others);
  };
  env[LOOKUP] = Object.assign(spelling, { sig: lookup.sig });
  return (exports) => {
    lent = exports;
    for (const [name, value] of Object.entries(env)) {
      if ((value as Imported | undefined)?.stub && exports[name]) env[name] = exports[name];
    }
    Object.setPrototypeOf(env, exports);
    const [one, other] = MAIN;
    env[one] ??= exports[other];
    env[other] ??= exports[one];
    return Object.fromEntries(asked.map((name) => [name, exports[name]])) as WebAssembly.Exports;
  };
}
