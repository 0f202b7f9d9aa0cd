// The part of Pyodide's factory that workers use which start from a snapshot: without what none of them ever asks for.

import visitorsWorker from "belljar:visitors-worker";
import type { Shelf } from "../../common/shelf";
import { RUNTIME } from "../../protocol/messages";
import { screenless } from "./screenless";
import { shortened, unoffered } from "./shortened";

export async function shortFactory(parts: Shelf<Blob>): Promise<string> {
  const [loader, factory] = await Promise.all([parts.get(RUNTIME.loader), parts.get(RUNTIME.factory)]);
  const others = [await loader.text(), visitorsWorker];
  return shortened(screenless(unoffered(await factory.text(), others)), others);
}
