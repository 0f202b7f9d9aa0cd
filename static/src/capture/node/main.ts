// Makes a snapshot where there is no browser: the frame's and the workers' code, in Node, on files whose hashes were checked.
//
//   node --permission … --experimental-wasm-jspi capture-node.mjs job.json

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wholeSnapshot } from "../frame/whole";
import { end, takeUp } from "./threads";

async function capture(): Promise<void> {
  const { job, parts } = takeUp();
  const files = job.archives.map(([name, path]) => ({ name, bytes: new Uint8Array(readFileSync(path)).buffer }));
  const made = await wholeSnapshot(parts, { files, settings: job.settings });
  for (const [name, blob] of Object.entries(made)) {
    writeFileSync(join(job.out, name), new Uint8Array(await blob.arrayBuffer()));
  }
}

end(capture());
