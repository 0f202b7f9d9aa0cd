// What attacks share in an engine: a browser that asks the witness's DNS server, the side of the controls, and the three
// places that a sandbox comes from.

import { Witness } from "../../browser/attacks/witness/witness";
import { endHosts, exported, type Fault, host, type Tier } from "../../browser/hosts";
import { DRIVERS } from "../drivers";
import type { Engine } from "../engine";
import { test as base, type EngineOptions, expect } from "../fixtures";
import { Assault, type Place } from "./assault";
import { Plain, pages } from "./plain";
import { Relay } from "./relay";

/** The server itself, and file hosts of its export. */
export type Origin = "served" | Tier;
export const ORIGINS: readonly Origin[] = ["served", "headers", "bare"];

export interface Field {
  engine: Engine;
  witness: Witness;
  plain: Plain;
  assault: Assault;
  place(origin: Origin): Promise<Place>;
}

interface Shared extends EngineOptions {
  field: Field;
}

export const test = base.extend<Record<never, never>, Shared>({
  field: [
    async ({ engineName, server }, use) => {
      const policy = await (await fetch(`${server}/policy.json`)).json();
      const witness = new Witness("", pages(server, policy));
      await witness.canary.listen();
      const engine = await DRIVERS[engineName].launch({ dns: witness.canary.dns });
      const plain = await Plain.open(engine, witness);
      const relays: Relay[] = [];
      let folder: Promise<string> | undefined;
      const place = async (origin: Origin): Promise<Place> => {
        let change: Fault = (_, body) => body;
        const fault: Fault = (path, body, headers) => change(path, body, headers);
        const set = {
          fault: (next: Fault) => {
            change = next;
          },
        };
        if (origin === "served") {
          const relay = await Relay.before(server, fault);
          relays.push(relay);
          // WebKit starts no sandbox in an isolated page, whose twin is sent without that.
          return { ...set, page: `${relay.url}/${engineName === "webkit" ? "plain" : ""}` };
        }
        folder ??= exported("--page", "--profile", "core", "--packages", "micropip");
        return { ...set, page: await host(await folder, origin, { fault }) };
      };
      await use({ engine, witness, plain, assault: new Assault(engine, witness, plain), place });
      await engine.close();
      await witness.canary.close();
      await Promise.all(relays.map((relay) => relay.close()));
      await endHosts();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

export { expect };
