// What the browser takes of the machine, seen from outside: Linux's own account of its processes.

import { readdirSync, readFileSync } from "node:fs";

interface Process {
  pid: number;
  parent: number;
}

function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        // The name in parentheses may hold anything, the parent's id comes second after it (proc(5)).
        const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return [{ pid: Number(name), parent: Number(parent) }];
      } catch {
        return []; // gone meanwhile
      }
    });
}

/** Ids of all processes below this one. */
export function descendants(pid: number): number[] {
  const all = processes();
  const found = [pid];
  for (const parent of found) found.push(...all.filter((one) => one.parent === parent).map((one) => one.pid));
  return found.slice(1);
}

/** Resident memory in bytes of these processes together. Pages that several share count for each. */
export const resident = (pids: number[]): number => sum(pids, "status", /^VmRSS:\s+(\d+) kB/m);

/** Memory in bytes that these processes have for themselves; pages that several share count by their share (PSS). */
export const proportional = (pids: number[]): number => sum(pids, "smaps_rollup", /^Pss:\s+(\d+) kB/m);

function sum(pids: number[], file: string, line: RegExp): number {
  let kilobytes = 0;
  for (const pid of pids) {
    try {
      kilobytes += Number(line.exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1] ?? 0);
    } catch {
      // gone meanwhile, or not ours to read
    }
  }
  return kilobytes * 1024;
}
