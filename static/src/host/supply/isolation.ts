// Whether isolation is of any use in this browser, which the host finds out by itself. An isolated page (COOP, COEP) can only
// embed isolated frames. WebKit starts no blob worker in one of an opaque origin (seen in WebKitGTK 2.50), and so no sandbox
// in such a page at all; a page without isolation has it.

import { UNSTARTABLE } from "../../protocol/messages";

/** Where the page's origin remembers when a sandbox failed for that; what browsers can do gets better. */
const REMEMBERED = "belljar-isolation-failed";
const DAYS = 30;
const DAY_MS = 86_400_000;

export const ISOLATED =
  "This page is cross-origin isolated (its server sends Cross-Origin-Embedder-Policy), and in such a page this browser " +
  "starts no sandbox. It does in a page that is sent without that header, and so do Chrome, Edge and Firefox in this one.";

function failedAt(): number {
  try {
    return Number(localStorage.getItem(REMEMBERED));
  } catch {
    return 0; // storage is off here
  }
}

/** This page is isolated, and no sandbox can start in it. */
export function isolationFails(): boolean {
  if (!self.crossOriginIsolated) return false;
  // Where no memory is shared, there is nothing to be isolated for.
  return typeof SharedArrayBuffer !== "function" || Date.now() - failedAt() < DAYS * DAY_MS;
}

/** Whether isolation is what a start failed for, by what the frame said of it; if so, that is remembered. */
export function failedForIsolation(reason: string): boolean {
  if (!self.crossOriginIsolated || !reason.includes(UNSTARTABLE)) return false;
  try {
    localStorage.setItem(REMEMBERED, String(Date.now()));
  } catch {
    // Then the next visit tries again.
  }
  return true;
}
