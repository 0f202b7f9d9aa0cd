// The person's files: as they gave them, whatever code makes of the copies in the sandbox; and what a model would be told.

import type { Mode } from "../ask/index";
import { Outflow } from "../ask/outflow/outflow";
import { type Probed, probe } from "../ask/schema/probe";
import { plainName } from "../page/model/format";
import type { Session } from "../page/session";
import type { Stock } from "../page/stock";
import { safeName } from "../page/view/hand-out";
import { toast } from "../page/view/toast";
import { isPlainPath } from "../protocol/paths";
import type { Archive } from "./keep/archive";
import type { ToldFile } from "./view/outflow-view";

export class GivenFiles {
  readonly #probed = new WeakMap<Blob, Map<string, Promise<Probed>>>();

  constructor(
    readonly archive: () => Archive,
    readonly stock: Stock,
    readonly session: Session,
  ) {}

  get all(): Map<string, Blob> {
    return this.archive().open.files;
  }

  async add(files: readonly File[]): Promise<void> {
    for (const file of files) {
      try {
        // A file on a disk may be another one by the time it is read.
        await this.put(file.name, new Blob([await file.arrayBuffer()]));
      } catch {
        toast(`${plainName(file.name)} could not be read.`);
      }
    }
  }

  async put(name: string, blob: Blob): Promise<void> {
    const path = isPlainPath(name) ? name : safeName(name);
    const before = this.all.get(path);
    this.#hold(path, blob);
    // The sandbox has no room for it, or there is none: a sentence is shown.
    if (!(await this.stock.put(path, blob))) return this.#hold(path, before);
    if (!before) return;
    const back = () => void this.put(path, before);
    toast(`${plainName(path)} took the place of the file of that name.`, { label: "Undo", run: back }, path);
  }

  #hold(path: string, blob: Blob | undefined): void {
    if (blob) this.all.set(path, blob);
    else this.all.delete(path);
    this.archive().touchFile(path, blob);
  }

  async remove(path: string): Promise<void> {
    if (this.all.has(path)) this.#hold(path, undefined);
    await this.session.remove(path);
  }

  /** What a model would be told of each, in this mode. */
  async told(mode: Mode): Promise<ToldFile[]> {
    const { headers } = this.archive().open.conversation;
    const outflow = new Outflow({ mode, approve: async ({ text }) => text });
    const files = [...this.all].map(async ([path, blob]) => {
      const probed = await this.#probe(path, blob, headers[path]);
      const { text } = await outflow.files([probed]);
      return { path, text, header: headers[path], table: probed.table !== null && !/json/i.test(path) };
    });
    return Promise.all(files);
  }

  #probe(path: string, blob: Blob, header: boolean | undefined): Promise<Probed> {
    const known = this.#probed.get(blob) ?? new Map<string, Promise<Probed>>();
    this.#probed.set(blob, known);
    const key = `${path}:${header ?? ""}`;
    const found = known.get(key) ?? probe(path, blob, header);
    known.set(key, found);
    return found;
  }
}
