// What the rigs put into a sealed frame before its own script runs. It opens nothing: it only remembers what the
// scrub takes away later, and the address of the worker's source, so that the attacker can be given more than he has.

/** Remembers everything that a realm has. */
export const KEEP = `const kept=(()=>{const all=Object.create(null);
for(let o=globalThis;o;o=Object.getPrototypeOf(o))for(const k of Object.getOwnPropertyNames(o)){
if(k in all)continue;let v;try{v=globalThis[k]}catch{continue}
all[k]=typeof v==="function"&&!v.prototype?v.bind(globalThis):v}
return all})();
`;

/** In the worker: the originals, and the id of the run that is on (as an attacker inside the worker can know it). */
export const IN_WORKER = `${KEEP}{const P=MessagePort.prototype,start=P.start,close=Object.getOwnPropertyDescriptor(P,"onclose")?.set;
kept.whenClosed=(port,then)=>{close.call(port,then);start.call(port)}}
addEventListener("message",(e)=>{
if(typeof e.data?.run==="string"){kept.before=kept.run;kept.run=e.data.run}if(e.data==="up?")kept.postMessage("up")});`;

/**
 * In every document of an opaque origin. In the worker `kept` is a constant of the script's scope, not a property, so
 * that no scrub meets it and no user code finds it; in the document it is `kept0`.
 */
export const EARLY = `if(self.origin==="null"){
${KEEP.replace("const kept", "globalThis.kept0")}
const {Blob:B,Worker:W}=globalThis;
Blob=new Proxy(B,{construct:(T,[p,o])=>new T(o?.type==="text/javascript"?[${JSON.stringify(IN_WORKER)},...p]:p,o)});
Worker=new Proxy(W,{construct:(T,[u,o])=>{kept0.source=u;return kept0.last=new T(u,o)}});
}`;
