// Small modules that Emscripten makes while it starts.

/** So long is a module that wraps one function, at most (type, import and export of one function). */
const SMALL = 128;

/**
 * Compiles equal small modules once. For each JavaScript function in the table, 261 at a start, Emscripten compiles a
 * module that depends on nothing but the function's type. Call what this gives when the start is over.
 */
export function shareTrampolines(): () => void {
  const { Module } = WebAssembly;
  const known = new Map<string, WebAssembly.Module>();
  WebAssembly.Module = new Proxy(Module, {
    construct(target, [source]: [BufferSource]) {
      if (!(source instanceof Uint8Array) || source.length > SMALL) return new target(source);
      const key = source.join();
      const found = known.get(key) ?? new target(source as Uint8Array<ArrayBuffer>);
      known.set(key, found);
      return found;
    },
  });
  return () => {
    WebAssembly.Module = Module;
  };
}
