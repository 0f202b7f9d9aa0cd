// The conversation on the screen: questions, what the model said, its steps, its answers, in their order.

import { count, duration } from "../../page/model/format";
import { announce } from "../../page/view/announce";
import { h, setText } from "../../page/view/dom";
import type { Asker } from "../asker";
import type { Conversation } from "../model/conversation";
import type { AnswerEntry, Entry, QuestionEntry, SaidEntry, StepEntry } from "../model/entries";
import { moneyOf } from "../model/models";
import { wordsView } from "./answer-view";
import { approvalView } from "./approval-view";
import { NAMES } from "./outflow-view";
import { type StepActions, StepView } from "./step-view";

const TICK_MS = 100;
/** Ends that the choice of a model may mend. */
const MODELS = new Set(["unreachable", "key", "busy", "rejected", "refused"]);

interface View {
  dom: HTMLElement;
  update(): void;
  destroy?(): void;
}

export interface TurnsParts {
  conversation: Conversation;
  asker: Asker;
  stepActions(entry: StepEntry): StepActions;
  /** The same question again. */
  again(text: string): void;
  chooseModel(): void;
}

export class TurnsView {
  readonly #place: HTMLElement;
  readonly #parts: TurnsParts;
  readonly #views = new Map<Entry, View>();
  readonly #approval = h("div", {});
  readonly #offs: (() => void)[];
  readonly #timer: ReturnType<typeof setInterval>;
  #following = false;

  constructor(place: HTMLElement, parts: TurnsParts) {
    this.#place = place;
    this.#parts = parts;
    const { conversation, asker } = parts;
    place.replaceChildren(this.#approval);
    for (const entry of conversation.entries) this.#add(entry);
    this.#offs = [
      conversation.changed.on(({ type, entry }) => {
        if (type === "add") this.#add(entry);
        else if (type === "change") this.#views.get(entry)?.update();
        else this.#drop(entry);
        if (entry.type === "step" && type !== "remove") this.#mend(entry);
        if (type === "add" && entry.type === "question") this.#following = true;
      }),
      conversation.notebook.changed.on((change) => {
        if (change.type !== "source" && change.type !== "run") return;
        const entry = conversation.entries.find(({ key }) => key === change.cell.key);
        const view = entry && this.#views.get(entry);
        if (!(view instanceof StepView)) return;
        if (change.type === "source") view.cell?.setSource(change.cell.source);
        else view.cell?.update();
        view.update();
      }),
      asker.changed.on(() => this.#drawApproval()),
      this.#follow(place),
    ];
    this.#timer = setInterval(() => {
      const now = performance.now();
      for (const [entry, view] of this.#views)
        if (view instanceof StepView && conversation.cellOf(entry)?.since !== undefined) view.cell?.tick(now);
    }, TICK_MS);
    this.#drawApproval();
  }

  destroy(): void {
    for (const off of this.#offs) off();
    clearInterval(this.#timer);
    for (const view of this.#views.values()) view.destroy?.();
    this.#place.replaceChildren();
  }

  /** What comes is kept in sight until somebody looks at something else. */
  #follow(place: HTMLElement): () => void {
    const away = (): void => {
      this.#following = false;
    };
    let last = scrollY;
    const scrolled = (): void => {
      if (scrollY < last) away();
      last = scrollY;
    };
    // Figures come later than their steps do.
    const growing = new ResizeObserver(() => {
      if (this.#following) scrollTo({ top: document.documentElement.scrollHeight });
    });
    growing.observe(place);
    place.addEventListener("pointerdown", away);
    addEventListener("scroll", scrolled, { passive: true });
    return () => {
      growing.disconnect();
      place.removeEventListener("pointerdown", away);
      removeEventListener("scroll", scrolled);
    };
  }

  #add(entry: Entry): void {
    const view = this.#make(entry);
    this.#views.set(entry, view);
    this.#approval.before(view.dom);
    if (entry.type === "step") this.#mend(entry);
    if (entry.type === "answer") announce(entry.why === "answered" ? "The answer is there." : entry.reason);
  }

  #drop(entry: Entry): void {
    const view = this.#views.get(entry);
    view?.destroy?.();
    view?.dom.remove();
    this.#views.delete(entry);
  }

  /** Steps that failed are mended by a later one of their question that didn't. */
  #mend(entry: StepEntry): void {
    if (entry.state !== "output-available" && entry.state !== "input-streaming") return;
    const question = this.#parts.conversation.questionOf(entry);
    if (!question || entry.number === 0) return;
    for (const step of this.#parts.conversation.stepsOf(question)) {
      const view = this.#views.get(step);
      if (step.number < entry.number && step.state === "output-error" && view instanceof StepView) view.repaired();
    }
  }

