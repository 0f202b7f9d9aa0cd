// Code that wants to stop the page, or never to end. A strain has won when the answer comes late, when the page
// stands still meanwhile, or when the next cell gets no answer.

import { CAUSES } from "./causes";
import { inWorker, type Strain, strain } from "./strain";

export type { Strain };

const LOST = ["crashed", "timeout", "error", "ok"] as const;

export const STRAINS: Strain[] = [
  strain("a loop", "while True: pass"),
  strain(
    "a loop that catches everything",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
  ),
  strain(
    "a loop whose end starts another",
    "def again():\n    try:\n        while True: pass\n    finally: again()\nagain()",
  ),
  strain(
    "a loop with the signal ignored",
    "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
  ),
  strain("a loop in C", "sum(range(10**13))"),
  strain(
    "a search through all pairs in C",
    "list(__import__('itertools').repeat(0, 1)) and max(__import__('itertools').count())",
  ),
  strain("a number too large to compute", "x = 3 ** 10**9"),
  strain("a pattern that backtracks", "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')"),
  strain("a pattern that backtracks by groups", "import re\nre.match(r'(?:a|a?)+$', 'a' * 60 + 'b')"),
  strain("a comparison that never ends", "class E:\n    def __eq__(s, o):\n        while True: pass\nE() in [1]"),
  strain("a sleep", "import time\ntime.sleep(60)"),
  strain("a wait in the event loop", "import asyncio\nawait asyncio.sleep(60)"),
  strain("a wait for what never comes", "import asyncio\nawait asyncio.Event().wait()"),
  strain(
    "a task that refuses to be cancelled",
    "import asyncio\nasync def stay():\n    while True:\n        try: await asyncio.sleep(60)\n        except BaseException: pass\nawait stay()",
  ),
  strain("a repr that never ends", "class R:\n    def __repr__(s):\n        while True: pass\nR()"),
  strain(
    "a traceback that never ends",
    "class E(Exception):\n    def __str__(s):\n        while True: pass\nraise E()",
  ),
  strain(
    "an exit handler and a destructor",
    "class D:\n    def __del__(s):\n        while True: pass\nd = D()\ndel d",
    {
      // Python ignores what a destructor raises, the interrupt included.
      status: ["ok", "timeout", "crashed"],
    },
  ),
  strain(
    "a loop that goes on after the cell",
    "import asyncio\nasync def busy():\n    while True: pass\nasyncio.ensure_future(busy())\n'done'",
    {
      status: ["ok", "timeout", "crashed"],
      control: "dies",
    },
  ),
  strain("an answer printed for ever", "while True: print('x' * 200)", { gap: 1_000 }),
  strain("errors printed for ever", "import sys\nwhile True: sys.stderr.write('y' * 1000 + '\\n')", { gap: 1_000 }),
  strain(
    "displays for ever",
    "from IPython.display import display\nwhile True: display({'text/plain': 'x'}, raw=True)",
    {
      gap: 1_000,
      control: { python: "n = 0\nfor n in range(20_001): pass\n'passed' if n >= 20_000 else ''" },
    },
  ),
  strain("recursion without a limit", "import sys\nsys.setrecursionlimit(10**9)\ndef down(): return down()\ndown()", {
    status: ["crashed", "error", "timeout"],
    control: { python: "import sys\nsys.setrecursionlimit(10**6)\nsys.getrecursionlimit() >= 10**6 and 'passed'" },
  }),
  strain("a list nested a million deep, shown", "x = []\nfor _ in range(10**6): x = [x]\nx", {
    status: ["crashed", "error", "timeout", "ok"],
    control: { python: "x = []\nfor _ in range(10**6): x = [x]\n'passed'" },
  }),
  strain("the interpreter ends itself", "import os\nos._exit(3)", {
    status: ["crashed", "error", "ok"],
    control: "dies",
  }),
  strain("the interpreter is made to crash", "import ctypes\nctypes.string_at(0xfffffff0, 64)", {
    status: LOST,
    control: "dies",
  }),
  strain(
    "a code object made by hand",
    "def f(): pass\nf.__code__ = f.__code__.replace(co_code=bytes([100, 255] * 2000), co_consts=(), co_stacksize=1)\nf()",
    {
      status: LOST,
      control: {
        python:
          "def f(): pass\nf.__code__ = f.__code__.replace(co_stacksize=99)\n'passed' if f.__code__.co_stacksize == 99 else ''",
      },
    },
  ),
  strain("memory without end", "x = []\nwhile True: x.append(bytearray(200_000_000))", {
    timeout: 4_000,
    status: ["error", "timeout", "crashed"],
    control: { python: "x = bytearray(300_000_000)\n'passed' if len(x) == 300_000_000 else ''" },
  }),
  strain("one block beyond the cap", "x = bytearray(2_200_000_000)", {
    timeout: 4_000,
    status: ["error", "crashed"],
    control: { python: "x = bytearray(300_000_000)\n'passed' if len(x) == 300_000_000 else ''" },
  }),
  strain("a file without end", "f = open('/tmp/big', 'wb')\nblock = b'0' * 50_000_000\nwhile True: f.write(block)", {
    timeout: 4_000,
    status: ["error", "timeout", "crashed"],
    control: { python: "open('/tmp/big', 'wb').write(b'0' * 50_000_000)\n'passed'" },
  }),
  strain("ten thousand files", "for i in range(10_000): open(f'f{i}', 'w').close()", {
    timeout: 6_000,
    status: ["ok", "error", "timeout", "crashed"],
    gap: 1_500,
    control: { python: "for i in range(1_500): open(f'f{i}', 'w').close()\n'passed'" },
  }),
  inWorker("a loop in JavaScript", "for (;;) {}"),
  inWorker(
    "a wait in JavaScript that blocks",
    "kept.Atomics.wait(new Int32Array(new kept.WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 }).buffer), 0, 0)",
  ),
  inWorker("a pattern in JavaScript that backtracks", "/(a+)+$/.test('a'.repeat(40) + 'b')"),
  inWorker("a million messages", "for (let i = 0; i < 1e6; i++) kept.postMessage('x')", {
    gap: 2_500,
    control: "gets through",
  }),
  inWorker(
    "two hundred thousand streams of the run itself",
    'for (let i = 0; i < 2e5; i++) kept.postMessage(\'{"type":"stream","name":"stdout","text":"x","run":"\' + kept.run + \'"}\')',
    { gap: 2_500, control: "gets through" },
  ),
  inWorker("a text of half a gigabyte", "kept.postMessage('x'.repeat(5e8))", { gap: 2_500, control: "gets through" }),
  inWorker(
    "blobs without end",
    "for (let i = 0; i < 400; i++) kept.postMessage({ type: 'file', path: 'b' + i, blob: new kept.Blob([new Uint8Array(4e6)]) }); for (;;) {}",
    { gap: 2_500, timeout: 700, control: "runs on" },
  ),
  inWorker(
    "messages with ports and buffers",
    "for (let i = 0; i < 20000; i++) { const c = new kept.MessageChannel(); kept.postMessage({}, [c.port1]) } for (;;) {}",
    { gap: 2_500, timeout: 700, control: "runs on" },
  ),
  ...CAUSES,
  // The last one: Chromium lets a worker that is ended go on for two seconds, and the frame's process may not live so long.
  inWorker("a JavaScript heap without end", "const all = []; for (;;) all.push(new Array(1e6).fill(1.5))", {
    gap: 2_500,
    timeout: 700,
    control: "runs on",
    ends: true,
  }),
];
