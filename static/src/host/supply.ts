// What a sandbox is fed with: the policy, the runtime, packages. Counts every byte and knows each package's state.

import type { NamedBytes } from "../protocol/messages";
import type { AssetFile, Policy } from "../protocol/policy";
import { fetchAsset } from "./assets";
import type { Emitter } from "./emitter";
import type { PackageState, Progress, SandboxEvents } from "./options";
import { closure, type LoadedPolicy } from "./policy";

export class Supply {
  readonly policy: Policy;
  /** The packages loaded before `ready`, dependencies first. */
  readonly first: string[];
  readonly #base: URL;
  readonly #emitter: Emitter<SandboxEvents>;
  readonly #signal: AbortSignal;
  readonly #states = new Map<string, PackageState["state"]>();
  readonly #total: number;
  #loaded = 0;

  /** Throws when `packages` names one that isn't on the allowlist. */
  constructor(
    { policy, base }: LoadedPolicy,
    packages: string[] | undefined,
    emitter: Emitter<SandboxEvents>,
    signal: AbortSignal,
  ) {
    this.policy = policy;
    this.#base = base;
    this.#emitter = emitter;
    this.#signal = signal;
    const first = closure(policy, packages ?? policy.profile.load);
    this.first = first.map(({ name }) => name);
    for (const { name } of first) this.#states.set(name, "loading");
    this.#total = [...policy.core, ...first.map(({ file }) => file)].reduce((sum, file) => sum + file.size, 0);
    this.#tell();
  }

  /** Everything is fetched once more, from the browser's cache as a rule. */
  restart(): void {
    this.#loaded = 0;
  }

  core(): Promise<NamedBytes[]> {
    return this.#fetch(this.policy.core, "runtime");
  }

  /** The named packages' files, without their dependencies. Rejects with a sentence. */
  packages(names: string[]): Promise<NamedBytes[]> {
    const wanted = new Set(names);
    const files = closure(this.policy, names).filter(({ name }) => wanted.has(name));
    return this.#fetch(
      files.map(({ file }) => file),
      "packages",
    );
  }

  url(path: string): URL {
    return new URL(path, this.#base);
  }

  progress(stage: Progress["stage"], label: string): void {
    this.#emitter.emit("progress", { stage, label, loaded: this.#loaded, total: this.#total });
  }

  /** Notes what has become of packages and tells it. */
  mark(names: string[], state: PackageState["state"]): void {
    for (const name of names) this.#states.set(name, state);
    this.#tell();
  }

  async #fetch(files: AssetFile[], stage: "runtime" | "packages"): Promise<NamedBytes[]> {
    const events = {
      advance: (bytes: number) => {
        this.#loaded += bytes;
        this.progress(stage, stage);
      },
      fetched: (what: SandboxEvents["fetched"]) => this.#emitter.emit("fetched", what),
    };
    return Promise.all(files.map((file) => fetchAsset(file, this.#base, events, this.#signal)));
  }

  #tell(): void {
    const packages = Object.values(this.policy.packages);
    this.#emitter.emit(
      "packages",
      packages.map(({ name, version }) => ({ name, version, state: this.#states.get(name) ?? "available" })),
    );
  }
}
