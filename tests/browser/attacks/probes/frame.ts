// Attacks on the frame and the page from around them: other embedders, replays, changed scripts, reflection. Each is
// a function of the rigs that gives "won" or what stood in the way.

import type { Arena } from "../arena";
import type { Cdp, Target } from "../witness/cdp";

export interface Siege {
  id: string;
  title: string;
  attack(arena: Arena, label: string): Promise<string>;
  control(arena: Arena, label: string): Promise<string>;
}

const sieges: Siege[] = [];
const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");

function siege(title: string, attack: Siege["attack"], control: Siege["control"]): void {
  sieges.push({ id: `frame/outside/${slug(title)}`, title, attack, control });
}

/** In a page: embeds the frame, says `init` to it, and tells whether it said hello, within a second. */
const greet = (url: string, { init = '{type:"belljar:init"}', twice = false } = {}): string =>
  `new Promise((done)=>{const f=document.createElement("iframe");f.sandbox="allow-scripts";f.allow="cross-origin-isolated";f.src=${JSON.stringify(url)};
    setTimeout(()=>{f.remove();done("silent")},1500);
    f.onload=()=>{const say=()=>{const c=new MessageChannel();f.contentWindow.postMessage(${init},"*",[c.port2]);return c.port1};
      const heard=(p)=>{p.onmessage=(e)=>{f.remove();done(e.data.type==="hello"?"won":"heard "+e.data.type)}};
      ${twice ? "const first=say();first.onmessage=()=>heard(say())" : "heard(say())"}};
    document.body.append(f)})`;

const host = (arena: Arena, expression: string): Promise<string> => arena.sealed.host<string>(expression);
const hello = (arena: Arena): Promise<string> => host(arena, greet("/frame/isolated.html"));

// ---------------------------------------------------------------- who may speak to the frame

siege(
  "a page of a foreign origin embeds the frame",
  async (arena) => arena.plain.page_<string>(greet(`${arena.place.base}/frame/plain.html`)),
  hello,
);
siege(
  "a page of a foreign origin embeds the isolated frame",
  async (arena) => arena.plain.page_<string>(greet(`${arena.place.base}/frame/isolated.html`)),
  hello,
);
siege(
  "a page of a foreign origin embeds the whole page",
  async (arena) => {
    return arena.plain.page_<string>(
      `new Promise((done)=>{const f=document.createElement("iframe");f.src="${arena.place.base}/";f.onload=()=>setTimeout(()=>{const n=f.contentWindow.length;f.remove();done(n>0?"won":"empty")},1200);document.body.append(f)})`,
    );
  },
  async (arena) => ((await arena.sealed.host<number>("frames.length")) > 0 ? "won" : "empty"),
);
siege(
  "a page of a foreign origin embeds the output frame",
  async (arena) => {
    return arena.plain.page_<string>(embedsOutput(`${arena.place.base}/output`));
  },
  async (arena) => host(arena, embedsOutput("/output")),
);
siege("a second init after the first", (arena) => host(arena, greet("/frame/isolated.html", { twice: true })), hello);
siege(
  "an init of another name",
  (arena) => host(arena, greet("/frame/isolated.html", { init: '{type:"init"}' })),
  hello,
);
siege(
  "an init that is no object",
  (arena) => host(arena, greet("/frame/isolated.html", { init: '"belljar:init"' })),
  hello,
);
siege(
  "an init from the frame's neighbour",
  (arena) => neighbour(arena, `${arena.place.base}/frame/plain.html`),
  (arena) => neighbour(arena, "open"),
);
siege(
  "an init without a port",
  (arena) => {
    return host(
      arena,
      `new Promise((done)=>{const f=document.createElement("iframe");f.sandbox="allow-scripts";f.allow="cross-origin-isolated";f.src="/frame/isolated.html";
    addEventListener("message",(e)=>{if(e.source===f.contentWindow&&e.data!=="belljar:knock")done("won")});f.onload=()=>{f.contentWindow.postMessage({type:"belljar:init"},"*");setTimeout(()=>{f.remove();done("silent")},800)};document.body.append(f)})`,
    );
  },
  hello,
);

