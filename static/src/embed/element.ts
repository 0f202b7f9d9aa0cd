// <bell-jar>: a cell that attaches to the code that stands in the page. Until somebody means to run it, this is all there is.

import type { Execution } from "../host/index";
import { h, setText } from "../page/view/dom";
import { icon } from "../page/view/icons";
import { HOME, load, metered } from "./coming";
import type { Face, Live, Parts } from "./contract";
import { withoutPrompts } from "./doctest";
import { dress, watchLook } from "./look";
import { mark } from "./marks";
import { NAMES, type Settings, settingsOf, unknownAttributes } from "./markup";
import { onRefusal, refusedOf } from "./policy-watch";
import { blockOf, codeOf, lineRange, textOf } from "./source";
import { storedView } from "./stored";
import { drawn, styles } from "./view";

/** What holds a result that was computed before. */
const RESULT = "script[data-belljar-result]";

/** What a cell is attached to, and what it is told in place of attributes. */
export interface Attachment {
  /** The code: of an element that the cell does not hold itself. */
  target?: HTMLElement | undefined;
  /** Attributes by name. */
  given: ReadonlyMap<string, string>;
}

export class BellJar extends HTMLElement {
  static readonly observedAttributes = [...NAMES];
  #attachment: Attachment | undefined;
  #settings: Settings = settingsOf(new Map()).settings;
  #parts: Parts | undefined;
  #note: HTMLElement | undefined;
  #stored: HTMLElement | undefined;
  #slot: HTMLElement | undefined;
  #code: HTMLElement | null = null;
  #put: string | undefined;
  #live: Live | undefined;
  #coming: Promise<Live> | undefined;
  #offs: (() => void)[] = [];
  #expected: HTMLElement | null = null;
  #face: Face | undefined;
  /** What is wrong with the markup, which stays wrong. */
  #problem = "";
  /** Somebody on a line that saves data knows how much Python is. */
  #agreed = false;

  /** Before it comes into a document: it stands beside the code and does not hold it. */
  beside(attachment: Attachment): this {
    this.#attachment = attachment;
    return this;
  }

