// An address that code has written, as a person should see it before they open it.

import { plural } from "./format";

/** Longer ones are no address for a person. */
const LONGEST = 8_000;

export interface Opened {
  /** The whole address, in ASCII: nothing in it can look like something else. */
  address: string;
  host: string;
  /** How much the address carries: "57 characters". */
  carries: string;
}

/** Undefined for what a page does not open: other schemes, what is no address, what nobody could read. */
export function openedAddress(href: string): Opened | undefined {
  if (href.length > LONGEST) return undefined;
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return undefined;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  // A name before an @ looks like the host and is none.
  url.username = "";
  url.password = "";
  return { address: url.href, host: url.host, carries: plural(url.href.length, "character") };
}
