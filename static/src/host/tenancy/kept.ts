// The frame's document where there is no network: browsers ask no service worker for a frame of an opaque origin, so the
// page asks it instead, and hands the document to the frame. Its policy stands inside of it; the page's own, which such a
// document inherits, comes on top.

/** What a service worker of an export says of an answer that it had kept. */
const KEPT = "belljar-kept";

interface Policies {
  createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): unknown };
}

/** Undefined where no export's service worker answers for this frame's address; else its document if that was kept. */
export function keptDocument(url: URL): Promise<string | undefined> | undefined {
  let worker: string | undefined;
  try {
    worker = navigator.serviceWorker?.controller?.scriptURL;
  } catch {
    return undefined; // this page is sandboxed itself
  }
  if (worker !== new URL("../offline.js", url).href) return undefined;
  return fetch(url).then(
    (answer) => (answer.ok && answer.headers.has(KEPT) ? answer.text() : undefined),
    () => undefined,
  );
}

/** Makes a frame's document of it, for pages that require Trusted Types, too; false where such a page allows no policy of ours. */
export function setDocument(iframe: HTMLIFrameElement, text: string): boolean {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  try {
    const html = trustedTypes?.createPolicy("belljar-kept", { createHTML: (kept) => kept }).createHTML(text) ?? text;
    iframe.srcdoc = html as string;
    return true;
  } catch {
    return false;
  }
}
