// What belljar knows of the inside of others that only a browser shows: see docs/upgrading-pyodide.md. The other contracts
// are in tests/contract, which needs none.

import { type Bench, expect, test } from "../fixtures";

/** One assumption by its number in the guide; `holds` fails when it is no longer so. */
function contract(step: number, of: string, what: string, holds: (bench: Bench) => Promise<void>): void {
  test(`${step}. ${of}: ${what}`, async ({ bench }) => {
    try {
      await holds(bench);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${of} changed ${what}: see step ${step} of docs/upgrading-pyodide.md (${why})`, {
        cause: error,
      });
    }
  });
}

/** What a cell's last expression is, or what went wrong in it. */
async function found(bench: Bench, code: string): Promise<string | undefined> {
  const { text, error } = await bench.run(code);
  return error ? `${error.name}: ${error.value}` : text;
}

contract(36, "Pyodide", "how suspended calls hold thread states", async (bench) => {
  const ready = `
import asyncio, time
from belljar_harness.interpreter.threadstates import ThreadStates
async def sleep(seconds): time.sleep(seconds)
await asyncio.gather(sleep(0.05), sleep(0.01), sleep(0.03));`;
  expect(await found(bench, ready)).toBeUndefined();
  expect(await found(bench, "ThreadStates(None).signals_arrive()"), "the next run begins in the main one").toBe("True");
});

contract(37, "numpy", "where its own generator has its state", async (bench) => {
  const code = `
import ctypes, numpy as np
_kept = np.random.get_state()
np.random.seed(7); np.random.random(5)
_at = np.random.get_bit_generator().ctypes.state_address
_, _words, _used, *_ = np.random.get_state()
_same = (ctypes.c_uint32 * 624).from_address(_at)[:] == _words.tolist(), ctypes.c_int.from_address(_at + 4 * 624).value == _used
np.random.set_state(_kept)
_same`;
  expect(await found(bench, code)).toBe("(True, True)");
});

contract(38, "matplotlib", "the private names that drawing is made faster with", async (bench) => {
  const code = `
import matplotlib.pyplot as plt, matplotlib._pylab_helpers
from belljar_harness.figures import private, texts, ticks
_lost = []
for _owner, _names in {
    "matplotlib.axis:Axis": (ticks._PLACE_TICKS, ticks._MEASURE_LABELS, "get_major_ticks", "get_minor_ticks"),
    "matplotlib.artist": ("_XYPair",), "matplotlib.cbook": ("CallbackRegistry",), "matplotlib.path": ("Path",),
    "matplotlib.markers": ("MarkerStyle",), "matplotlib.font_manager": ("FontProperties",),
    "matplotlib.lines": ("Line2D",), "matplotlib.text": ("Text",), "matplotlib.text:Text": (texts._LAY_OUT,),
    "matplotlib.pyplot": ("_backend_mod",), "matplotlib._pylab_helpers": ("Gcf",),
    "matplotlib._pylab_helpers:Gcf": ("destroy", "get_all_fig_managers", "figs"),
}.items():
    for _name in _names:
        try: private.member(_owner, _name)
        except LookupError: _lost.append((_owner, _name))
_figure, _axes = plt.subplots()
_tick = _axes.xaxis.get_major_ticks()[0]
_copies = ticks._Copier(matplotlib.axis).copies(_tick, 3)
texts._SPACING(_axes.title)
plt.close("all")
_lost, len(_copies), hasattr(_axes.xaxis, "majorTicks"), hasattr(_axes.xaxis, "minorTicks")`;
  expect(await found(bench, code)).toBe("([], 3, True, True)");
});

contract(39, "Chromium", "how many memories of WebAssembly a process can have", async (bench) => {
  // As many as modules are watched while a snapshot is proved (static/src/capture/split/probes.ts).
  const had = await bench.page.evaluate(
    () => Array.from({ length: 64 }, () => new WebAssembly.Memory({ initial: 6 })).length,
  );
  expect(had).toBe(64);
});

contract(40, "Chromium", "how long a worker goes on that was terminated", async (bench) => {
  // As long as it does, the byte that interrupts come by is worth its keep: a killed worker looks at it, too.
  const went = await bench.page.evaluate(async () => {
    const source = "onmessage = ({ data }) => { for (;;) Atomics.add(data, 0, 1); };";
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    const count = new Int32Array(new SharedArrayBuffer(4));
    worker.postMessage(count);
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    while (Atomics.load(count, 0) === 0) await pause(5);
    worker.terminate();
    const began = performance.now();
    let last = -1;
    let changed = began;
    // On a busy machine a thread may wait for its turn: it has ended when it has said nothing for long enough.
    for (let at = began; at - changed < 1_500 && at - began < 10_000; at = performance.now()) {
      const now = Atomics.load(count, 0);
      if (now !== last) changed = at;
      last = now;
      await pause(50);
    }
    return changed - began;
  });
  expect(went).toBeGreaterThan(1_000);
  expect(went).toBeLessThan(8_000);
});
