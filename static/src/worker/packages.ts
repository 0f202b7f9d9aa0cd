// Packages inside the worker: asks the frame for what is allowed, mounts images, unpacks archives, remembers what is there.

import type { BootSettings, Delivery, ImageOffer } from "../protocol/messages";
import type { Arrivals } from "./arrivals";
import { say } from "./channel";
import { provide, release } from "./fetch-shim";
import { mountPackage } from "./package-image";
import type { PyCallable, Pyodide } from "./pyodide";

/** Of the harness. */
type Imports = { refresh_packages: PyCallable };

/** What Pyodide notes as the source of packages of its lock file. */
const CHANNEL = "default channel";

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export class Packages {
  readonly loaded = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #settings: BootSettings;
  readonly #arrivals: Arrivals;
  /** Names of files whose bytes are here and not unpacked yet. */
  readonly #held = new Set<string>();
  /** Images that are here and not mounted yet, by package. */
  readonly #images = new Map<string, ImageOffer>();
  #next = 0;
  /** Ends with the last call of `load`. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: BootSettings, arrivals: Arrivals) {
    this.#settings = settings;
    this.#arrivals = arrivals;
  }

  /** The named packages and all they need, dependencies first, without those already there. */
  missing(names: string[]): string[] {
    const order: string[] = [];
    const seen = new Set<string>(this.loaded);
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const known = this.#settings.packages[name];
      if (!known) throw new Error(`${name} is not on this sandbox's list of packages`);
      known.depends.forEach(visit);
      order.push(name);
    };
    names.forEach(visit);
    return order;
  }

  /** Bytes have arrived (or not) for the request `id`. */
  deliver(id: string, { files, images, error }: Delivery): void {
    for (const file of files) {
      provide(file.name, file.bytes);
      this.#held.add(file.name);
    }
    for (const image of images) this.#images.set(image.name, image);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error));
    else waiting?.resolve();
  }

  /** Waits until `deliver(id)`. */
  delivered(id: string): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Loads packages on demand, one call after the other; gives the names that are new. */
  load(py: Pyodide, names: string[]): Promise<string[]> {
    const mine = this.#last.then(() => this.#load(py, names));
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #load(py: Pyodide, names: string[]): Promise<string[]> {
    const wanted = this.missing(names);
    if (wanted.length === 0) return [];
    const id = `need-${this.#next++}`;
    const arrived = this.delivered(id);
    say({ type: "need", id, names: wanted });
    await arrived;
    try {
      await this.install(py, wanted);
    } finally {
      // Also when it failed: somebody waits for the end of it.
      say({ type: "installed", id, names: wanted.filter((name) => this.loaded.has(name)) });
    }
    return wanted;
  }

  /** Mounts or unpacks packages that are here. */
  async install(py: Pyodide, names: string[]): Promise<void> {
    for (const name of names) this.#mount(py, name);
    const archives = names.filter((name) => !this.loaded.has(name));
    if (archives.length > 0) await this.#unpack(py, archives);
    // Pyodide does it for those that it unpacks.
    if (archives.length < names.length) py.pyimport<Imports>("belljar_harness.limits.imports").refresh_packages();
  }

  #mount(py: Pyodide, name: string): void {
    const image = this.#images.get(name);
    if (!image) return;
    mountPackage(py._module.FS, image, this.#arrivals);
    this.#images.delete(name);
    py.loadedPackages[name] = CHANNEL;
    this.loaded.add(name);
  }

  async #unpack(py: Pyodide, names: string[]): Promise<void> {
    const problems: string[] = [];
    await py.loadPackage(names, {
      checkIntegrity: false, // the host has checked every byte against the policy's SHA-256
      messageCallback: () => {},
      errorCallback: (text) => problems.push(text),
    });
    for (const name of names) {
      if (!(name in py.loadedPackages)) {
        throw new Error(problems.join(" ").slice(0, 1_000) || `${name} could not be unpacked`);
      }
      this.loaded.add(name);
    }
    for (const name of this.#held) release(name);
    this.#held.clear();
  }
}
