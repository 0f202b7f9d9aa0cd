// Whatever a cell does to event loops, it ends, and the cells after it answer: one warm Python for all of them.

import { expect, test } from "../fixtures";

/** A cell, the value it has (null: whatever), and whether its time has to end it. */
const ROWS: [name: string, code: string, text: string | null, status?: "timeout"][] = [
  ["Runner", "with asyncio.Runner() as r:\n    x = r.run(main()), r.run(main())\nx", "(7, 7)"],
  ["Runner, its loop", "r = asyncio.Runner()\nl = r.get_loop()\nr.close()\nl.is_closed()", "True"],
  ["Runner, a factory", "with asyncio.Runner(loop_factory=asyncio.new_event_loop) as r: x = r.run(main())\nx", "7"],
  [
    "a Runner that is closed",
    "r = asyncio.Runner()\nr.close()\ntry: r.run(main())\nexcept RuntimeError as e: x = str(e)\nx",
    "'Runner is closed'",
  ],
  [
    "what a Runner leaves",
    "async def leave(): return asyncio.create_task(asyncio.sleep(60))\nwith asyncio.Runner() as r: t = r.run(leave())\nt.cancelled()",
    "True",
  ],
  ["asyncio.run", "asyncio.run(main())", "7"],
  ["asyncio.run in a coroutine", "async def outer(): return asyncio.run(main()) + 1\nasyncio.run(outer())", "8"],
  [
    "asyncio.run that raises",
    "async def bad(): raise ValueError('its own')\ntry: asyncio.run(bad())\nexcept ValueError as e: x = str(e)\nx",
    "'its own'",
  ],
  ["asyncio.runners.run", "import asyncio.runners\nasyncio.runners.run(main(), debug=True)", "7"],
  [
    "new_event_loop",
    "l = asyncio.new_event_loop()\nx = l.run_until_complete(main())\nl.close()\nx, l.is_closed()",
    "(7, True)",
  ],
  [
    "new_event_loop and set_event_loop",
    "l = asyncio.new_event_loop()\nasyncio.set_event_loop(l)\nasyncio.get_event_loop().run_until_complete(main())",
    "7",
  ],
  ["set_event_loop(None)", "asyncio.set_event_loop(None)\nawait main()", "7"],
  [
    "a closed loop",
    "l = asyncio.new_event_loop()\nl.close()\nc = main()\ntry: l.run_until_complete(c)\nexcept RuntimeError as e: x = str(e)\nc.close()\nx",
    "'Event loop is closed'",
  ],
  ["closing the running loop", "asyncio.get_running_loop().close()\nawait main()", "7"],
  ["stopping the running loop", "asyncio.get_running_loop().stop()\nawait main()", "7"],
  ["run_until_complete of the running loop", "asyncio.get_event_loop().run_until_complete(main())", "7"],
  [
    "run_forever until stop",
    "l = asyncio.new_event_loop()\nl.call_later(0.05, l.stop)\nl.run_forever()\n'over'",
    "'over'",
  ],
  [
    "run_forever of the running loop",
    "l = asyncio.get_event_loop()\nl.call_later(0.05, l.stop)\nl.run_forever()\n'over'",
    "'over'",
  ],
  ["run_forever without end", "asyncio.new_event_loop().run_forever()", null, "timeout"],
  [
    "a policy",
    "import warnings\nwarnings.simplefilter('ignore')\nasyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())\nasyncio.run(main())",
    "7",
  ],
  [
    "no policy",
    "import warnings\nwarnings.simplefilter('ignore')\nasyncio.set_event_loop_policy(None)\ntry: asyncio.get_event_loop_policy().new_event_loop()\nexcept OSError: pass\nawait main()",
    "7",
  ],
  [
    "the policy's loop",
    "import warnings\nwarnings.simplefilter('ignore')\nasyncio.get_event_loop_policy().new_event_loop().run_until_complete(main())",
    "7",
  ],
  ["Pyodide's own kind", "from pyodide.webloop import WebLoop\nl = WebLoop()\nl.run_until_complete(main())", "7"],
  ["_set_running_loop", "asyncio._set_running_loop(object())\nawait main()", null],
  ["_asyncio's _set_running_loop", "import _asyncio\n_asyncio._set_running_loop(None)\n1", "1"],
  ["the same, and it awaits", "import _asyncio\n_asyncio._set_running_loop(None)\nawait main()", null],
  [
    "patches as nest_asyncio's",
    "l = asyncio.get_running_loop()\nfor m in (asyncio, asyncio.events):\n    m.get_running_loop = m._get_running_loop = m.get_event_loop = lambda: None\nasyncio.run = asyncio.Task = asyncio.tasks.Task = asyncio.Future = None\n1",
    "1",
  ],
  [
    "a loop whose methods are gone",
    "l = asyncio.get_running_loop()\nl.call_soon = l.call_later = l.create_task = l.create_future = lambda *a, **k: None\n1",
    "1",
  ],
  [
    "its class's methods, gone",
    "K = type(asyncio.get_running_loop())\nK.call_soon = K.call_later = K.create_task = lambda *a, **k: None\n1",
    "1",
  ],
  ["a task factory that fails", "asyncio.get_running_loop().set_task_factory(lambda *a, **k: 1/0)\n1", "1"],
  ["cancelling every task", "for t in asyncio.all_tasks(): t.cancel()\n1", "1"],
  ["cancelling every task, and it awaits", "for t in asyncio.all_tasks(): t.cancel()\nawait main()", null],
  [
    "the current task is another",
    "import _asyncio\n_asyncio._swap_current_task(asyncio.get_running_loop(), None)\n1",
    "1",
  ],
  ["SelectorEventLoop", "try: asyncio.SelectorEventLoop().run_until_complete(main())\nexcept Exception: pass\n1", "1"],
]; // prettier-ignore

test("a cell after which no other starts is followed by one that does, in a clean Python", async ({ bench }) => {
  await bench.run("lost = 1");
  const breaks = `from belljar_harness.session import Session
import asyncio
async def never(*_): await asyncio.get_running_loop().create_future()
Session.run = never`;
  expect(await bench.run(breaks)).toMatchObject({ status: "ok" });
  const next = await bench.run("'lost' in globals()", { timeout: 5_000 });
  expect(next).toMatchObject({ status: "ok", text: "False" });
  expect(next.ms).toBeLessThan(60_000); // without it: 180 s, the time for loading
});

test("a cell that makes, replaces, closes or breaks event loops leaves a Python that answers", async ({ bench }) => {
  test.setTimeout(240_000);
  const said: string[] = [];
  for (const [name, code, text, status] of ROWS) {
    const before = "import asyncio\nasync def main():\n    await asyncio.sleep(0.01)\n    return 7\n";
    const answer = await bench.run(before + code, { timeout: 2_000 });
    if (status ? answer.status !== status : text !== null && answer.text !== text) {
      said.push(`${name}: ${answer.status} ${answer.text} ${answer.error?.traceback ?? answer.note}`);
    }
    const next = await bench.run("import asyncio, time\nawait asyncio.sleep(0.01)\ntime.sleep(0.01)\n6 * 7", {
      timeout: 5_000,
    });
    if (next.text !== "42") said.push(`after ${name}: ${next.status} ${next.error?.traceback ?? next.note}`);
    if (next.ms > 20_000) said.push(`after ${name}: ${next.ms} ms`);
  }
  expect(said.join("\n")).toBe("");
});
