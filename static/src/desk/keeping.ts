// What is kept: the list of conversations, the switch, what happens when there is no room, and forgetting all of it.

import { forgetAsking } from "../page/keep/forgetting";
import { banner } from "../page/view/banner";
import { openDialog } from "../page/view/dialogs";
import { byId, h, setText } from "../page/view/dom";
import { notebooksDialog } from "../page/view/notebooks-dialog";
import { toast } from "../page/view/toast";
import type { Bench } from "./bench";
import { CONVERSATIONS, keepingWord } from "./view/conversations";

/** Told once after everything was forgotten. */
const FORGOTTEN = "belljar.forgotten";

export interface KeepingActions {
  open(id: string): Promise<void>;
  fresh(): Promise<void>;
  saveIpynb(): void;
}

export class Keeping {
  readonly #unkept = banner("unkept");

  constructor(
    readonly bench: Bench,
    readonly actions: KeepingActions,
  ) {
    bench.keeping.on(() => this.draw());
  }

  /** Says whether what is here is kept. */
  draw(): void {
    const { archive } = this.bench;
    const { state } = archive.keeper;
    // A page that listens for its end is kept less well by browsers, so it only does while there is a reason.
    const unsaved = archive.unsaved || (archive.keeps && (state.state === "pending" || state.state === "failing"));
    if (unsaved) addEventListener("beforeunload", this.#warn);
    else removeEventListener("beforeunload", this.#warn);
    const word = byId("keeping");
    word.dataset.state = state.state;
    setText(word, keepingWord(archive.keeps, state));
    if (state.state !== "failing") return this.#unkept.hide();
    this.#unkept.show({
      text: state.why,
      hint: "What you see is still here, and is lost with this tab. Download it, or forget conversations that you don’t need.",
      action: { label: "Download notebook", run: this.actions.saveIpynb },
      other: { label: "Conversations", run: this.conversations },
    });
  }

  readonly conversations = (): void => {
    const { bench } = this;
    notebooksDialog(
      {
        current: () => bench.archive.keeper.id,
        name: () => bench.open.conversation.title,
        list: () => bench.archive.list(),
        open: (id) => void this.actions.open(id),
        fresh: () => void this.actions.fresh(),
        rename: (name) => {
          bench.open.conversation.name = name.trim() === "" ? undefined : name.trim();
          bench.archive.touch();
          bench.news.emit("status");
        },
        remove: (id) => bench.archive.take(id),
        forget: () => this.#forget(),
      },
      CONVERSATIONS,
    );
  };

  async keep(on: boolean): Promise<void> {
    await this.bench.keep(on);
    if (on) return toast("From now on conversations and files are kept in this browser.", undefined, "keeping");
    toast(
      "From now on nothing is kept. What is kept already stays until you forget it.",
      { label: "Forget it", run: this.ask },
      "keeping",
    );
  }

  /** Asks whether all is to be forgotten. */
  readonly ask = (): void => {
    const dialog = openDialog(
      "Forget all conversations?",
      "forget",
      h(
        "p",
        { class: "lead" },
        "Conversations with their files and lists of what was sent, the chosen model and its key: all of it goes from this browser, in every tab. Notebooks stay.",
      ),
      h(
        "p",
        { class: "dialog-actions" },
        h(
          "button",
          {
            type: "button",
            class: "button primary",
            "data-testid": "forget-sure",
            on: { click: () => void this.#forget() },
          },
          "Forget all",
        ),
        h("button", { type: "button", class: "button", on: { click: () => dialog.close() } }, "Cancel"),
      ),
    );
  };

  /** Says so where all was forgotten a moment ago. */
  sayForgotten(): void {
    if (sessionStorage.getItem(FORGOTTEN) !== null)
      toast("All conversations are forgotten, with their files and keys.");
    sessionStorage.removeItem(FORGOTTEN);
  }

  async #forget(): Promise<void> {
    await this.bench.desk?.asker.end();
    await this.bench.archive.close();
    removeEventListener("beforeunload", this.#warn);
    await forgetAsking();
    sessionStorage.setItem(FORGOTTEN, "yes");
    location.reload();
  }

  readonly #warn = (event: BeforeUnloadEvent): void => {
    if (this.bench.archive.unsaved) event.preventDefault();
  };
}
