// What a sandbox is fed with: the policy, the runtime, packages. Counts every byte and knows each package's state.

import type { Shelf } from "../../common/shelf";
import { Timeline } from "../../common/timing";
import { type NamedBytes, RUNTIME } from "../../protocol/messages";
import type { AssetFile, Policy, PolicySnapshot } from "../../protocol/policy";
import { LATER_PARTS, SNAPSHOT, type SnapshotShape } from "../../protocol/snapshot";
import type { Emitter } from "../api/emitter";
import type { PackageState, Progress, SandboxEvents, SandboxOptions } from "../api/options";
import { keepUnpacked, type Unpacked, unpacked } from "../idle/unpacked";
import { type AssetBlob, type AssetEvents, checked, fetchAsset, fetchBlob } from "./assets";
import { expression } from "./expression";
import { Line, type Stage } from "./line";
import { PackageFiles } from "./packages";
import { packedCopy } from "./packed";
import { closure, type LoadedPolicy } from "./policy";

/** So many files at a time: enough to fill a line, few enough that they come in their order and show progress. */
const LANES = 4;

/** What this browser has kept is verified before it is used up to this size: that takes no time that anybody would notice. */
const AT_ONCE_BYTES = 1 << 20;

/** A heap that this browser has kept is read in pieces of so many bytes: a few large ones cost much less than many. */
const LOCAL_PIECE = 16 << 20;

/** JavaScript is verified before anybody reads it. */
const isCode = ({ name }: AssetFile): boolean => isModule(name) || name === SNAPSHOT.script;
const isModule = (name: string): boolean => name.endsWith(".mjs");

/** Verified files of starts, and deferred ones of packages, by hash, as frames take them. Blobs lie outside of this page's memory. */
const blobs = new Map<string, Blob>();

/** A file as it is kept; verified, unless that can still be asked for. */
type Kept = Pick<AssetBlob, "blob"> & Partial<AssetBlob>;

/** What a frame has found in the parts that it read. */
interface FrameReads {
  /** SHA-256 by name. */
  read: Shelf<string | null>;
  /** Resolves when no more can be expected. */
  silent: Promise<void>;
}

/** Takes a file of a start. */
export type Give = (name: string, blob: Blob, unverified: boolean) => void;

export class Supply {
  readonly policy: Policy;
  readonly timeline: Timeline;
  /** The packages loaded before `ready`, dependencies first. */
  readonly first: string[];
  readonly base: URL;
  readonly packages: PackageFiles;
  readonly #emitter: Emitter<SandboxEvents>;
  readonly #signal: AbortSignal;
  readonly #states = new Map<string, PackageState["state"]>();
  /** Files that are being fetched, by hash. */
  readonly #coming = new Map<string, Promise<NamedBytes>>();
  readonly #keep: boolean;
  /** Kept files that are in use and have not been verified yet. */
  readonly #unaudited = new Set<() => Promise<void>>();
  #auditing: Promise<void> | undefined;
  #local: Promise<Unpacked | undefined> | undefined;
  /** What this browser has kept is in use; and it may be looked for. */
  #usesKept = false;
  #looks = true;
  #snapshot: PolicySnapshot | null;
  #loaded = 0;
  #line = new Line((file) => this.#sent(file));

  /** Throws when `packages` names one that isn't on the allowlist. */
  constructor(
    { policy, base }: LoadedPolicy,
    { packages, start, keep = true }: Pick<SandboxOptions, "packages" | "start" | "keep">,
    emitter: Emitter<SandboxEvents>,
    signal: AbortSignal,
    timeline = new Timeline(),
  ) {
    this.policy = policy;
    this.base = base;
    this.#emitter = emitter;
    this.#signal = signal;
    this.timeline = timeline;
    this.#keep = keep;
    this.packages = new PackageFiles(
      policy,
      (files, stage) => this.#fetch(files, stage),
      (file) => this.#shared(file, "later"),
    );
    const first = closure(policy, packages ?? policy.profile.load);
    this.first = first.map(({ name }) => name);
    for (const { name } of first) this.#states.set(name, "loading");
    this.#snapshot = start === "wheels" ? null : fitting(policy.snapshots, this.first);
    this.#tell();
  }

