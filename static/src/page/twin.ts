// A page that its server sends isolated has a twin without isolation. Browsers that start no sandbox in an isolated page go
// there; the address stays the page's own, so that a link of it is anybody's.

import { isolationFails } from "../host/supply/isolation";

/** Goes to the twin where that is needed. Gives whether it goes: nothing more is to be begun here. */
export async function goToTwin(twin: string): Promise<boolean> {
  if (!isolationFails()) return false;
  const url = new URL(twin, document.baseURI);
  // A host of files that isolates an exported page has none.
  const there = await fetch(url, { method: "HEAD" }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (there) location.replace(url.href + location.search + location.hash);
  return there;
}

/** On the twin: shows the page's own address. */
export function beThePage(twin: string, page: string): void {
  if (!location.pathname.endsWith(`/${twin}`)) return;
  history.replaceState(history.state, "", `${page}${location.search}${location.hash}`);
}
