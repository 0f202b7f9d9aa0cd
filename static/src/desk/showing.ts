// Shows what stands around the conversation: Python's state, files and what is told of them, the mode, what was sent.

import { statusOf } from "../page/model/status";
import { siteName } from "../page/published";
import { banner } from "../page/view/banner";
import { byId, setText } from "../page/view/dom";
import { filesPanel } from "../page/view/files-panel";
import { statusView } from "../page/view/status-view";
import { offerDesk } from "./agent";
import type { Bench } from "./bench";
import type { Composer } from "./view/composer";
import { ledgerView } from "./view/ledger-view";
import { outflowView, toldView } from "./view/outflow-view";
import { welcome } from "./view/welcome";

export interface ShowingActions {
  add(files: readonly File[]): void;
  example(): void;
  show(): void;
  chooseModel(): void;
  useFile(path: string): void;
}

export class Showing {
  readonly #status = statusView();
  readonly #ledger = ledgerView(byId("ledger-body"));
  readonly #mode: ReturnType<typeof outflowView>;
  readonly #welcome: ReturnType<typeof welcome>;
  readonly #files: ReturnType<typeof filesPanel>;
  readonly #failure = banner();
  #takeBack: () => void = () => undefined;
  #offered = "";
  #telling = 0;

  constructor(
    readonly bench: Bench,
    readonly composer: Composer,
    actions: ShowingActions,
  ) {
    const { session, stock, given, choices, news } = bench;
    this.#mode = outflowView(byId("outflow-body"), (mode) => {
      choices.choose({ mode });
      news.emit("choices");
    });
    this.#welcome = welcome({
      add: actions.add,
      example: actions.example,
      show: actions.show,
      model: actions.chooseModel,
    });
    this.#files = filesPanel({
      add: actions.add,
      read: (path) => session.read(path),
      remove: (path) => given.remove(path),
      use: actions.useFile,
    });
    news.on((what) => {
      if (what === "choices" || what === "laid") this.#drawChoices();
      if (what === "sent") this.#drawSent();
      if (what === "entries") this.#drawFirst();
      if (what !== "choices" && what !== "sent") this.#drawStatus();
    });
    session.news.on((what) => {
      if (what === "phase" || what === "progress") this.#drawStatus();
      if (what === "phase") this.#drawFailure();
      if (what === "files") this.#drawFiles();
    });
    stock.changed.on(() => this.#drawFiles());
  }

  /** A word in the place where failures stand. */
  get notice(): ReturnType<typeof banner> {
    return this.#failure;
  }

  #drawStatus(): void {
    const { session, desk, open } = this.bench;
    const { phase, progress, info } = session;
    const { busy = false, queued = 0, loading = [] } = desk?.runner ?? {};
    const now = busy && phase === "ready" ? "running" : phase;
    this.#status(statusOf({ phase: now, progress, queued, loading, python: info?.python, readyMs: info?.readyMs }));
    const { title } = open.conversation;
    setText(byId("notebook-name-text"), title);
    document.title = `${title} · ${siteName()}`;
  }

  #drawFailure(): void {
    const { session } = this.bench;
    if (session.phase !== "failed") return session.phase === "waiting" ? undefined : this.#failure.hide();
    this.#failure.show({
      text: session.failure ?? "Python could not start.",
      hint: "The conversation is safe. A current Chrome, Edge, Firefox or Safari runs this page; a blocked download is often a network filter.",
      action: { label: "Try again", run: () => session.open() },
    });
  }

  #drawChoices(): void {
    const { now } = this.bench.choices;
    this.#offer();
    this.composer.choices(now);
    this.#mode(now.mode);
    this.#drawFirst();
    void this.#drawTold();
    this.#drawSent();
  }

  #drawFirst(): void {
    const { conversation, files } = this.bench.open;
    this.#welcome({
      empty: conversation.entries.length === 0,
      files: [...files.keys()],
      model: this.bench.choices.now.model !== undefined,
    });
  }

  #drawFiles(): void {
    const { given, session, stock } = this.bench;
    // Code that writes files is no new offer; a file that the person gave is.
    const paths = [...given.all.keys()].join();
    if (paths !== this.#offered) this.#offer();
    this.#offered = paths;
    this.#files.update(session.files, stock.coming);
    this.#drawFirst();
    void this.#drawTold();
  }

  async #drawTold(): Promise<void> {
    const { bench } = this;
    const turn = ++this.#telling;
    const told = await bench.given.told(bench.choices.now.mode).catch(() => []);
    if (turn !== this.#telling) return;
    toldView(byId("told-body"), told, (path, has) => {
      const { headers } = bench.open.conversation;
      if (has === undefined) delete headers[path];
      else headers[path] = has;
      bench.archive.touch();
      void this.#drawTold();
    });
  }

  #drawSent(): void {
    const { open, choices } = this.bench;
    const { questions } = open.conversation;
    this.#ledger(
      questions.flatMap(({ ledger }) => ledger.filter(Boolean)),
      (questions.at(-1)?.to ?? null) === null && choices.now.model?.kind === "demo",
    );
  }

  /** The browser's agent is offered the sandbox as it is now. */
  #offer(): void {
    const { desk, open, choices } = this.bench;
    this.#takeBack();
    if (desk) this.#takeBack = offerDesk({ ...desk, files: open.files }, choices.now.mode);
  }
}
