// What is tried against a sandbox from a file host: every way to the network, and the ways out of the realms.

import type { Probe } from "../probe";
import { DOCUMENT, NETWORK } from "./network";
import { NETWORK_PYTHON } from "./network-python";
import { REALMS } from "./realms";

export const TIER_PROBES: readonly Probe[] = [
  ...NETWORK_PYTHON.filter(({ packages }) => packages === undefined),
  ...NETWORK,
  ...DOCUMENT,
  ...REALMS,
]
  // Theirs is a sandbox with something put into the attacker's hand, and that is the served one's.
  .filter(({ controlIn }) => controlIn !== "sealed");

/** In the frame's document, what a header alone closes. */
export const BY_HEADER =
  /^network\/frame\/(link-dns-prefetch|link-preconnect|a-nested-frame|a-download|meta-refresh|a-link-that-leaves-the-document|the-document-s-own-navigation)$/;
