// The DNS sink of the attack suite: it must come up whatever key it drew.

import { expect, test } from "vitest";
import { DnsSink } from "../../browser/attacks/witness/dns";

test("a certificate of any length is one that a server takes", async () => {
  const asked: string[] = [];
  for (let round = 0; round < 200; round++) {
    const sink = new DnsSink((name) => asked.push(name));
    await sink.listen();
    await sink.close();
  }
  expect(asked).toEqual([]);
});