/** The frame as a page of its own, greeted by itself, told to boot. */
async function alone(arena: Arena, path: string): Promise<string> {
  const page = await arena.cdp.open(`${arena.place.base}${path}`);
  try {
    return await arena.cdp.evaluate<string>(
      page.session,
      `new Promise((done)=>{const c=new MessageChannel();const all=[];c.port1.onmessage=(e)=>{all.push(e.data);
        if(e.data.type==="hello")c.port1.postMessage({type:"boot",core:[],settings:{limits:{},packages:{},load:[],interrupt:false,pool:0}})};
        postMessage({type:"belljar:init"},"*",[c.port2]);
        setTimeout(()=>{const h=all.find((m)=>m.type==="hello");done(!h?"silent":h.checks.every((k)=>k.ok)||all.some((m)=>m.type==="progress"||m.type==="ready")?"won":"refuses: "+h.checks.filter((k)=>!k.ok).map((k)=>k.name))},900)})`,
    );
  } finally {
    await arena.cdp.send("Target.closeTarget", { targetId: page.id });
  }
}
siege("the isolated frame opened as a page of its own", (arena) => alone(arena, "/frame/isolated.html"), hello);
siege("the plain frame opened as a page of its own", (arena) => alone(arena, "/frame/plain.html"), hello);
siege(
  "the page's storage, read by the frame as a page of its own",
  async (arena) => {
    const page = await arena.cdp.open(`${arena.place.base}/frame/isolated.html`);
    const said = await arena.cdp.evaluate<string>(
      page.session,
      `(()=>{try{localStorage.length;return "won"}catch(e){return String(e)}})()`,
    );
    await arena.cdp.send("Target.closeTarget", { targetId: page.id });
    return said;
  },
  (arena) => host(arena, `(()=>{try{localStorage.length;return "won"}catch(e){return String(e)}})()`),
);

// ---------------------------------------------------------------- a frame that was changed on its way

/** Loads the frame with something of it replaced; wins when the page hears the stranger's script. */
async function changed(arena: Arena, edit: (body: string) => string, policy: boolean): Promise<string> {
  const response = await fetch(`${arena.place.base}/frame/isolated.html`);
  const headers = [...response.headers].filter(([name]) => !/^content-(length|encoding)$/.test(name));
  const kept = headers.filter(([name]) => policy || name !== "content-security-policy");
  const body = Buffer.from(edit(await response.text())).toString("base64");
  return changedAs(arena.cdp, arena.sealed.page, {
    body,
    responseHeaders: kept.map(([name, value]) => ({ name, value })),
  });
}

async function changedAs(cdp: Cdp, page: Target, answer: object): Promise<string> {
  const path = "/frame/changed";
  const off = cdp.on(({ method, params, session }) => {
    const request = params.request as { url: string } | undefined;
    if (method !== "Fetch.requestPaused" || !request?.url.endsWith(path)) return;
    const { requestId } = params;
    void cdp.send("Fetch.fulfillRequest", { requestId, responseCode: 200, ...answer }, session).catch(() => {});
  });
  const patterns = [{ urlPattern: "*/blank.html" }, { urlPattern: `*${path}` }];
  await cdp.send("Fetch.enable", { patterns }, page.session);
  try {
    return await cdp.evaluate<string>(
      page.session,
      `new Promise((done)=>{const f=document.createElement("iframe");f.sandbox="allow-scripts";f.src="${path}";
        const end=(said)=>{f.remove();done(said)};addEventListener("message",(e)=>{if(e.source===f.contentWindow&&e.data==="stranger")end("won")});
        f.onload=()=>setTimeout(end,500,"silent");document.body.append(f)})`,
    );
  } finally {
    off();
  }
}

const STRANGER = 'parent.postMessage("stranger","*")';
const EDITS: Record<string, (body: string) => string> = {
  "a frame whose script was changed": (body) => body.replace("<script>", `<script>${STRANGER};`),
  "a frame whose script got a line at its end": (body) => body.replace("</script>", `;${STRANGER}</script>`),
  "a frame with a second script": (body) => body.replace("</body>", `<script>${STRANGER}</script></body>`),
  "a frame with a script from memory": (body) =>
    body.replace("</body>", `<script src="data:text/javascript,${encodeURIComponent(STRANGER)}"></script></body>`),
  "a frame with a handler": (body) => body.replace("<body>", `<body><img src="data:x" onerror='${STRANGER}'>`),
};
for (const [title, edit] of Object.entries(EDITS)) {
  siege(
    title,
    (arena) => changed(arena, edit, true),
    (arena) => changed(arena, edit, false),
  );
}

