// What leaves the page when a person asks for it: the notebook as a file or a link.

import type { Opened } from "./keep/opened";
import type { Library } from "./library";
import { plainName } from "./model/format";
import type { Notebook } from "./model/notebook";
import { toIpynb } from "./model/notebookfile";
import { toPython } from "./model/script";
import type { Session } from "./session";
import { copyComing, download, safeName } from "./view/hand-out";
import { toast } from "./view/toast";

export interface LeavingParts {
  notebook: Notebook;
  session: Session;
  opened: Opened;
  library: Library;
}

export class Leaving {
  readonly #parts: LeavingParts;

  constructor(parts: LeavingParts) {
    this.#parts = parts;
  }

  /** Keeps what is not kept yet, and says so; a file is to be had besides. */
  async save(): Promise<void> {
    const { opened } = this.#parts;
    await opened.keeper.flush();
    const { state } = opened.keeper.state;
    const kept = state === "kept" && !opened.elsewhere;
    const file = { label: "Download .ipynb", run: () => this.saveIpynb() };
    toast(
      kept ? "Saved in this browser, as everything is by itself." : "This notebook is not kept here yet.",
      file,
      "save",
    );
  }

  saveIpynb(): void {
    const { notebook, session, opened } = this.#parts;
    const text = toIpynb(notebook.cells, session.info?.python ?? "3.14", opened.head.beside);
    download(`${safeName(opened.name)}.ipynb`, new Blob([text], { type: "application/x-ipynb+json" }));
  }

  savePython(): void {
    const { notebook, opened } = this.#parts;
    download(`${safeName(opened.name)}.py`, new Blob([toPython(notebook.cells)], { type: "text/x-python" }));
  }

  async copyLink(): Promise<void> {
    try {
      const made = this.#parts.library.link();
      const copied = await copyComing(made.then(({ address }) => address));
      const { address, left } = await made;
      const told = left.length > 0 ? ` Not in it, for want of room: ${left.map(plainName).join(", ")}.` : "";
      if (!copied) history.replaceState(history.state, "", address);
      const where = copied ? "Link copied." : "The browser did not allow copying: the link is in the address bar.";
      toast(`${where}${told}`);
    } catch (error) {
      toast(error instanceof Error ? error.message : "No link could be made of this notebook. Download it instead.");
    }
  }
}
