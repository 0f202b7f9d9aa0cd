// The page that `belljar assets build` opens in a headless browser: has a snapshot made and hands it in.

import { makeSnapshot } from "../host/capture";

async function handIn(name: string, body: Blob | string): Promise<void> {
  const response = await fetch(`capture/${name}`, { method: "PUT", body });
  if (!response.ok) throw new Error(`${name} was not taken: ${response.status}`);
}

try {
  const { script, state, heap, hot, code, rest } = await makeSnapshot(new URL("./", location.href));
  const parts = { script, state, heap, hot, code, rest };
  await Promise.all(Object.entries(parts).map(([name, blob]) => handIn(name, blob)));
  await handIn("done", "");
} catch (error) {
  await handIn("failed", (error as Error).message);
}