  /** What the sandbox starts from, if not from the wheels. */
  get snapshot(): PolicySnapshot | null {
    return this.#snapshot;
  }

  /** Packages of the start that no snapshot brings. */
  get missing(): string[] {
    return this.first.filter((name) => !this.#snapshot?.load.includes(name));
  }

  /**
   * From now on nothing is taken of what this browser has kept. Gives whether something was: then that may be why a start
   * failed, for instance because it can't be read any more.
   */
  dropKept(): boolean {
    const used = this.#usesKept;
    this.#usesKept = false;
    this.#looks = false;
    return used;
  }

  /** Nothing of a start is taken from what this page has had before: blobs of those files may have lost their bytes. */
  fetchAnew(): void {
    const { snapshot } = this;
    const later = snapshot ? LATER_PARTS.map((part) => snapshot[part]) : [];
    for (const { sha256 } of [...this.#needed(), ...later]) blobs.delete(sha256);
  }

  /** From now on it starts from the wheels. */
  dropSnapshot(): void {
    this.#snapshot = null;
  }

  /** Bytes of the files that a start needs. */
  get total(): number {
    return this.#all.reduce((bytes, { size }) => bytes + size, 0);
  }

  /** Bytes that cross the line for them, as far as the policy tells how they are compressed. */
  get wire(): number {
    return this.#all.reduce((bytes, file) => bytes + this.#sent(file), 0);
  }

  #sent(file: AssetFile): number {
    return file.sent ?? packedCopy(file, new URL(file.url, this.base))?.size ?? file.size;
  }

  get #all(): AssetFile[] {
    return [...this.#needed(), ...this.packages.files(this.missing)];
  }

  /** The files of a start, those first that are waited for first. */
  #needed(): AssetFile[] {
    const { core } = this.policy;
    if (!this.#snapshot) return core;
    const { script, state, hot, heap } = this.#snapshot;
    // The libraries are in the snapshot, and so is the code.
    const inside: readonly string[] = [RUNTIME.factory, RUNTIME.stdlib, RUNTIME.wasm, RUNTIME.harness];
    return [script, ...core.filter(({ name }) => !inside.includes(name)), state, hot, ...heap];
  }

  /**
   * Fetches the files of a start and gives each as soon as it is there. Resolves when all are verified: until then
   * nothing but preparations may be made with them. Rejects with a sentence.
   *
   * What the frame reads is verified by what it found, so that nothing is read twice: it runs nobody's code yet, and
   * a frame that lies about it could as well have run something else. The others are verified here, one by one and from
   * `calm` on: what comes up meanwhile is not to wait for that. So are those of which the frame is silent.
   *
   * Large files that this browser has kept were verified before it kept them. To hash them takes a sixth of a start, so
   * they are verified when nothing runs; see `audit`.
   */
  async parts(give: Give, calm: Promise<unknown>, frame?: FrameReads): Promise<void> {
    const heap = this.#snapshot?.heap ?? [];
    const waiting = [...this.#needed()];
    let checks: Promise<unknown> = calm.catch(() => {}); // a frame that can't come up is somebody else's end
    const reads: Promise<void>[] = [];
    const lane = async (): Promise<void> => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        const { name } = file;
        // What is waited for first need not wait until it is known what is kept.
        const local = isCode(file) ? undefined : await this.#unpacked();
        if (local && heap.includes(file)) continue; // comes in larger pieces
        const own = local?.files.get(file.sha256);
        const { blob, verify } = await this.#kept(file, "runtime", own);
        if (own && verify && file.size > AT_ONCE_BYTES) {
          this.#unaudited.add(verify);
          give(name, blob, false);
          continue;
        }
        const unverified = frame !== undefined && verify !== undefined && name !== RUNTIME.lock;
        const check = unverified
          ? Promise.race([frame.read.get(name), frame.silent]).then((found) => verify(found || null))
          : checks.then(() => verify?.());
        check.catch(() => {}); // awaited below, if everything comes
        if (unverified) reads.push(check);
        else checks = check;
        give(name, blob, unverified);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const local = await this.#unpacked();
    if (local) this.#giveHeap(local.heap, heap, give);
    await this.timeline.time("verification goes on", Promise.all([checks, ...reads]));
  }

  /** What this browser has kept of the files of this start. */
  #unpacked(): Promise<Unpacked | undefined> {
    this.#local ??= this.#look();
    return this.#local;
  }

  async #look(): Promise<Unpacked | undefined> {
    const keepable = this.#keepable;
    if (!keepable || !this.#looks) return undefined;
    const { files, snapshot } = keepable;
    // A further sandbox of this page takes what is verified.
    if ([...files, ...snapshot.heap].every(({ sha256 }) => blobs.has(sha256))) return undefined;
    const found = await unpacked(files, snapshot.heap);
    this.#usesKept = found !== undefined;
    return found;
  }

  /** What a frame has to know of the snapshot that `parts` gives it. */
  async shape(): Promise<SnapshotShape | null> {
    const snapshot = this.#snapshot;
    if (!snapshot) return null;
    const local = await this.#unpacked();
    const heap = local ? Math.ceil(local.heap.size / LOCAL_PIECE) : snapshot.heap.length;
    return { heap, load: snapshot.load };
  }

  /** A kept heap, which is verified when nothing runs. */
  #giveHeap(heap: Blob, files: readonly AssetFile[], give: Give): void {
    for (let piece = 0; piece * LOCAL_PIECE < heap.size; piece++) {
      give(SNAPSHOT.heap(piece), heap.slice(piece * LOCAL_PIECE, (piece + 1) * LOCAL_PIECE), false);
    }
    let at = 0;
    for (const file of files) {
      const { advance, fetched } = this.#events("runtime", file);
      const asset = checked(file, heap.slice(at, at + file.size));
      this.#unaudited.add(async () => {
        await asset.verify();
        blobs.set(file.sha256, asset.blob);
      });
      at += file.size;
      advance(file.size);
      fetched({ url: this.url(file.url).href, bytes: file.size, fromCache: true, received: 0 });
    }
  }

  /** The files that are kept unpacked for the next visit, and the heap's pieces; none where that is off. */
  get #keepable(): { files: AssetFile[]; snapshot: PolicySnapshot } | null {
    const { snapshot } = this;
    if (!snapshot || !this.#keep) return null;
    const { heap } = snapshot;
    return { files: this.#needed().filter((file) => !heap.includes(file) && !isCode(file)), snapshot };
  }

  /**
   * Verifies what this start used without, as long as it is `idle`. Gives whether all is verified. Rejects with a
   * sentence when something is not what the policy names.
   */
  async audit(idle: () => boolean): Promise<boolean> {
    const all = async (): Promise<void> => {
      for (const verify of [...this.#unaudited]) {
        if (!idle()) return;
        await verify();
        this.#unaudited.delete(verify);
      }
    };
    this.#auditing ??= all().finally(() => {
      this.#auditing = undefined;
    });
    await this.#auditing;
    return this.#unaudited.size === 0;
  }

  /** Keeps the files of this start for the next visit; their size in bytes, or null when that can't be or is done. */
  async keep(): Promise<number | null> {
    const found = this.#keepable;
    return found && keepUnpacked(found.files, found.snapshot, blobs);
  }

  /** Gives the parts of the snapshot's image that a start can do without. Rejects with a sentence. */
  async later(snapshot: PolicySnapshot, give: Give): Promise<void> {
    const one = async (file: AssetFile): Promise<void> => {
      const { blob, verify } = await this.#kept(file, "later");
      await verify?.();
      give(file.name, blob, false);
    };
    await Promise.all(LATER_PARTS.map((part) => one(snapshot[part])));
  }

  /** A file as a blob, which every further sandbox of this page shares. */
  async #kept(file: AssetFile, stage: Stage, local?: Blob): Promise<Kept> {
    const found = blobs.get(file.sha256);
    if (found) {
      this.#events(stage, file).advance(file.size);
      this.#line.took(file, 0, stage);
      return { blob: found };
    }
    if (this.#snapshot && !isCode(file)) {
      const asset = await this.timeline.time(
        `fetch ${file.name}`,
        fetchBlob(file, this.base, this.#events(stage, file), this.#signal, local),
      );
      const verify = async (read?: string | null): Promise<void> => {
        await asset.verify(read);
        blobs.set(file.sha256, asset.blob);
      };
      return { blob: asset.blob, verify };
    }
    return { blob: await this.#shared(file, stage) };
  }

  /** A verified file as a blob, which every further sandbox of this page shares. */
  async #shared(file: AssetFile, stage: Stage): Promise<Blob> {
    const found = blobs.get(file.sha256);
    if (found) return found;
    const [fetched] = await this.#fetch([file], stage);
    const bytes = new Uint8Array(fetched?.bytes ?? new ArrayBuffer(0));
    const blob = isModule(file.name) ? expression(file.name, bytes) : new Blob([bytes]);
    blobs.set(file.sha256, blob);
    return blob;
  }

  #advance(bytes: number, stage: Stage): void {
    if (stage === "later") return; // nobody waits for it
    this.#loaded += bytes;
    this.progress(stage, stage);
  }

  /** Everything is fetched once more, from the browser's cache as a rule. */
  restart(): void {
    this.#loaded = 0;
    this.#line = new Line((file) => this.#sent(file));
    this.#local = undefined;
    this.#unaudited.clear();
  }

  url(path: string): URL {
    return new URL(path, this.base);
  }

  progress(stage: Progress["stage"], label: string): void {
    const { total } = this;
    // A frame that prepares itself while files are still coming has started nothing yet.
    const now = stage === "starting" && this.#loaded > 0 && this.#loaded < total ? "runtime" : stage;
    const { received, spared } = this.#line;
    const wire = Math.max(received, this.wire - spared);
    this.#emitter.emit("progress", { stage: now, label, loaded: this.#loaded, total, received, wire });
  }

  /** Notes what has become of packages of the policy, and tells it if that is news. */
  mark(names: string[], state: PackageState["state"]): void {
    const { packages } = this.policy;
    const news = names.filter((name) => Object.hasOwn(packages, name) && this.#states.get(name) !== state);
    for (const name of news) this.#states.set(name, state);
    if (news.length > 0) this.#tell();
  }

  #events(stage: Stage, file: AssetFile): AssetEvents {
    return {
      advance: (bytes) => {
        if (stage !== "later") this.#line.advance(file, bytes);
        this.#advance(bytes, stage);
      },
      fetched: (what) => {
        this.#line.took(file, what.received, stage);
        this.#emitter.emit("fetched", what);
      },
      slow: () => this.#line.slow,
    };
  }

  async #fetch(files: AssetFile[], stage: Stage): Promise<NamedBytes[]> {
    return Promise.all(files.map((file) => this.timeline.time(`fetch ${file.name}`, this.#once(file, stage))));
  }

  /** A file that is on its way already is not fetched a second time. */
  #once(file: AssetFile, stage: Stage): Promise<NamedBytes> {
    const coming = this.#coming.get(file.sha256);
    // Copied before whoever was first can give its bytes away: both hear of it in the same turn.
    if (coming) return coming.then(({ name, bytes }) => ({ name, bytes: bytes.slice(0) }));
    const fetched = fetchAsset(file, this.base, this.#events(stage, file), this.#signal);
    const ended = (): void => void this.#coming.delete(file.sha256);
    fetched.then(ended, ended);
    this.#coming.set(file.sha256, fetched);
    return fetched;
  }

  #tell(): void {
    const packages = Object.values(this.policy.packages);
    this.#emitter.emit(
      "packages",
      packages.map(({ name, version }) => ({ name, version, state: this.#states.get(name) ?? "available" })),
    );
  }
}

/** The snapshot with most of the wanted packages and no others. */
export function fitting(snapshots: PolicySnapshot[], wanted: string[]): PolicySnapshot | null {
  const within = snapshots.filter(({ load }) => load.every((name) => wanted.includes(name)));
  return within.reduce<PolicySnapshot | null>(
    (best, one) => (best && best.load.length >= one.load.length ? best : one),
    null,
  );
}
