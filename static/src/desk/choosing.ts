// Chooses the model: by the dialog, the first one of this server, or by signing in at OpenRouter; and asks it.

import { beginSignIn, finishSignIn, offered, signedIn } from "../ask/index";
import { ASKING } from "../page/keep/forgetting";
import { find } from "../page/stock";
import { banner } from "../page/view/banner";
import { byId } from "../page/view/dom";
import { toast } from "../page/view/toast";
import type { Bench } from "./bench";
import { DEMO, type ModelChoice } from "./model/choices";
import { modelOf } from "./model/models";
import { modelDialog } from "./view/model-dialog";

const EXAMPLE = "sales";
const FIRST_QUESTION = "How do the regions differ?";
const VERIFIER = `${ASKING.choices}.verifier`;

/** Origins that this page may reach, as its operator has said. */
const hosts = (document.documentElement.dataset.modelHosts ?? "").split(" ").filter(Boolean);
/** This server asks models for its visitors. */
const offers = document.documentElement.dataset.offers === "true";

export class Choosing {
  readonly #modelless = banner("modelless");

  constructor(readonly bench: Bench) {}

  /** Asks, or says what is missing for that. */
  readonly submit = (text: string): boolean => {
    if (!this.bench.choices.now.model) {
      this.#modelless.show({
        text: "No model is set up yet.",
        hint: "Choose one, or let the demo model show how it goes: it follows a script in this page. Your question stays where it is.",
        action: { label: "Choose a model", run: this.open },
        other: { label: "Use the demo model", run: () => this.#take(DEMO) },
      });
      byId("modelless").scrollIntoView({ block: "center" });
      return false;
    }
    this.bench.desk?.asker.ask(text);
    return true;
  };

  readonly open = (): void => this.#dialog(this.bench.choices.now.model);

  /** The whole loop at once: example data where there is none, and the demo model where no other is chosen. */
  async show(): Promise<void> {
    const { given, choices } = this.bench;
    if (given.all.size === 0) await this.example();
    if (!choices.now.model) this.#take(DEMO);
    if (given.all.size > 0) this.submit(FIRST_QUESTION);
  }

  async example(): Promise<void> {
    const found = await find(EXAMPLE);
    for (const [name, read] of Object.entries(found?.data ?? {})) {
      try {
        await this.bench.given.put(name, await read());
      } catch (error) {
        toast(`${name} could not be fetched. ${error instanceof Error ? error.message : ""}`.trim());
      }
    }
  }

  /** What was chosen the last time, where it still can be; who has come back from OpenRouter; else this server's first. */
  begin(): void {
    const { choices } = this.bench;
    void this.#signedBack();
    if (offers && !choices.now.model) void this.#takeOffered();
  }

  /** A choice that can't be any more is none. */
  check(): void {
    const { model } = this.bench.choices.now;
    try {
      if (model) modelOf(model);
    } catch {
      this.bench.choices.choose({ model: undefined });
    }
  }

  #take(model: ModelChoice): void {
    this.bench.choices.choose({ model });
    this.#modelless.hide();
    this.bench.news.emit("choices");
  }

  #dialog(now: ModelChoice | undefined): void {
    modelDialog({ now, hosts, offers, choose: (model) => this.#take(model), signIn: () => void this.#signIn() });
  }

  /** Who has chosen no model has the first one that this server asks for them. */
  async #takeOffered(): Promise<void> {
    const [first] = await offered().catch(() => []);
    if (!first || this.bench.choices.now.model) return;
    const { model: name, prices } = first;
    this.#take({ kind: "server", base: "", name, key: "", keepKey: false, images: false, ...(prices && { prices }) });
  }

  /** Goes to OpenRouter; what proves that the same page has come back stays in this tab. */
  async #signIn(): Promise<void> {
    try {
      const { url, verifier } = await beginSignIn({ callback: new URL("ask", document.baseURI) });
      await this.bench.archive.keeper.flush();
      sessionStorage.setItem(VERIFIER, verifier);
      location.assign(url);
    } catch (error) {
      toast(error instanceof Error ? error.message : "This browser can’t sign in from here.");
    }
  }

  /** Back from there: the code is good once, and for this tab alone. */
  async #signedBack(): Promise<void> {
    const back = signedIn(location.href);
    if (!back) return;
    history.replaceState(history.state, "", back.address);
    const verifier = sessionStorage.getItem(VERIFIER);
    sessionStorage.removeItem(VERIFIER);
    // Not asked for here: somebody else's code would make this page use somebody else's key.
    if (!verifier) return;
    try {
      const key = await finishSignIn({ code: back.code, verifier });
      const { model } = this.bench.choices.now;
      const name = model?.kind === "openrouter" ? model.name : "";
      this.#dialog({ kind: "openrouter", base: "", name, key, keepKey: false, images: false });
    } catch (error) {
      toast(error instanceof Error ? error.message : "OpenRouter gave no key.");
    }
  }
}
