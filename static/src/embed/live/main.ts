// What comes with the first intent: the sandbox, its views, the editor. One hub for each server that cells of the page name.

import type { Face, Live } from "../contract";
import { LiveCell } from "./cell";
import { Hub } from "./hub";
import { settle } from "./places";

const hubs = new Map<string, Hub>();

export function mount(face: Face): Live {
  let hub = hubs.get(face.base);
  if (!hub) {
    hub = new Hub(face.base);
    hubs.set(face.base, hub);
  }
  settle(face);
  return new LiveCell(face, hub);
}