  connectedCallback(): void {
    if (this.hasAttribute("selector")) {
      this.hidden = true;
      return;
    }
    this.#read();
    if (this.#parts) return this.#watch();
    // While the document is still being read, what this element holds may not be there yet.
    if (document.readyState === "loading" && !this.#attachment && !codeOf(this)) {
      document.addEventListener("DOMContentLoaded", () => this.isConnected && this.#build(), { once: true });
    } else this.#build();
  }

  disconnectedCallback(): void {
    for (const off of this.#offs.splice(0)) off();
    mark(this, null);
    // One that was only moved is back by now.
    setTimeout(() => {
      if (this.isConnected) return;
      this.#live?.leave();
      this.#live = this.#coming = undefined;
    });
  }

  attributeChangedCallback(): void {
    if (!this.isConnected || !this.#parts) return;
    this.#read();
    this.#draw();
    this.#dress();
  }

  // ------------------------------------------------------------ what pages call

  /** Runs the code. Gives the SDK's Execution; rejects with a sentence where Python can't even be asked. */
  async run(): Promise<Execution> {
    return (await this.#load()).run();
  }

  /** Stops it, if it runs or waits. */
  async stop(): Promise<void> {
    await this.#live?.stop();
  }

  /** Starts the session over, without variables; takes outputs and edits away. */
  async reset(): Promise<void> {
    await this.#live?.reset();
  }

  /** The code as it would run. */
  get code(): string {
    return this.#live?.text ?? this.#put ?? withPromptsGone(this.#given);
  }

  set code(text: string) {
    const code = String(text);
    if (this.#live) this.#live.text = code;
    else {
      this.#put = code;
      this.#parts?.well.replaceChildren(h("pre", { class: "put" }, code));
      this.#showGiven(false);
    }
  }

  /** The name of the session. */
  get session(): string {
    return this.#settings.session;
  }

  set session(name: string) {
    this.setAttribute("session", name);
  }

  // ------------------------------------------------------------ before the first intent

  get #given(): string {
    return this.#code ? textOf(this.#code) : "";
  }

  #read(): void {
    const own = new Map(this.getAttributeNames().map((name) => [name, this.getAttribute(name) ?? ""]));
    const given = new Map([...(this.#attachment?.given ?? []), ...own]);
    const { settings, problems } = settingsOf(given);
    this.#settings = settings;
    if (!this.#attachment) problems.push(...unknownAttributes(own.keys()));
    this.#problem = problems[0] ?? "";
    if (this.#problem) queueMicrotask(() => this.#complain(this.#problem));
  }

  #build(): void {
    if (this.#parts) return;
    const { target } = this.#attachment ?? {};
    this.#code = target ? (codeOf(target) ?? target) : codeOf(this);
    const { parts, slot, note, stored } = drawn({
      run: () => this.#press(),
      edit: () => void this.#quietly((live) => live.edit()),
      restore: () => this.#live?.restore(),
      reset: () => void this.reset(),
      open: () => void this.#quietly((live) => live.openPage()),
      copy: (button) => void this.#copy(button),
    });
    this.#slot = slot;
    this.#note = note;
    this.#stored = stored;
    this.#parts = parts;
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [styles()];
    shadow.replaceChildren(parts.root);
    parts.root.classList.toggle("beside", target !== undefined);
    const intent = () => void this.#load().catch(() => undefined);
    for (const type of ["pointerenter", "focus", "touchstart"] as const) {
      parts.run.addEventListener(type, intent, { once: true, passive: true });
    }
    this.#expected = this.#expectedOutput();
    if (this.#put !== undefined) this.code = this.#put;
    this.#draw();
    this.#dress();
    this.#watch();
    // In a tab or a fold that is closed nothing has a size yet.
    const shown = new ResizeObserver(() => {
      if (parts.root.getBoundingClientRect().height === 0) return;
      shown.disconnect();
      this.#close();
    });
    shown.observe(parts.root);
    this.#showResult();
    if (!this.#given && this.#put === undefined) {
      this.#complain("There is no code here: <bell-jar> runs the text of a <pre> inside of it.");
      parts.root.dataset.state = "empty";
      return;
    }
    this.#emit("ready", { session: this.session });
    this.#autorun();
  }

  #watch(): void {
    this.#offs.push(
      watchLook(() => this.#dress()),
      onRefusal(() => {
        const sentence = this.#coming && (refusedOf(this.#base) ?? refusedOf(HOME));
        if (!sentence) return;
        this.#complain(sentence);
        this.#live?.refused();
      }),
    );
  }

  #draw(): void {
    const parts = this.#parts;
    if (!parts) return;
    parts.edit.hidden = this.#settings.readonly;
    parts.root.setAttribute("aria-label", this.#settings.label ?? "Python cell");
    setText(parts.runLabel, "Run");
  }

  #dress(): void {
    if (!this.#parts) return;
    dress(this.#parts.root, this, this.#code, this.#settings.theme);
  }

  /** The bar follows the code without the gap that the page's style leaves below code, which goes below the cell. */
  #close(): void {
    const { root } = this.#parts ?? {};
    if (!root || !this.#code || this.#slot?.hidden) return;
    const block = this.#attachment
      ? blockOf(this.#code)
      : [...this.children].find((child) => child.contains(this.#code));
    const bar = root.querySelector(".bar");
    if (!block || !bar) return;
    // With this much the bar has no margin, so that it makes no difference whether the code's goes through (Furo) or not.
    root.style.setProperty("--gap", "4px");
    const space = Math.round(bar.getBoundingClientRect().top - block.getBoundingClientRect().bottom);
    if (space > 0 && space < 80) root.style.setProperty("--gap", `${space}px`);
    else root.style.removeProperty("--gap");
  }

  #autorun(): void {
    const { autorun } = this.#settings;
    const go = () => void this.run().catch(() => undefined);
    // Nobody has asked for it: not on a line that saves data.
    if (metered()) return;
    if (autorun === "load") go();
    if (autorun !== "visible") return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      go();
    });
    observer.observe(this);
    this.#offs.push(() => observer.disconnect());
  }

  #showResult(): void {
    const next = this.#attachment ? this.nextElementSibling : null;
    const script = this.querySelector(RESULT) ?? (next?.matches(RESULT) ? next : null);
    if (!script || !this.#stored) return;
    try {
      this.#stored.replaceChildren(...storedView(script.textContent ?? ""));
      this.#stored.hidden = false;
    } catch (error) {
      this.#complain(`The stored result can't be shown: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }

  #expectedOutput(): HTMLElement | null {
    const { output } = this.#settings;
    const inside = this.querySelector<HTMLElement>(":scope > [slot=output]");
    if (output === undefined) return inside;
    if (output.startsWith("#")) {
      const found = document.getElementById(output.slice(1));
      if (!found) this.#complain(`output="${output}" names no element of this page.`);
      return found;
    }
    const beside = this.#attachment ? this.nextElementSibling : (inside ?? this.nextElementSibling);
    const found = beside?.matches(".output, .belljar-output, [slot=output]") ? (beside as HTMLElement) : null;
    if (!found) this.#complain("output expects the next element to have the class output or belljar-output.");
    return found;
  }

  get #base(): string {
    const { base } = this.#settings;
    if (!base) return HOME;
    try {
      const url = new URL(base, document.baseURI);
      if (!url.pathname.endsWith("/")) url.pathname += "/";
      return url.href;
    } catch {
      return HOME;
    }
  }

  // ------------------------------------------------------------ what people press

  #press(): void {
    if (this.#parts?.root.dataset.busy === "true") return void this.stop();
    const first = metered() && !this.#agreed;
    this.#agreed = true;
    void this.#quietly(async (live) => {
      if (!first || !(await live.asked())) await live.run();
    });
  }

  async #quietly(act: (live: Live) => unknown): Promise<void> {
    const live = await this.#load().catch(() => undefined);
    try {
      if (live) await act(live);
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
    }
  }

  async #copy(button: HTMLElement): Promise<void> {
    const say = (sign: "check" | "warning", label: string) => {
      button.replaceChildren(icon(sign));
      if (this.#parts) setText(this.#parts.status, label);
      setTimeout(() => {
        button.replaceChildren(icon("copy"));
        if (this.#parts?.status.textContent === label) setText(this.#parts.status, "");
      }, 2000);
    };
    try {
      await navigator.clipboard.writeText(this.code);
      say("check", "Copied");
    } catch {
      say("warning", "The browser did not allow copying");
    }
  }

  // ------------------------------------------------------------ from the first intent on

  #load(): Promise<Live> {
    if (!this.#parts) return Promise.reject(new Error("This cell is not in a page yet, or has no code."));
    this.#coming ??= load().then(
      ({ mount }) => {
        this.#live = mount(this.#theFace());
        return this.#live;
      },
      () => {
        this.#coming = undefined;
        throw this.#unreachable();
      },
    );
    return this.#coming;
  }

  #unreachable(): Error {
    const { host } = new URL(HOME);
    const why = navigator.onLine ? `${host} does not answer this page, or something blocks it.` : "You are offline.";
    const sentence = refusedOf(HOME) ?? `Python could not be loaded: ${why} The code can still be read and copied.`;
    this.#complain(sentence);
    return new Error(sentence);
  }

  #theFace(): Face {
    if (this.#face) return this.#face;
    const parts = this.#parts as Parts;
    const self = this;
    this.#face = {
      element: this,
      parts,
      base: this.#base,
      get settings() {
        return self.#settings;
      },
      get given() {
        return self.#given;
      },
      get put() {
        return self.#put;
      },
      get expected() {
        return self.#expected ? textOf(self.#expected) : undefined;
      },
      showGiven: (given) => this.#showGiven(given),
      markLine: (line) => mark(this, line && this.#code ? lineRange(this.#code, line) : null),
      showStored: (shown) => {
        if (this.#stored) this.#stored.hidden = !shown || !this.#stored.firstChild;
        if (!this.#expected) return;
        this.#expected.hidden = !shown;
        // Themes say how blocks are laid out (Furo's flex), those that are hidden among them.
        this.#expected.style.setProperty("display", shown ? "" : "none", "important");
      },
      complain: (sentence) => this.#complain(sentence),
      refused: () => refusedOf(this.#base),
      emit: (name, detail) => this.#emit(name, detail),
    };
    return this.#face;
  }

  #showGiven(given: boolean): void {
    if (!this.#parts || !this.#slot) return;
    this.#parts.well.hidden = given;
    this.#slot.hidden = !given;
    if (!this.#attachment || !this.#code) return;
    blockOf(this.#code).style.setProperty("display", given ? "" : "none", "important");
  }

  #complain(sentence: string): void {
    if (!this.#note) return;
    setText(this.#note, sentence || this.#problem);
    this.#note.hidden = this.#note.textContent === "";
    if (sentence) this.#emit("error", { message: sentence });
  }

  #emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`belljar-${name}`, { detail, bubbles: true, composed: true }));
  }
}

const withPromptsGone = (text: string): string => withoutPrompts(text) || text;
