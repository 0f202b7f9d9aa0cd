// Watches which libraries are instantiated and where, so that a snapshot can put them there again.

export interface SideImports {
  env: { __memory_base: number; __table_base: number } & Record<string, unknown>;
}

/** The imports of a side module, as opposed to the main one's or a trampoline's. */
export function isSide(imports: unknown): imports is SideImports {
  const given = imports as { env?: { __table_base?: unknown }; "GOT.mem"?: unknown } | undefined;
  return given?.["GOT.mem"] !== undefined && typeof given.env?.__table_base === "number";
}

export interface Side {
  module: WebAssembly.Module;
  instance: WebAssembly.Instance;
  memoryBase: number;
  tableBase: number;
  /** Functions that it imports and that were not there yet. */
  stubs: string[];
}

export interface Recording {
  sides: Side[];
  stop(): void;
}

/** Records every side module from now on. `next` is called when another one is there, before anything of it has run. */
export function record(next: () => void): Recording {
  const sides: Side[] = [];
  const { Instance, instantiate } = WebAssembly;
  const note = (module: WebAssembly.Module, imports: unknown, instance: WebAssembly.Instance): void => {
    if (!isSide(imports)) return;
    const { __memory_base: memoryBase, __table_base: tableBase } = imports.env;
    // Emscripten looks them up behind a proxy, over an object that holds what it stands in for.
    const stubs = Object.keys(imports.env);
    sides.push({ module, instance, memoryBase, tableBase, stubs });
    next();
  };
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) {
      const instance = new target(module, imports);
      note(module, imports, instance);
      return instance;
    },
  });
  WebAssembly.instantiate = (async (source: WebAssembly.Module | BufferSource, imports?: WebAssembly.Imports) => {
    if (source instanceof WebAssembly.Module) {
      const instance = await instantiate(source, imports);
      note(source, imports, instance);
      return instance;
    }
    const made = await instantiate(source, imports);
    note(made.module, imports, made.instance);
    return made;
  }) as typeof WebAssembly.instantiate;
  return {
    sides,
    stop: () => {
      WebAssembly.Instance = Instance;
      WebAssembly.instantiate = instantiate;
    },
  };
}
