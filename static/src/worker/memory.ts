// The ceiling of the WebAssembly heap. A growth past it fails, which Python reports as MemoryError and survives.

const PAGE = 65_536;

/** Must run before Pyodide is loaded: Emscripten calls `grow` on the prototype's method. */
export function capMemory(bytes: number): void {
  const grow = WebAssembly.Memory.prototype.grow;
  Object.defineProperty(WebAssembly.Memory.prototype, "grow", {
    value(this: WebAssembly.Memory, pages: number): number {
      if (this.buffer.byteLength + pages * PAGE > bytes) throw new RangeError("the sandbox's memory limit is reached");
      return grow.call(this, pages);
    },
    writable: false,
    configurable: false,
  });
}
