// The self-test's attempts: what each tries, in words and in Python, and when it counts as refused. Pure data.
// They go past the polite refusals of the harness where there is a way past, down to the browser's own.

export interface Seen {
  status: string;
  text: string | undefined;
  error: { name: string; value: string } | undefined;
  note: string | undefined;
}

export interface Probe {
  title: string;
  /** `{server}` stands for the address of this page's server. */
  code: string;
  /** Milliseconds. */
  timeout?: number;
  /** What held it, in a few words; undefined when nothing did. */
  held(seen: Seen): string | undefined;
}

/** Refused is what raises an error; a value is what got through. */
function byError({ status, error }: Seen): string | undefined {
  if (status !== "error" || !error) return undefined;
  if (error.name === "AttributeError" && /^\w+$/.test(error.value)) return `there is no ${error.value} in here`;
  return `${error.name}: ${error.value}`.slice(0, 200);
}

export const PROBES: readonly Probe[] = [
  {
    title: "Fetch a page of this server with JavaScript",
    code: "import js\nawait js.fetch('{server}')",
    held: byError,
  },
  {
    title: "Fetch it with Python",
    code: "import urllib.request\nurllib.request.urlopen('{server}').status",
    held: byError,
  },
  {
    title: "Open a connection",
    code: "import _socket\ns = _socket.socket()\ns.settimeout(2)\ns.connect(('127.0.0.1', 80))",
    held: byError,
  },
  {
    title: "Load code from an address",
    code: "import pyodide_js\nawait pyodide_js.loadPackage('{server}x-1.0-py3-none-any.whl')\nimport x",
    held: byError,
  },
  { title: "Run JavaScript from text", code: "from pyodide.code import run_js\nrun_js('1 + 1')", held: byError },
  {
    title: "Build JavaScript out of an innocent object",
    code: "import js\njs.Array.new().constructor.constructor('return 1')()",
    held: byError,
  },
  { title: "Read this page’s title", code: "import js\njs.parent.document.title", held: byError },
  { title: "Read this site’s cookies and storage", code: "import js\njs.localStorage.length", held: byError },
  {
    title: "Open a database in the browser",
    code: "import js\njs.indexedDB.open('belljar-self-test')",
    held: byError,
  },
  { title: "Start another worker", code: "import js\njs.Worker.new('data:,')", held: byError },
  {
    title: "Read files of this machine",
    code: "import os\n[path for path in ('/etc/passwd', '/etc/hostname', 'C:/Windows', '/Users') if os.path.exists(path)]",
    held: ({ text }) => (text === "[]" ? "there are none in here" : undefined),
  },
  {
    title: "Take all the memory",
    code: "hog = []\nwhile True: hog.append(bytearray(128 * 1024 * 1024))",
    timeout: 30_000,
    held: ({ error }) => (error?.name === "MemoryError" ? "stopped at the limit with a MemoryError" : undefined),
  },
  {
    title: "Never stop",
    code: "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    timeout: 700,
    held: ({ status }) => (status === "timeout" ? "stopped on time" : undefined),
  },
];
