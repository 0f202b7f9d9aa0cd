// The sealed rig: a page of the server's origin with sandboxes in it, as an application would have them.

import type { Cdp, Params, Target } from "../witness/cdp";
import type { Witness } from "../witness/witness";

/** What a fault does to a response: gets its headers by lower-case name and gives them back changed. */
export type Fault = (path: string, headers: Record<string, string>) => Record<string, string>;

/** An Execution as it arrives in the test. */
export interface Heard {
  status: string;
  text?: string;
  stdout: string;
  note?: string;
  error?: { name: string; value: string };
  ms: number;
  [more: string]: unknown;
}

/** In a page of ours: has a specification drawn as the page does, and gives the frame's answer, or "late". */
export function drawing(kind: string, spec: unknown, at = "left:0;top:0"): string {
  const mimes: Record<string, string> = { plotly: "plotly.v1", vega: "vegalite.v6", bokeh: "bokeh.item" };
  const mime = `application/vnd.${mimes[kind]}+json`;
  return `new Promise((done)=>{const f=document.createElement("iframe");f.sandbox="allow-scripts";f.className="drawn";
    f.style.cssText="position:fixed;width:400px;height:300px;background:white;z-index:9;${at}";
    f.onload=()=>{const c=new MessageChannel();f.contentWindow.postMessage({type:"belljar-chart"},"*",[c.port2]);
      c.port1.onmessage=(e)=>done(JSON.stringify(e.data));
      c.port1.postMessage({type:"draw",mime:"${mime}",spec:${JSON.stringify(JSON.stringify(spec))}})};
    setTimeout(()=>done("late"),60000);f.src="/charts/${kind}.html";document.body.append(f)})`;
}

export interface SealedOptions {
  packages?: string[];
  /** Milliseconds between interrupt and kill; the server's without. */
  grace?: number;
  fault?: Fault;
}

const HOST = "/blank.html";
/** In a frame: its document is the one that the server sent, and all there. */
const OURS = "/\\/frame\\//.test(location.pathname) && document.readyState === 'complete'";

export class SealedRig {
  page!: Target;
  #bare: Target | undefined;
  #chart: Promise<{ session: string; context: number }> | undefined;
  /** Sessions of charts' frames, which are no sandboxes. */
  readonly #charts = new Set<string>();
  readonly #cdp: Cdp;
  readonly #base: string;
  readonly #witness: Witness;
  readonly #options: SealedOptions;
  #off: (() => void) | undefined;

  constructor(cdp: Cdp, base: string, witness: Witness, options: SealedOptions = {}) {
    this.#cdp = cdp;
    this.#base = base;
    this.#witness = witness;
    this.#options = options;
  }

  async open(): Promise<void> {
    // Headers of the real page: what surrounds the sandbox is part of what holds it.
    const real = await fetch(`${this.#base}/`);
    const headers = Object.fromEntries([...real.headers].filter(([name]) => !/^content-(length|encoding)$/.test(name)));
    this.page = await this.#cdp.open(`${this.#base}${HOST}`, (session) => this.#serve(session, headers));
    await this.host(`import("/sdk.js").then((sdk)=>{window.sdk=sdk;window.sandboxes={};window.gaps=[];
      let last=performance.now();setInterval(()=>{const now=performance.now();gaps.push(now-last);last=now},20)})`);
    await this.create("main");
    await this.host("sandboxes.main.ready", 60_000);
  }

