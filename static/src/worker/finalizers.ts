// When Python hears that JavaScript has let go of its objects: between calls into it, never within one.
//
// Pyodide drops a Python object once the engine has collected the proxy that stood for it, and is lost if Python's lock is
// not held at that moment ("Attempted to use PyProxy when Python GIL not held"). By the language that is a task of its own.
// In WebKit it is any turn of the thread's run loop, and FileReaderSync turns it (WorkerRunLoop::runInMode; in WebKitGTK
// 2.50 every single callback came in there): in the midst of a read, for which Python has let go of its lock.

/**
 * Until what this gives is called, registries are made that call back by timer, which no engine runs within anything.
 * Call it when Pyodide has made its own.
 */
export function finalizeBetweenCalls(): () => void {
  const Original = self.FinalizationRegistry;
  if (!Original) return () => {};
  const later = setTimeout; // code of cells may put another in its place
  self.FinalizationRegistry = class<Held> extends Original<Held> {
    constructor(clean: (held: Held) => void) {
      const waiting: Held[] = [];
      const tell = (): void => {
        for (const one of waiting.splice(0)) clean(one);
      };
      super((held) => {
        if (waiting.push(held) === 1) later(tell);
      });
    }
  };
  return () => {
    self.FinalizationRegistry = Original;
  };
}
