// The words of the status pill, from the state of the sandbox and of the queue.

import { bytesOf, duration } from "./format";

export interface Progress {
  stage: string;
  label: string;
  /** Bytes of files, unpacked. */
  loaded: number;
  total: number;
  /** Bytes on the line. */
  received: number;
  wire: number;
}

export type Phase = "waiting" | "loading" | "ready" | "running" | "restarting" | "failed" | "closed";

export interface Situation {
  phase: Phase;
  progress?: Progress | undefined;
  /** Seconds that fetching will still take, where it takes long. */
  left?: number | undefined;
  /** Cells that wait for their turn. */
  queued: number;
  /** Packages that the running cell loads. */
  loading: readonly string[];
  python?: string | undefined;
  readyMs?: number | undefined;
}

export interface Status {
  tone: "quiet" | "busy" | "ok" | "bad";
  /** Sealed, or still on its way there. */
  sealed: boolean;
  /** For the pill. */
  text: string;
  /** For narrow screens. */
  short: string;
  /** For the live region: says each stage once, without counting bytes. */
  spoken: string;
  /** 0 to 1 where bytes are known. */
  fraction?: number | undefined;
}

const STAGES: Record<string, string> = {
  policy: "asking what is allowed",
  runtime: "fetching Python",
  packages: "fetching packages",
  starting: "starting Python",
};

const FETCHING = new Set(["runtime", "packages"]);

export function statusOf(now: Situation): Status {
  const { phase, progress } = now;
  if (phase === "waiting") return same("quiet", "not loaded yet", "not loaded");
  if (phase === "failed") return same("bad", "could not start", "stopped");
  if (phase === "closed") return same("quiet", "closed", "closed");
  if (phase === "restarting") return same("busy", "restarting Python", "restarting");
  if (phase === "loading") {
    const stage = progress ? (STAGES[progress.stage] ?? progress.label) : "starting";
    // Only fetching counts bytes; what follows takes its time without a measure.
    const sized = progress !== undefined && progress.total > 0 && FETCHING.has(progress.stage);
    const line = sized && progress.wire > 0 ? ` ${bytesOf(progress.received, progress.wire)}` : "";
    const left = sized && now.left !== undefined ? ` · about ${about(now.left)}` : "";
    return {
      tone: "busy",
      sealed: false,
      text: `${stage}${line}${left}`,
      short: sized ? `${Math.floor((100 * Math.min(progress.loaded, progress.total)) / progress.total)} %` : "starting",
      spoken: `Loading: ${stage}`,
      fraction: sized ? Math.min(1, progress.loaded / progress.total) : undefined,
    };
  }
  if (phase === "running") {
    const waiting = now.queued > 0 ? ` · ${now.queued} queued` : "";
    const first = now.loading[0];
    const what = first === undefined ? "running" : `loading ${now.loading.length > 1 ? `${first} and more` : first}`;
    return { tone: "busy", sealed: true, text: `sealed · ${what}${waiting}`, short: what, spoken: "Running" };
  }
  const parts = ["sealed"];
  if (now.python !== undefined) parts.push(`Python ${now.python.split(".").slice(0, 2).join(".")}`);
  parts.push(now.readyMs === undefined ? "ready" : `ready in ${duration(now.readyMs)}`);
  return { tone: "ok", sealed: true, text: parts.join(" · "), short: "sealed", spoken: "Python is ready" };
}

/** Seconds as people say them. */
function about(seconds: number): string {
  if (seconds < 90) return `${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  return `${Math.round(seconds / 60)} min`;
}

function same(tone: Status["tone"], text: string, short: string): Status {
  return { tone, sealed: false, text, short, spoken: text };
}
