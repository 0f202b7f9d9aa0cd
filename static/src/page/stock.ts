// Files of the open notebook on their way into the sandbox: what is kept of it, what came with it, data of its example.

import type { Example } from "./examples";
import { type FileContent, toBlob } from "./model/content";
import { Emitter } from "./model/emitter";
import { plainName } from "./model/format";
import type { Session } from "./session";
import { late } from "./view/late";
import { toast } from "./view/toast";

/** What cells read: it is put beside them whenever Python starts anew. */
export interface Needs {
  /** The example whose data they are. */
  example: string | undefined;
  /** Small files that came with a link. */
  files: Record<string, FileContent>;
  /** What is kept of this notebook, by path. */
  kept: ReadonlyMap<string, Blob>;
}

export class Stock {
  readonly #session: Session;
  readonly #coming = new Map<string, number>();
  #needs: Promise<Needs>;
  /** Files have come, or are on their way. */
  readonly changed = new Emitter<void>();

  /** `needs`: what the first notebook reads, once that is known. A run waits for it. */
  constructor(session: Session, needs: Promise<Needs>) {
    this.#session = session;
    this.#needs = needs;
    session.news.on((news) => {
      if (news === "phase" && session.phase === "loading") session.hold(this.#fill());
    });
  }

  /** Files on their way. */
  get coming(): { path: string; size: number }[] {
    return [...this.#coming].map(([path, size]) => ({ path, size }));
  }

  /** From now on these are the files; others that are there go away first, and so do variables where `fresh` says so. */
  turn(needs: Needs, fresh: boolean): void {
    this.#needs = Promise.resolve(needs);
    const { phase } = this.#session;
    if (phase === "waiting" || phase === "failed") return;
    this.#session.hold(this.#turn(fresh));
  }

  /** More files come with the cells that are there. */
  add(needs: Needs): void {
    this.#needs = Promise.resolve(needs);
    const { phase } = this.#session;
    if (phase !== "waiting" && phase !== "failed") this.#session.hold(this.#fill());
  }

  /** Puts a file beside the cells. False, and a sentence is shown, where that fails. */
  async put(path: string, data: Blob): Promise<boolean> {
    this.#coming.set(path, data.size);
    this.changed.emit();
    try {
      await this.#session.write(path, data);
      return true;
    } catch (error) {
      toast(`${plainName(path)} was not added. ${error instanceof Error ? error.message : ""}`.trim());
      return false;
    } finally {
      this.#coming.delete(path);
      this.changed.emit();
    }
  }

  async #turn(fresh: boolean): Promise<void> {
    const session = this.#session;
    const former = session.files.map(({ path }) => path);
    if (fresh) await session.restart().catch(() => undefined);
    await Promise.all(former.map((path) => session.remove(path).catch(() => undefined)));
    await this.#fill();
  }

  async #fill(): Promise<void> {
    const { example: id, files, kept } = await this.#needs;
    await Promise.all([
      ...[...kept].map(([path, data]) => this.put(path, data)),
      ...Object.entries(files)
        .filter(([path]) => !kept.has(path))
        .map(([path, content]) => this.put(path, toBlob(content))),
    ]);
    const example = await find(id);
    if (example) await this.#putData(example, files);
  }

  async #putData({ data }: Example, files: Needs["files"]): Promise<void> {
    const there = new Set([...this.#session.files.map(({ path }) => path), ...Object.keys(files)]);
    const missing = Object.entries(data).filter(([name]) => !there.has(name));
    await Promise.all(
      missing.map(async ([name, read]) => {
        try {
          await this.put(name, await read());
        } catch (error) {
          toast(`${name} could not be fetched. ${error instanceof Error ? error.message : ""}`.trim());
        }
      }),
    );
  }
}

export async function find(id: string | undefined): Promise<Example | undefined> {
  if (id === undefined) return undefined;
  const found = await late(() => import("./examples"));
  return found?.EXAMPLES.find((example) => example.id === id);
}
