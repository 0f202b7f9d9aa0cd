// An Execution in the wire form that programs of every language read: snake_case, JSON values only.

import type { Blocked, Bundle, ErrorInfo, Execution, FileChange, Result, Status } from "../host/index";

export type WireResult = Bundle & { is_main: boolean };

export interface WireExecution {
  status: Status;
  results: WireResult[];
  logs: { stdout: string; stderr: string };
  error: ErrorInfo | null;
  ran: boolean;
  execution_count: number;
  duration_ms: number;
  files: FileChange[];
  truncated: { stream_chars: number; displays: number } | null;
  blocked: Blocked[];
  packages: string[];
  note: string | null;
}

export function wireResult({ isMain, ...bundle }: Result): WireResult {
  return { ...bundle, is_main: isMain };
}

export function wireExecution(execution: Execution): WireExecution {
  const { status, results, logs, error, files, truncated, blocked, packages, note } = execution;
  return {
    status,
    results: results.map(wireResult),
    logs,
    error: error ?? null,
    ran: execution.ran,
    execution_count: execution.executionCount,
    duration_ms: execution.durationMs,
    files,
    truncated: truncated ? { stream_chars: truncated.streamChars, displays: truncated.displays } : null,
    blocked,
    packages,
    note: note ?? null,
  };
}