  #make(entry: Entry): View {
    switch (entry.type) {
      case "question":
        return questionView(entry);
      case "said":
        return this.#words(entry);
      case "step": {
        const { conversation, stepActions } = this.#parts;
        const to = conversation.questionOf(entry)?.to ?? null;
        return new StepView(entry, conversation.cellOf(entry), to, stepActions(entry));
      }
      case "answer":
        return this.#answer(entry);
    }
  }

  #cite(entry: Entry): (number: number) => (() => void) | undefined {
    return (number) => {
      const { conversation } = this.#parts;
      const question = conversation.questionOf(entry);
      const step = question && conversation.stepsOf(question).find((one) => one.number === number);
      const view = step && this.#views.get(step);
      return view instanceof StepView ? () => view.show() : undefined;
    };
  }

  #words(entry: SaidEntry): View {
    const dom = h("div", { class: "said", "data-testid": "said" });
    const update = () => dom.replaceChildren(wordsView(entry.text, this.#cite(entry)));
    update();
    return { dom, update };
  }

  #answer(entry: AnswerEntry): View {
    const { why, reason, text, tokens, estimated, bits, money } = entry;
    const question = this.#parts.conversation.questionOf(entry);
    const bytesSent = question?.ledger.reduce((sum, one) => sum + one.bytes, 0) ?? 0;
    const facts = [
      question?.to === null ? "Nothing left this page" : `${count(bytesSent)} bytes sent`,
      tokens > 0 && `${estimated ? "about " : ""}${count(tokens)} tokens`,
      money && `${estimated ? "about " : ""}${moneyOf(money.spent, money.currency)}`,
      bits !== undefined &&
        bits > 0 &&
        question?.to !== null &&
        `at most ${Math.ceil(bits / 8)} bytes of your data by choice of reports`,
    ].filter((fact): fact is string => typeof fact === "string");
    const dom = h(
      "section",
      {
        class: why === "answered" ? "answer" : "answer ended",
        "data-testid": "answer",
        "data-why": why,
        "aria-label": "Answer",
      },
      text.trim() !== "" && wordsView(text, this.#cite(entry)),
      why !== "answered" &&
        h(
          "p",
          { class: "ended-why", "data-testid": "ended" },
          h("span", {}, why === "stopped" ? "You stopped it." : reason),
          question &&
            h(
              "button",
              { type: "button", class: "link", on: { click: () => this.#parts.again(question.text) } },
              "Ask again",
            ),
          MODELS.has(why) &&
            h(
              "button",
              { type: "button", class: "link", on: { click: () => this.#parts.chooseModel() } },
              "Choose another model",
            ),
        ),
      h("p", { class: "facts" }, facts.join(" · ")),
    );
    return { dom, update: () => undefined };
  }

  #drawApproval(): void {
    const { approval } = this.#parts.asker;
    if (!approval) return this.#approval.replaceChildren();
    this.#approval.replaceChildren(approvalView(approval));
    announce("Something waits for your yes before it is sent.");
    this.#approval.querySelector("textarea")?.focus({ preventScroll: true });
    this.#approval.scrollIntoView({ block: "nearest" });
  }
}

function questionView(entry: QuestionEntry): View {
  const about = h("p", { class: "facts" });
  const dom = h(
    "section",
    { class: "question", "data-testid": "asked", "aria-label": "Question" },
    h("h2", { dir: "auto" }, entry.text),
    about,
  );
  const update = () => {
    const files = entry.files.map(({ path }) => path).join(", ");
    const parts = [entry.model, NAMES[entry.mode].toLowerCase(), ...(files ? [files] : [])];
    setText(about, `${parts.join(" · ")}${entry.note ? `. ${entry.note}` : ""}`);
  };
  update();
  return { dom, update };
}

/** What is under way in one line: "step 2 of 12 · 3,410 of 200,000 tokens · 12 s of 5 min". */
export function goingText(asker: Asker, now: number): string {
  const { going } = asker;
  if (!going) return "";
  const { question, limits, since, steps } = going;
  const tokens = question.ledger.reduce(
    (sum, { tokens: { input, output }, bytes, received }) =>
      sum + (input ?? Math.ceil(bytes / 4)) + (output ?? Math.ceil(received / 16)),
    0,
  );
  const parts = [`step ${Math.max(1, steps)} of ${limits.steps}`];
  if (question.to !== null) parts.push(`${count(tokens)} of ${count(limits.tokens)} tokens`);
  const cost = question.ledger.reduce((sum, entry) => sum + (entry.cost ?? 0), 0);
  if (cost > 0)
    parts.push(`${moneyOf(cost, "USD")}${Number.isFinite(limits.money) ? ` of ${moneyOf(limits.money, "USD")}` : ""}`);
  const seconds = Math.floor((now - since) / 1000);
  parts.push(`${seconds < 60 ? `${seconds} s` : duration(seconds * 1000)} of ${duration(limits.timeMs)}`);
  return parts.join(" · ");
}
