// Takes a conversation away as a file: a notebook, a script, a report.

import { download, safeName } from "../page/view/hand-out";
import type { Bench } from "./bench";
import { ipynbOf, pythonOf } from "./model/exported";
import { reportOf } from "./model/report";

export class TakingAway {
  constructor(readonly bench: Bench) {}

  readonly ipynb = (): void => {
    const python = this.bench.session.info?.python ?? "3.14";
    this.#save("ipynb", ipynbOf(this.bench.open.conversation, python), "application/x-ipynb+json");
  };

  readonly python = (): void => this.#save("py", pythonOf(this.bench.open.conversation), "text/x-python");

  readonly report = (): void => this.#save("html", reportOf(this.bench.open.conversation, new Date()), "text/html");

  #save(ending: string, text: string, type: string): void {
    download(`${safeName(this.bench.open.conversation.title)}.${ending}`, new Blob([text], { type }));
  }
}
