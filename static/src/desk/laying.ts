// Lays a conversation on the desk: the one that was kept, a new one, or a branch of the one that is open.

import { helpOf } from "../page/editor/python-help";
import { Runner } from "../page/model/runner";
import { byId } from "../page/view/dom";
import { toast } from "../page/view/toast";
import { Asker } from "./asker";
import type { Bench, Desk } from "./bench";
import type { Opened } from "./keep/archive";
import { DEMO } from "./model/choices";
import { Conversation } from "./model/conversation";
import type { StepEntry } from "./model/entries";
import { modelOf } from "./model/models";
import type { Composer } from "./view/composer";
import type { StepActions } from "./view/step-view";
import { TurnsView } from "./view/turns-view";

const NORMAL_LIMIT_MS = 30_000;

export interface LayingActions {
  submit(text: string): boolean;
  chooseModel(): void;
  conversations(): void;
}

export class Laying {
  constructor(
    readonly bench: Bench,
    readonly composer: Composer,
    readonly actions: LayingActions,
  ) {}

  /** Shows the conversation that the archive has open. */
  lay(): Desk {
    const { bench } = this;
    void bench.desk?.asker.end();
    bench.desk?.turns.destroy();
    const { session, engine } = bench;
    const { conversation, files } = bench.open;
    const runner = new Runner(conversation.notebook, engine, {
      timeLimit: () => session.policy?.limits.timeout_ms ?? NORMAL_LIMIT_MS,
      most: () => session.policy?.limits.max_timeout_ms ?? NORMAL_LIMIT_MS,
      svg: () => bench.store.choices().svg,
      now: () => performance.now(),
      goesOn: true,
    });
    const asker = new Asker({
      conversation,
      files,
      session,
      runner,
      engine,
      asked: () => {
        const { model, mode, limits } = bench.choices.now;
        return { model: modelOf(model ?? DEMO), mode, limits };
      },
      keep: () => {
        if (bench.open.conversation === conversation) bench.archive.touchApart();
      },
    });
    const turns = new TurnsView(byId("turns"), {
      conversation,
      asker,
      stepActions: (entry) => this.#stepActions(entry, runner, conversation),
      again: (text) => void this.actions.submit(text),
      chooseModel: this.actions.chooseModel,
    });
    runner.changed.on(() => bench.news.emit("status"));
    asker.sent.on(() => bench.news.emit("sent"));
    asker.changed.on(() => document.body.classList.toggle("busy", asker.going !== undefined));
    conversation.changed.on(({ type }) => {
      if (type !== "change") bench.news.emit("entries");
    });
    this.composer.follow(asker);
    bench.desk = { conversation, runner, asker, turns };
    bench.news.emit("laid");
    return bench.desk;
  }

  async fresh(): Promise<void> {
    await this.#turnTo({ conversation: new Conversation(), files: new Map() });
    byId("question").focus();
  }

  async openKept(id: string): Promise<void> {
    await this.#leave();
    if (await this.bench.archive.load(id)) this.#relay();
    else toast("This conversation is not kept any more.");
  }

  /** Takes another conversation in the place of this one. Python starts anew, with the other one's files. */
  async #turnTo(opened: Opened): Promise<Desk> {
    await this.#leave();
    this.bench.archive.begin(opened);
    return this.#relay();
  }

  async #leave(): Promise<void> {
    const { desk, archive } = this.bench;
    await desk?.asker.end();
    if (await archive.leave()) return;
    const conversations = { label: "Conversations", run: this.actions.conversations };
    toast("The last one could not be saved. It stays under Conversations until this tab goes.", conversations, "left");
  }

  #relay(): Desk {
    const laid = this.lay();
    this.bench.stock.turn({ example: undefined, files: {}, kept: this.bench.open.files }, true);
    return laid;
  }

  #stepActions(entry: StepEntry, runner: Runner, conversation: Conversation): StepActions {
    const { session, store } = this.bench;
    const id = conversation.cellOf(entry)?.id ?? "";
    return {
      run: () => runner.run(id),
      stop: () => void runner.cancel(id),
      runLonger: (ms) => runner.runLonger(id, ms),
      runAbove: () => runner.runAbove(id),
      retry: () => {
        if (session.phase === "failed") session.open();
        runner.run(id);
      },
      source: (text) => conversation.notebook.setSource(id, text),
      branch: () => void this.#branch(entry, conversation),
      readFile: (path) => session.read(path),
      askTable: session.tables,
      wantSvg: () => {
        store.choose({ svg: true });
        toast("From now on figures come as SVG too. Run the cell again to get this one.");
      },
      help: helpOf(session),
    };
  }

  /** Goes on from a step: a conversation of its own, its cells run again in a fresh Python, of which nothing is sent. */
  async #branch(entry: StepEntry, conversation: Conversation): Promise<void> {
    const source = conversation.cellOf(entry)?.source ?? entry.code;
    const made = conversation.until(entry);
    const { runner } = await this.#turnTo({ conversation: made, files: new Map(this.bench.open.files) });
    runner.runAll();
    const changed = source !== entry.code;
    this.composer.begin(
      changed
        ? `I changed the code of step ${entry.number} to this:\n\`\`\`python\n${source}\n\`\`\`\nGo on from there. `
        : "",
    );
    const conversations = { label: "Conversations", run: this.actions.conversations };
    toast("A branch: its cells run again, and nothing of that is sent.", conversations, "branch");
  }
}
