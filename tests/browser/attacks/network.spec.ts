// Nothing reaches a network: not Python, not whoever owns the worker's realm, not whoever owns the frame's.

import { attack, expect, found, test } from "./arena";
import { DOCUMENT, NETWORK } from "./probes/network";
import { NETWORK_PYTHON } from "./probes/network-python";

const realm = (name: string) => NETWORK.filter((probe) => probe.realm === name);

attack("network", [...NETWORK_PYTHON, ...realm("worker"), ...realm("bare"), ...realm("frame"), ...DOCUMENT]);

// Names leave by a way of their own, which no policy of a page governs: the sink must see those of the controls.
test("the DNS sink is the server that the browser asks: it sees the names that a plain page looks up", () => {
  const lookUps = (found("network") ?? []).filter(({ title }) => /dns-prefetch|preconnect|host name/.test(title));
  const sealed = lookUps.flatMap(({ sightings }) => sightings);
  expect(lookUps.length).toBeGreaterThanOrEqual(4);
  expect(lookUps.filter(({ witnesses }) => !witnesses.includes("dns")).map(({ id }) => id)).toEqual([]);
  expect(sealed).toEqual([]);
});
