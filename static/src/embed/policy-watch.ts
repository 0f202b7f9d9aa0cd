// What the embedding page's Content-Security-Policy refuses of belljar, and the sentence that says which directive it needs.

/** What each needs, as people write it. */
const NEEDS: Record<string, string> = {
  "script-src": "to load its code",
  "connect-src": "to fetch Python",
  "frame-src": "to seal Python in",
  "img-src": "to show figures",
};

/** Directive by which origin was refused. */
const refusals = new Map<string, Set<string>>();
const listeners = new Set<() => void>();

function directive(name: string): string {
  if (name.startsWith("script-src")) return "script-src";
  return name === "child-src" ? "frame-src" : name;
}

document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, disposition }) => {
  const name = directive(effectiveDirective);
  if (disposition !== "enforce" || !(name in NEEDS)) return;
  let origin: string;
  try {
    origin = new URL(blockedURI).origin;
  } catch {
    origin = `${blockedURI}:`;
  }
  if (/^(?:blob|data):/.test(blockedURI)) origin = blockedURI.slice(0, 5);
  const names = refusals.get(origin) ?? new Set();
  refusals.set(origin, names.add(name));
  for (const listener of listeners) listener();
});

export function onRefusal(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The sentence for what was refused of this base; undefined where nothing was. */
export function refusedOf(base: string): string | undefined {
  const { origin } = new URL(base);
  const needed = ["script-src", "connect-src", "frame-src"].filter((name) => refusals.get(origin)?.has(name));
  if (needed.length === 0) return undefined;
  const list = needed.map((name) => `"${name} ${origin}" (${NEEDS[name]})`).join(" and ");
  return `This page's Content-Security-Policy stops belljar: it must allow ${list}.`;
}
