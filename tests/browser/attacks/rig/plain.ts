// The unsealed rig: an ordinary origin without any policy; a page, a frame in it, a worker in that, and plain Pyodide
// in the worker. What a probe does here must be sighted, or it proves nothing.

import type { Page, Served } from "../witness/canary";
import type { Cdp, Target } from "../witness/cdp";
import type { Witness } from "../witness/witness";

interface Core {
  core: { name: string; url: string }[];
  packages: Record<string, { file: { name: string; url: string } }>;
}

/** Where the unsealed origin has the server's files: that server lets no other origin read them. */
const FILES = "/plain/files/";

/** The pages of the unsealed origin. `assets` is the server that has Pyodide's files. */
export function plainPages(assets: string, policy: Core): Served {
  const files = [...policy.core, ...Object.values(policy.packages).map(({ file }) => file)];
  const where = Object.fromEntries(files.map(({ name, url }) => [name, `${FILES}${url}`]));
  const worker = `
    const where = ${JSON.stringify(where)};
    const original = fetch;
    // The files lie at content addresses, not side by side as Pyodide expects.
    globalThis.fetch = (input, init) => {
      const name = String(input instanceof Request ? input.url : input).split("/").at(-1);
      return original(where[name] ?? input, init);
    };
    globalThis.started = (async () => {
      const { loadPyodide } = await import(where["pyodide.mjs"]);
      const { default: createPyodideModule } = await import(where["pyodide.asm.mjs"]);
      const lockFileContents = await (await fetch(where["pyodide-lock.json"])).text();
      const base = location.origin + "/";
      return loadPyodide({ createPyodideModule, indexURL: base, packageBaseUrl: base, lockFileContents });
    })();
    globalThis.python = async (code, packages) => {
      const py = await started;
      if (packages.length) await py.loadPackage(packages, { messageCallback() {} });
      return String(await py.runPythonAsync(code));
    };`;
  const pages: Record<string, Page> = {
    "/plain": { type: "text/html", body: '<!doctype html><title>plain</title><iframe src="/plain/frame"></iframe>' },
    "/plain/frame": { type: "text/html", body: "<!doctype html><title>frame</title><body></body>" },
    "/plain/python.js": { type: "text/javascript", body: `${worker}\npostMessage("up");` },
    "/plain/worker.js": { type: "text/javascript", body: 'postMessage("up");' },
  };
  // The echo shows what reflection would look like.
  return (path) => {
    if (path.startsWith(FILES)) return passed(`${assets}/${path.slice(FILES.length)}`);
    return path.startsWith("/plain/echo") ? { type: "text/html", body: path } : pages[path];
  };
}

async function passed(url: string): Promise<Page> {
  const answer = await fetch(url);
  return { type: answer.headers.get("content-type") ?? "", body: Buffer.from(await answer.arrayBuffer()) };
}

export class PlainRig {
  page!: Target;
  /** The frame is of the page's origin, so it lives in the page's target; its realm is reached through `frames[0]`. */
  readonly #workers = new Map<string, Target>();
  readonly #cdp: Cdp;
  readonly #origin: string;
  readonly #witness: Witness;

  constructor(cdp: Cdp, origin: string, witness: Witness) {
    this.#cdp = cdp;
    this.#origin = origin;
    this.#witness = witness;
  }

  async open(): Promise<void> {
    this.page = await this.#cdp.open(`${this.#origin}/plain`);
    await this.#cdp.evaluate(
      this.page.session,
      `window.heard=[];new BroadcastChannel("belljar-probe").onmessage=(e)=>heard.push(e.data);
       addEventListener("message",(e)=>heard.push(String(e.data)))`,
    );
  }

  /** Before all other windows: behind one, media would not be loaded, which no policy of the frame has stopped. */
  async front(): Promise<void> {
    await this.#cdp.send("Page.bringToFront", {}, this.page.session);
  }

  /** A classic worker for scripts, and a module worker for Python: Pyodide starts in no other. */
  async worker(kind: "python" | "worker" = "worker"): Promise<Target> {
    const known = this.#workers.get(kind);
    if (known && this.#cdp.targets.has(known.session)) return known;
    const type = kind === "python" ? "module" : "classic";
    // Chromium 156 crashes when it evaluates in a worker that is only just starting, so it says when it is up.
    await this.page_(
      `new Promise((up) => {
        const w = (frames[0].${kind} = new frames[0].Worker("/plain/${kind}.js", { type: "${type}" }));
        w.onmessage = up;
      }).then(() => 1)`,
    );
    const page = this.page.session;
    const worker = await this.#cdp.find(({ type, url, parent, session }) => {
      const old = session === known?.session;
      return !old && type === "worker" && parent === page && url.endsWith(`/plain/${kind}.js`);
    });
    this.#workers.set(kind, worker);
    return worker;
  }

  /** Ends a worker: the code of a control ran on. */
  async kill(kind: "python" | "worker" = "python"): Promise<void> {
    const gone = this.#workers.get(kind);
    this.#workers.delete(kind);
    await this.page_(`frames[0].${kind}?.terminate()`);
    if (gone) this.#cdp.targets.delete(gone.session);
  }

  page_<T = unknown>(expression: string): Promise<T> {
    return this.#cdp.evaluate<T>(this.page.session, expression);
  }

  /** Runs Python in plain Pyodide. */
  async python(code: string, packages: readonly string[] = [], ms = 6_000): Promise<string> {
    const { session } = await this.worker("python");
    await this.#cdp.evaluate(session, "started.then(()=>1)", 60_000);
    const call = `python(${JSON.stringify(code)},${JSON.stringify(packages)})`;
    return this.#cdp.evaluate<string>(session, call, packages.length > 0 ? 40_000 : ms);
  }

  /** Evaluates in the worker, or in the frame's document. */
  async script<T>(where: "worker" | "frame", expression: string, ms = 6_000): Promise<T> {
    if (where === "worker") return this.#cdp.evaluate<T>((await this.worker()).session, expression, ms);
    return this.#cdp.evaluate<T>(this.page.session, `frames[0].eval(${JSON.stringify(expression)})`, ms);
  }

  /** A new frame in place of one that was navigated away. */
  async renew(): Promise<void> {
    for (const kind of ["python", "worker"] as const) await this.kill(kind).catch(() => {});
    await this.#cdp.navigate(this.page, `${this.#origin}/plain`);
  }

  async look(): Promise<void> {
    const text = await this.page_<string>(
      `[document.title,document.documentElement.outerHTML,document.cookie,location.href,name,
        JSON.stringify(localStorage),JSON.stringify(sessionStorage),Object.getOwnPropertyNames(window).join(),
        Object.getOwnPropertyNames(Object.prototype).join(),
        JSON.stringify(window.heard??[])].join("\\n")`,
    );
    this.#witness.note("host page", text);
  }
}
