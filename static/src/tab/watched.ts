// A sandbox whose every run the person sees.

import type { Driven, OpenOptions } from "../headless/drive";
import { type ExecuteOptions, type Execution, type FileInfo, Sandbox, type SandboxState } from "../host/index";
import type { Progress } from "../page/model/status";
import type { RunsView } from "./runs-view";

export interface WatchedEvents {
  state(state: SandboxState): void;
  progress(progress: Progress): void;
  files(files: readonly FileInfo[]): void;
}

export class Watched implements Driven {
  readonly sandbox: Sandbox;
  readonly #runs: RunsView;

  constructor(options: OpenOptions, runs: RunsView, events: WatchedEvents) {
    this.sandbox = Sandbox.create({ ...options, standby: false });
    this.#runs = runs;
    this.sandbox.on("state", ({ state }) => events.state(state));
    this.sandbox.on("progress", (progress) => events.progress(progress));
    this.sandbox.on("files", (files) => events.files(files));
  }

  get ready(): Promise<void> {
    return this.sandbox.ready;
  }

  get files(): Sandbox["files"] {
    return this.sandbox.files;
  }

  async execute(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    const run = this.#runs.add(code, options);
    const execution = this.sandbox.execute(code, run.options);
    execution.then(run.ended, (error: Error) => run.refused(error.message));
    return execution;
  }

  interrupt(): Promise<void> {
    return this.sandbox.interrupt();
  }

  reset(): Promise<void> {
    return this.sandbox.reset();
  }
}
