// Threads of the browser that a test has started, as Linux tells of them: which of them computes, and whether it still does.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rest } from "./engine";

/** Only Linux has this. */
export const tellsOfThreads = (): boolean => existsSync("/proc/self/task");

/** A thread's folder in /proc, and the processor's time that it has had, in ticks. */
type Threads = Map<string, number>;

/** The fields of a stat file from the third on; undefined of what is gone. Its second one may hold anything. */
function stat(folder: string): string[] | undefined {
  try {
    const text = readFileSync(`${folder}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function used(folder: string): number | undefined {
  const fields = stat(folder);
  return fields && Number(fields[11]) + Number(fields[12]);
}

/** All threads of all processes below this one. */
function threads(): Threads {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [pid, stat(`/proc/${pid}`)?.[1] ?? ""]),
  );
  const mine = (pid: string): boolean => {
    const parent = parents.get(pid);
    return parent === String(process.pid) || (parent !== undefined && mine(parent));
  };
  const found: Threads = new Map();
  for (const pid of parents.keys()) {
    if (!mine(pid)) continue;
    const tasks = `/proc/${pid}/task`;
    for (const task of existsSync(tasks) ? readdirSync(tasks) : []) {
      const ticks = used(`${tasks}/${task}`);
      if (ticks !== undefined) found.set(`${tasks}/${task}`, ticks);
    }
  }
  return found;
}

/** The thread that has computed most for some milliseconds from now on. */
export async function busiest(ms: number): Promise<string> {
  const before = threads();
  await rest(ms);
  const grown = [...threads()].map(([folder, ticks]) => [folder, ticks - (before.get(folder) ?? 0)] as const);
  const [most] = grown.toSorted(([, a], [, b]) => b - a);
  if (!most || most[1] === 0) throw new Error("no thread of the browser computes");
  return most[0];
}

/** Whether a thread ends, or does nothing for a second, within some milliseconds. */
export async function comesToRest(thread: string, ms: number): Promise<boolean> {
  let before = used(thread);
  for (const end = Date.now() + ms; Date.now() < end; ) {
    await rest(1_000);
    const now = used(thread);
    if (now === undefined || now === before) return true;
    before = now;
  }
  return false;
}