  /** Answers for the host page, and lets faults into everything else. */
  async #serve(session: string, page: Record<string, string>): Promise<void> {
    const fault = this.#options.fault;
    this.#off = this.#cdp.on(({ method, params, session: from }) => {
      if (method !== "Fetch.requestPaused" || from !== session) return;
      const { requestId, request } = params as { requestId: string; request: { url: string } };
      const path = new URL(request.url).pathname;
      const say = (verb: string, more: Params) =>
        void this.#cdp.send(verb, { requestId, ...more }, from).catch(() => {});
      if (path === HOST) {
        const changed = fault ? fault(path, { ...page }) : page;
        const body = Buffer.from("<!doctype html><title>host</title><body></body>").toString("base64");
        say("Fetch.fulfillRequest", { responseCode: 200, responseHeaders: pairs(changed), body });
      } else if (fault && params.responseStatusCode !== undefined) {
        const given = (params.responseHeaders as { name: string; value: string }[]) ?? [];
        const byName = Object.fromEntries(given.map(({ name, value }) => [name.toLowerCase(), value]));
        const changed = pairs(fault(path, byName));
        say("Fetch.continueResponse", { responseCode: params.responseStatusCode, responseHeaders: changed });
      }
    });
    const patterns: Params[] = [{ urlPattern: `*${HOST}` }];
    if (fault) patterns.push({ urlPattern: "*/frame/*", requestStage: "Response" });
    await this.#cdp.send("Fetch.enable", { patterns }, session);
  }

  /** Evaluates in the host page. */
  host<T = unknown>(expression: string, ms?: number): Promise<T> {
    return this.#cdp.evaluate<T>(this.page.session, expression, ms);
  }

  /** Makes a sandbox; doesn't wait. */
  create(name: string): Promise<unknown> {
    const { packages, grace } = this.#options;
    const options = { spare: false, packages, ...(grace ? { policy: { limits: { grace_ms: grace } } } : {}) };
    return this.host(`void (sandboxes.${name}=sdk.Sandbox.create(${JSON.stringify(options)}))`);
  }

  /** Whether the sandbox's frame still runs. */
  async alive(): Promise<boolean> {
    const frame = this.#frames()[0];
    if (!frame) return false;
    return this.#cdp.evaluate<number>(frame.session, "1", 1_500).then(
      (one) => one === 1,
      () => false,
    );
  }

  /** A clean Python; waits until it answers. */
  async renew(): Promise<void> {
    const unused = "sandboxes.main.execute('1',{fresh:true,timeout:5000}).then((e)=>e.status)";
    const status = await this.host<string>(unused, 60_000).catch(String);
    if (status === "ok") return;
    await this.host("sandboxes.main.close()");
    await this.create("main");
    await this.host("sandboxes.main.ready", 90_000);
  }

  /** Runs a cell. */
  async python(code: string, timeout = 8_000, ms = 30_000): Promise<Heard> {
    return this.host<Heard>(
      `(async()=>{const began=performance.now();
       const e=await sandboxes.main.execute(${JSON.stringify(code)},{timeout:${timeout}});
       const {status,text,stdout,stderr,error,results,blocked,truncated,note,files}=e;
       return {status,text,stdout,stderr,error,results,blocked,truncated,note,files,ms:performance.now()-began}})()`,
      ms,
    );
  }

  /**
   * Runs a cell and counts what reaches the page meanwhile: `tally` has it by name. With `answer` somebody answers input()
   * after so many milliseconds.
   */
  async counted(code: string, timeout: number, ms: number, answer?: number): Promise<Heard> {
    const input =
      answer === undefined ? "" : `,onInput:()=>(tally.input++,new Promise((d)=>setTimeout(d,${answer},null)))`;
    return this.host<Heard>(
      `(async()=>{window.tally={input:0,started:0,clear:0,loading:0};
       const count=(n)=>sandboxes.main.on(n,(e)=>{if(!/rest|pyodide|snapshot/.test(e?.url))tally[n]++}),offs=["fetched","packages","blocked","progress"].map((n)=>(tally[n]=0,count(n)));
       const began=performance.now();
       const e=await sandboxes.main.execute(${JSON.stringify(code)},{timeout:${timeout},onStart:()=>{tally.started++},
         onClear:()=>{tally.clear++},onLoading:()=>{tally.loading++}${input}});
       for(const off of offs)off();
       const {status,text,stdout,error,note}=e;
       return {status,text,stdout,error,note,ms:performance.now()-began}})()`,
      ms,
    );
  }

  /**
   * The frame's own target, once its own document is in it: a frame that was just made has a blank one, which nobody but
   * the host page reaches, and one that is about to go may be there still. `at` counts the sandboxes of the page.
   */
  async frame(at = 0): Promise<Target> {
    for (let tries = 0; tries < 100; tries++) {
      const target = await this.#cdp.find((target) => this.#frames().indexOf(target) === at);
      const there = await this.#cdp.evaluate<boolean>(target.session, OURS, 1_500).catch(() => false);
      if (there) return target;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error("the frame has no document of ours");
  }

  #frames(): Target[] {
    return [...this.#cdp.targets.values()].filter(
      ({ type, parent, session }) => type === "iframe" && parent === this.page.session && !this.#charts.has(session),
    );
  }

  /** The document in which a chart was drawn, once it was: a frame in the chart's frame, of the same target. */
  async chart(): Promise<{ session: string; context: number }> {
    const known = this.#chart && (await this.#chart);
    if (known) {
      const there = await this.#cdp
        .evaluate(known.session, "document.getElementById('chart')?.childElementCount > 0", 1_500, known.context)
        .catch(() => false);
      if (there) return known;
    }
    this.#chart = this.#draw();
    return this.#chart;
  }

  async #draw(): Promise<{ session: string; context: number }> {
    const before = new Set(this.#cdp.targets.keys());
    const contexts: { session: string; id: number; frame: string }[] = [];
    const off = this.#cdp.on(({ method, params, session }) => {
      if (method !== "Runtime.executionContextCreated") return;
      const { id, auxData } = params.context as { id: number; auxData?: { frameId?: string; isDefault?: boolean } };
      if (auxData?.isDefault) contexts.push({ session, id, frame: auxData.frameId ?? "" });
    });
    try {
      const said = await this.host<string>(drawing("vega", { mark: "bar", data: { values: [{ a: 1 }] } }), 30_000);
      if (!said.includes("drawn")) throw new Error(`the chart was not drawn: ${said}`);
      const target = await this.#cdp.find(
        ({ type, parent, session }) => type === "iframe" && parent === this.page.session && !before.has(session),
      );
      this.#charts.add(target.session);
      await this.#cdp.send("Runtime.enable", {}, target.session);
      for (let tries = 0; tries < 100; tries++) {
        for (const { session, id } of contexts) {
          if (session !== target.session) continue;
          const inner = await this.#cdp
            .evaluate<boolean>(session, "document.getElementById('chart') !== null", 1_500, id)
            .catch(() => false);
          if (inner) return { session, context: id };
        }
        await new Promise((done) => setTimeout(done, 50));
      }
      throw new Error("the chart's own document was not found");
    } finally {
      off();
    }
  }

  /** The worker in use: the youngest of the frame's that isn't the bare one. */
  async worker(at = 0): Promise<Target> {
    const frame = await this.frame(at);
    return this.#cdp.find((target) => target === this.#workers(frame).at(-1));
  }

  #workers(frame: Target): Target[] {
    const bare = this.#bare?.id;
    // One worker can be attached twice, by the frame's session and by the page's.
    return [...this.#cdp.targets.values()].filter(
      ({ type, parent, id }) => type === "worker" && parent === frame.session && id !== bare,
    );
  }

  /** A worker of the frame that was never booted, hence never scrubbed. */
  async bare(): Promise<Target> {
    if (this.#bare && this.#cdp.targets.has(this.#bare.session)) return this.#bare;
    const frame = await this.frame();
    const before = new Set(this.#cdp.targets.keys());
    // Chromium 156 crashes when it evaluates in a worker that is only just starting, so it is asked first.
    await this.#cdp.evaluate(
      frame.session,
      `new Promise((done)=>{const w=kept0.bare=new kept0.Worker(kept0.source);w.onmessage=done;w.postMessage("up?")}).then(()=>1)`,
    );
    this.#bare = await this.#cdp.find(
      ({ session, type, parent }) => type === "worker" && parent === frame.session && !before.has(session),
    );
    return this.#bare;
  }

  /** Everything of the host page that user code could have changed, as one text. */
  async look(): Promise<void> {
    const text = await this.host<string>(
      `[document.title,document.documentElement.outerHTML,document.cookie,location.href,name,
        JSON.stringify(localStorage),JSON.stringify(sessionStorage),Object.getOwnPropertyNames(window).join(),
        Object.getOwnPropertyNames(Object.prototype).join(),
        JSON.stringify(window.heard??[])].join("\\n")`,
    );
    this.#witness.note("host page", text);
  }

  async close(): Promise<void> {
    this.#off?.();
    await this.#cdp.send("Target.closeTarget", { targetId: this.page.id }).catch(() => {});
  }
}

const pairs = (headers: Record<string, string>): { name: string; value: string }[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));
