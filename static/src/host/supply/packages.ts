// The files of packages: images where the server has built them, archives elsewhere; deferred files of images.

import type { Delivery, NamedBytes } from "../../protocol/messages";
import type { AssetFile, Policy, PolicyPackage } from "../../protocol/policy";
import { closure } from "./policy";

/** Fetches files and verifies them. Rejects with a sentence. */
type Fetch = (files: AssetFile[], stage: "packages") => Promise<NamedBytes[]>;

/** Fetches a file that nobody waits for yet, and verifies it. Rejects with a sentence. */
type FetchLater = (file: AssetFile) => Promise<Blob>;

/** Names are of packages on the allowlist; what they depend on is not meant. */
export class PackageFiles {
  readonly #policy: Policy;
  readonly #fetch: Fetch;
  readonly #fetchLater: FetchLater;

  constructor(policy: Policy, fetch: Fetch, fetchLater: FetchLater) {
    this.#policy = policy;
    this.#fetch = fetch;
    this.#fetchLater = fetchLater;
  }

  /** What of them is waited for. */
  files(names: string[]): AssetFile[] {
    return this.#named(names).map(({ image, file }) => image?.code ?? file);
  }

  /** Images, and archives of those that have none. Rejects with a sentence. */
  async deliver(names: string[]): Promise<Delivery> {
    const wanted = this.#named(names);
    const fetched = await this.#fetch(this.files(names), "packages");
    const delivery: Delivery = { files: [], images: [], error: null };
    wanted.forEach(({ name, image }, at) => {
      const file = fetched[at] as NamedBytes;
      if (image) delivery.images.push({ name, bytes: file.bytes, deferred: image.deferred !== null });
      else delivery.files.push(file);
    });
    return delivery;
  }

  /** Archives. Rejects with a sentence. */
  archives(names: string[]): Promise<NamedBytes[]> {
    const files = this.#named(names).map(({ file }) => file);
    return this.#fetch(files, "packages");
  }

  /** The deferred files of a package; null where they can't be had. Never rejects. */
  async deferred(name: string): Promise<Blob | null> {
    const { packages } = this.#policy;
    const file = Object.hasOwn(packages, name) ? packages[name]?.image?.deferred : undefined;
    return file ? this.#fetchLater(file).catch(() => null) : null;
  }

  #named(names: string[]): PolicyPackage[] {
    const wanted = new Set(names);
    return closure(this.#policy, names).filter(({ name }) => wanted.has(name));
  }
}
