// An attacker in the frame, for engines that let no test into a frame or a worker: hostile code is put into the text of
// the frame's own script, and into that of its workers, and waits there to be asked. The policy names the new text; all
// else is as it was sent.

import { createHash } from "node:crypto";
import type { Fault } from "../../hosts";
import { IN_WORKER, KEEP } from "./early";

export interface Code {
  realm: "worker" | "bare" | "frame";
  /** Body of an async function with the realm's globals as `g`. */
  code: string;
}

/** Functions by their place in the list, those of one realm; what an HTML parser would take for the script's end is written otherwise. */
const functions = (codes: readonly Code[], chosen: (realm: string) => boolean): string =>
  codes
    .map(({ realm, code }, at) => (chosen(realm) ? `${at}:async(g)=>{${code}\n}` : ""))
    .filter(Boolean)
    .join(",\n")
    .replaceAll("</script", "<\\/script")
    .replaceAll("<!--", "<\\!--");

/** Calls one and answers with what it came to. */
const ANSWER = `async({data:at})=>{let said;try{said=await codes[at](globalThis)}catch(error){said=error}
port.postMessage({at,said:String(said).slice(0,400)})}`;

/** In each worker: a port for the attacker, taken before anybody else hears of it. Made before the scrub, so it stays. */
const inWorker = (codes: readonly Code[]): string => `${IN_WORKER}
{const codes={${functions(codes, (realm) => realm !== "frame")}};
addEventListener("message",(e)=>{if(e.data?.planted!==true)return;e.stopImmediatePropagation();
const port=e.ports[0];port.onmessage=${ANSWER}})}
`;

/** In the frame. The worker's source begins with text; copies of what it is joined from are made of bytes. */
const inFrame = (codes: readonly Code[]): string => `{${KEEP}
const codes={${functions(codes, (realm) => realm === "frame")}};
const {Blob:B,Worker:W,MessageChannel:C}=globalThis;
let source,used,bare;
const enter=(worker)=>{const {port1,port2}=new C(),waiting=new Map();worker.postMessage({planted:true},[port2]);
port1.onmessage=({data:{at,said}})=>{waiting.get(at)?.(said)};
return (at)=>new kept.Promise((done)=>{waiting.set(at,done);port1.postMessage(at)})};
Blob=new Proxy(B,{construct:(T,[parts,options])=>
new T(options?.type==="text/javascript"&&typeof parts[0]==="string"?[${JSON.stringify(inWorker(codes))},...parts]:parts,options)});
Worker=new Proxy(W,{construct:(T,[url,options])=>{source=url;const one=new T(url,options);used=enter(one);return one}});
const realms={frame:async(at)=>{try{return String(await codes[at](globalThis)).slice(0,400)}catch(error){return String(error).slice(0,400)}},
worker:(at)=>used(at),bare:(at)=>(bare??=enter(new W(source)))(at)};
addEventListener("message",(e)=>{const asked=e.data?.planted;if(!asked)return;e.stopImmediatePropagation();
const [answer]=e.ports;realms[asked.realm](asked.at).then((said)=>answer.postMessage(said))})}
`;

const named = (policy: string, source: string): string => policy.replace(/'sha256-[^']+'/, () => source);

/** Puts the codes into the frames that pass. Throws for code that no engine would read. */
export function plant(codes: readonly Code[]): Fault {
  for (const { code } of codes) new (Object.getPrototypeOf(async () => {}).constructor)("g", code);
  const planted = inFrame(codes);
  return (path, body, headers) => {
    if (!/\/frame\/\w+\.html$/.test(path)) return body;
    let script = "";
    const text = body.toString().replace(/<script>(.*)<\/script>/s, (_, own: string) => {
      script = planted + own;
      return `<script>${script}</script>`;
    });
    if (!script) throw new Error(`there is no script in ${path} to put anything into`);
    const source = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
    const csp = headers["content-security-policy"];
    if (csp !== undefined) headers["content-security-policy"] = named(csp, source);
    return Buffer.from(
      text.replace(
        /(<meta http-equiv="Content-Security-Policy" content=")([^"]*)/,
        (_, before: string, policy: string) => before + named(policy, source),
      ),
    );
  };
}
