// The files of packages: images where the server has built them, archives elsewhere; what images lack at first.

import type { Delivery, ImageOffer, NamedBytes } from "../../protocol/messages";
import type { AssetFile, Policy, PolicyPackage } from "../../protocol/policy";
import { closure } from "./policy";

/** Fetches files and verifies them. Rejects with a sentence. */
type Fetch = (files: AssetFile[], stage: "packages" | "later") => Promise<NamedBytes[]>;

/** What images lack at first, by hash: further sandboxes of this page share it. Blobs lie outside of its memory. */
const rests = new Map<string, Blob>();

/** Names are of packages on the allowlist; what they depend on is not meant. */
export class PackageFiles {
  readonly #policy: Policy;
  readonly #fetch: Fetch;
  /** Rests that are being fetched, by hash. */
  readonly #coming = new Map<string, Promise<Blob | null>>();

  constructor(policy: Policy, fetch: Fetch) {
    this.#policy = policy;
    this.#fetch = fetch;
  }

  /** What of them is waited for. */
  files(names: string[]): AssetFile[] {
    return this.#named(names).map(({ image, file }) => image?.code ?? file);
  }

  /** Images, and archives of those that have none. Rejects with a sentence. */
  async deliver(names: string[]): Promise<Delivery<ImageOffer>> {
    const wanted = this.#named(names);
    const fetched = await this.#fetch(this.files(names), "packages");
    const delivery: Delivery<ImageOffer> = { files: [], images: [], error: null };
    wanted.forEach(({ name, image }, at) => {
      const file = fetched[at] as NamedBytes;
      if (image) delivery.images.push({ name, bytes: file.bytes, more: image.rest !== null });
      else delivery.files.push(file);
    });
    return delivery;
  }

  /** Archives. Rejects with a sentence. */
  archives(names: string[]): Promise<NamedBytes[]> {
    const files = this.#named(names).map(({ file }) => file);
    return this.#fetch(files, "packages");
  }

  /** What a package's image lacks; null where it can't be had. Never rejects. */
  async rest(name: string): Promise<Blob | null> {
    const { packages } = this.#policy;
    const file = Object.hasOwn(packages, name) ? packages[name]?.image?.rest : undefined;
    if (!file) return null;
    const known = rests.get(file.sha256);
    if (known) return known;
    const coming = this.#coming.get(file.sha256) ?? this.#rest(file);
    this.#coming.set(file.sha256, coming);
    return coming.finally(() => this.#coming.delete(file.sha256));
  }

  async #rest(file: AssetFile): Promise<Blob | null> {
    try {
      const blob = new Blob((await this.#fetch([file], "later")).map(({ bytes }) => bytes));
      rests.set(file.sha256, blob);
      return blob;
    } catch {
      return null;
    }
  }

  #named(names: string[]): PolicyPackage[] {
    const wanted = new Set(names);
    return closure(this.#policy, names).filter(({ name }) => wanted.has(name));
  }
}
