// One polite live region for the whole page: stages and endings, each said once.

import { byId } from "./dom";

/** Says a sentence to screen readers. The same sentence twice is said twice. */
export function announce(text: string): void {
  const region = byId("live");
  region.textContent = "";
  // A change in the same task would be seen as none.
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}