// ---------------------------------------------------------------- reflection

const PATHS = [
  "/",
  "/frame/isolated.html",
  "/frame/plain.html",
  "/output",
  "/policy.json",
  "/sdk.js",
  "/no-such-page",
  "/assets/x/y",
  "/static/x",
  "/healthz",
];

/** Whether what a request carries comes back in the answer: path, query, headers. */
async function reflected(base: string, path: string, label: string): Promise<string> {
  const evil = `"><script>${label}</script>`;
  const headers = {
    referer: `http://${label}/`,
    "user-agent": label,
    "x-forwarded-host": label,
    "x-forwarded-prefix": `/${label}`,
    origin: `http://${label}`,
    cookie: `a=${label}`,
    "accept-language": label,
  };
  const answer = await fetch(`${base}${path}?q=${encodeURIComponent(evil)}&${label}=${label}`, {
    headers,
    redirect: "manual",
  });
  const text = [...answer.headers].join("\n") + (await answer.text());
  return text.includes(label) ? "won" : `nothing of it in ${text.length} characters`;
}
for (const path of PATHS) {
  siege(
    `what a request for ${path} carries comes back`,
    (arena, label) => reflected(arena.place.base, path, label),
    (arena, label) => reflected(`http://127.0.0.1:${arena.witness.canary.httpPort}`, "/plain/echo", label),
  );
}

export const SIEGES: readonly Siege[] = sieges;

function embedsOutput(url: string): string {
  return `new Promise((done)=>{const f=document.createElement("iframe");f.sandbox="allow-scripts";f.src=${JSON.stringify(url)};const was=performance.now();
    f.onload=()=>{const c=new MessageChannel();f.contentWindow.postMessage({type:"belljar-output"},"*",[c.port2]);c.port1.postMessage({html:"<b>x</b>",dark:false});
      setTimeout(()=>{const n=f.contentWindow.length;f.remove();done(n>0?"won":"empty")},600)};document.body.append(f)})`;
}

/** A neighbour's frame greets the frame before its parent does. The control's target answers whoever greets it. */
async function neighbour(arena: Arena, target: string): Promise<string> {
  const open = '<script>onmessage=(e)=>e.ports[0].postMessage({type:"hello"})<\\/script>';
  const src =
    target === "open"
      ? `f.srcdoc=${JSON.stringify(open).replaceAll("\\\\/", "\\/")}`
      : `f.src=${JSON.stringify(target)}`;
  const spy = `<script>const c=new MessageChannel();c.port1.onmessage=()=>parent.postMessage("through the neighbour","*");parent.frames["victim"].postMessage({type:"belljar:init"},"*",[c.port2])<\\/script>`;
  // In the unsealed page, whose policy lets a neighbour have a script.
  const where = target === "open" ? arena.plain.page : await opener(arena);
  return arena.cdp.evaluate<string>(
    where.session,
    `new Promise((done)=>{const f=document.createElement("iframe");f.name="victim";f.sandbox="allow-scripts";${src};
      addEventListener("message",(e)=>{if(e.data==="through the neighbour")end("won")});const g=document.createElement("iframe");
      const end=(said)=>{f.remove();g.remove();done(said)};
      f.onload=()=>{g.srcdoc=${JSON.stringify(spy).replaceAll("\\\\/", "\\/")};document.body.append(g);setTimeout(end,900,"silent")};document.body.append(f)})`,
  );
}

/** A page of the server's origin without a policy of its own, so that it may hold a neighbour with a script. */
async function opener(arena: Arena): Promise<Target> {
  const path = "/lax.html";
  return arena.cdp.open(`${arena.place.base}${path}`, async (session) => {
    arena.cdp.on(({ method, params, session: from }) => {
      const request = params.request as { url: string } | undefined;
      if (method !== "Fetch.requestPaused" || !request?.url.endsWith(path)) return;
      const { requestId } = params;
      const body = Buffer.from("<!doctype html><body></body>").toString("base64");
      const responseHeaders = [{ name: "content-type", value: "text/html" }];
      void arena.cdp
        .send("Fetch.fulfillRequest", { requestId, responseCode: 200, responseHeaders, body }, from)
        .catch(() => {});
    });
    await arena.cdp.send("Fetch.enable", { patterns: [{ urlPattern: `*${path}` }] }, session);
  });
}
