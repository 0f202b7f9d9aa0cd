// One question on its way: turns, calls and limits, until there is an answer or a reason why there is none.

import type { Execution } from "../host/index";
import type { Answer, AskOptions, AskSandbox, Conversation } from "./ask";
import { Ended, pause, until } from "./ending";
import { fencedCode } from "./fences";
import { Ledger } from "./ledger";
import { type AskLimits, checkedLimits } from "./limits";
import { listen, type Reply } from "./listening";
import { type Call, type CallResult, type Message, ModelError, type Turn } from "./models/model";
import { costOf, currencyOf } from "./models/prices";
import { type Fetch, post } from "./models/wire/posting";
import { MODES, type Mode, Outflow, type Outgoing } from "./outflow/outflow";
import { asData, instructions, toolsOf } from "./prompt";
import { type Probed, probe } from "./schema/probe";
import { type Step, tell } from "./steps";
import { argumentsOf } from "./written";

/** Times that a model may do exactly the same. */
const SAME = 3;

/** Milliseconds that a sandbox has to say what became of code that was stopped. */
const GRACE_MS = 2_000;

/** Milliseconds before a request is sent again, where nobody said how long; doubled each time. */
const BACKOFF_MS = 500;

/** The loop. Makes one answer. */
export class Asking {
  readonly #outflow: Outflow;
  readonly #limits: Required<AskLimits>;
  readonly #ledger: Ledger;
  readonly #stop = new AbortController();
  readonly #steps: Step[] = [];
  readonly #seen = new Map<string, number>();
  /** Code that stood in texts, and ran. */
  readonly #written = new Set<string>();
  #messages: Message[];
  #files: Probed[];
  #system = "";
  #text = "";
  #bits: number;
  /** Bits of the reports that the next request carries first. */
  #newBits = 0;
  #repairs = 0;
  #tokens = { input: 0, output: 0, estimated: false };

  constructor(
    readonly sandbox: AskSandbox,
    readonly options: AskOptions,
  ) {
    const { model, outflow = "schema", limits, after, onRequest } = options;
    if (typeof model?.reply !== "function") throw new TypeError("model must be a model, as chat({ … }) makes one.");
    this.#outflow = new Outflow(typeof outflow === "string" ? { mode: outflow } : outflow);
    this.#limits = checkedLimits(limits);
    if (this.#limits.money < Number.POSITIVE_INFINITY && !model.prices && model.to !== null)
      throw new TypeError(
        "The limit money needs what the model costs: prices: { input, output } for a million tokens.",
      );
    this.#ledger = new Ledger((entry) => tell(onRequest, entry));
    if (after) checkFollowing(after.conversation, this.#outflow.mode, model.to);
    this.#messages = [...(after?.conversation.messages ?? [])];
    this.#files = [...(after?.conversation.files ?? [])];
    this.#bits = after?.conversation.bits ?? 0;
    this.#outflow.told.push(...(after?.conversation.aggregates ?? []));
  }

  async go(question: string): Promise<Answer> {
    const { signal } = this.options;
    const stop = (): void => this.#stop.abort(new Ended("stopped", "It was stopped."));
    const { timeMs } = this.#limits;
    const late = (): void => this.#stop.abort(new Ended("time", `It took longer than ${timeMs / 1000} s.`));
    const timer = setTimeout(late, Math.min(timeMs, 2 ** 31 - 1));
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    let end: Ended;
    try {
      await this.#open(question);
      end = await this.#turns();
    } catch (error) {
      end = endOf(this.#stop.signal.aborted ? this.#stop.signal.reason : error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
    // Whatever is still on its way is given up.
    this.#stop.abort(end);
    return this.#answer(end);
  }

  /** Puts the files in place, reads their schema, and writes the first message. */
  async #open(question: string): Promise<void> {
    const { files = {}, outflow } = this.options;
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const headers = typeof outflow === "object" ? outflow.headers : undefined;
    const given = Object.entries(files);
    // The schema first, and out of the bytes that were given: nothing has run that could have changed it.
    const probed = await until(signal, Promise.all(given.map(([path, data]) => probe(path, data, headers?.[path]))));
    for (const [path, data] of given) {
      await until(signal, this.sandbox.files.write(path, data, { signal })).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : new Ended("sandbox", sentenceOf(error));
      });
    }
    const policy = await until(
      signal,
      Promise.resolve(this.sandbox.policy).catch(() => undefined),
    );
    this.#system = instructions(this.#outflow.mode, Object.keys(policy?.packages ?? {}));
    const paths = new Set(probed.map(({ path }) => path));
    this.#files = [...this.#files.filter(({ path }) => !paths.has(path)), ...probed];
    const told = await this.#approved(this.#outflow.files(probed));
    const about = told.text === "" ? "" : `\n\nThe files:\n${asData(told.text)}`;
    this.#messages.push({ role: "user", text: `${question}${about}` });
  }

  async #turns(): Promise<Ended> {
    for (;;) {
      this.#checkTokens();
      const first = this.#steps.length;
      const reply = await this.#reply(first);
      if (reply.refusal !== "" || reply.why === "refused") {
        this.#text = reply.refusal || reply.text;
        return new Ended("refused", "The model refused to go on.");
      }
      if (reply.text.trim() !== "") this.#text = reply.text;
      if (!reply.calls.length) {
        if (reply.why === "length")
          return new Ended("empty", "The model's answer was cut off: it was too long for it.");
        if (await this.#fenced(reply.text, first)) continue;
        if (reply.text.trim() === "") return new Ended("empty", "The model said nothing.");
        this.#messages.push({ role: "assistant", text: reply.text, calls: [] });
        return new Ended("answered", "");
      }
      this.#checkTokens();
      const results: CallResult[] = [];
      for (const [at, call] of reply.calls.entries()) {
        const cutOff = reply.why === "length" && at === reply.calls.length - 1;
        results.push(await this.#call(call, first + at, cutOff));
      }
      // Together, so that no conversation has a call without its result.
      this.#messages.push({ role: "assistant", text: reply.text, calls: reply.calls }, { role: "results", results });
    }
  }

  /**
   * Runs code that the model wrote into its text instead of calling a tool, as models without tools do; gives whether there
   * was any. Who has called a tool shows code in an answer and means none of it to run; so does who shows again what has run.
   */
  async #fenced(text: string, place: number): Promise<boolean> {
    const called = this.#messages.some((message) => message.role === "assistant" && message.calls.length > 0);
    const code = called ? undefined : fencedCode(text);
    if (code === undefined || this.#written.has(code)) return false;
    this.#written.add(code);
    this.#checkTokens();
    const call = { id: `text_${place}`, name: "execute_python", arguments: JSON.stringify({ code }) };
    const result = await this.#call(call, place, false);
    this.#messages.push(
      { role: "assistant", text, calls: [] },
      { role: "user", text: `What became of your code:\n${result.text}` },
    );
    return true;
  }

  /** The model's next answer; asked for again where that may help. */
  async #reply(first: number): Promise<Reply> {
    const { mode } = this.#outflow;
    const turn: Turn = { system: this.#system, messages: this.#messages, tools: toolsOf(mode) };
    for (let tries = 0; ; tries++) {
      this.#text = "";
      try {
        return await this.#listen(turn, first);
      } catch (error) {
        this.#stop.signal.throwIfAborted();
        if (!(error instanceof ModelError) || error.again === undefined) throw error;
        // What was being written is written anew.
        for (let at = first; at < this.#steps.length; at++) this.#change(at, { state: "output-error" });
        this.#steps.length = first;
        if (tries >= this.#limits.retries)
          throw new ModelError(error.trouble, `${error.message} It was tried ${tries + 1} times.`);
        const wait = error.again < 0 ? BACKOFF_MS * 2 ** tries : error.again;
        if (wait > this.#limits.waitMs) {
          throw new ModelError(error.trouble, `${error.message} It asks to wait for ${Math.ceil(wait / 1000)} s.`);
        }
        await pause(wait, this.#stop.signal);
      }
    }
  }

  async #listen(turn: Turn, first: number): Promise<Reply> {
    const { model, onText } = this.options;
    const { signal } = this.#stop;
    const fetch: Fetch = this.options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    const bits = this.#outflow.closed ? this.#newBits : undefined;
    const before = this.#ledger.entries.length;
    const link = { ledger: this.#ledger, fetch, signal, step: first, bits };
    const heard = listen(
      model.reply(turn, (posted) => post(posted, link), signal),
      {
        text: (piece) => {
          this.#text += piece;
          tell(onText, this.#text);
        },
        call: (at, tool, code) => this.#writing(first + at, tool, code),
      },
    );
    try {
      const reply = await until(signal, heard);
      this.#newBits = 0;
      this.#count(reply, before);
      return reply;
    } catch (error) {
      this.#count(undefined, before);
      throw error;
    }
  }

  /** Adds up tokens: as the server said, else as many as there are bytes, by four. */
  #count(reply: Reply | undefined, before: number): void {
    const sent = this.#ledger.entries.slice(before);
    const { input, output } = reply?.tokens ?? {};
    const posted = sent.filter(({ method, status }) => method === "POST" && status !== "no answer");
    const bytes = posted.reduce((sum, entry) => sum + entry.bytes, 0);
    const said = reply ? reply.text.length + reply.calls.reduce((sum, call) => sum + call.arguments.length, 0) : 0;
    const unknown = posted.length > 0 && (input === undefined || output === undefined);
    const [into, out] = [input ?? Math.ceil(bytes / 4), output ?? Math.ceil(said / 4)];
    this.#tokens = {
      input: this.#tokens.input + into,
      output: this.#tokens.output + out,
      estimated: this.#tokens.estimated || unknown,
    };
    const { prices } = this.options.model;
    if (sent.length) this.#ledger.used(reply?.tokens ?? {}, prices && costOf(prices, into, out));
  }

  #checkTokens(): void {
    const { input, output } = this.#tokens;
    const { tokens } = this.#limits;
    if (input + output > tokens) throw new Ended("tokens", `It used more than ${tokens} tokens.`);
    const { money } = this.#limits;
    const currency = currencyOf(this.options.model.prices);
    if (this.#ledger.cost > money) throw new Ended("money", `It cost more than ${money} ${currency}.`);
  }

  /** A call is being written. */
  #writing(at: number, tool: string, code: string): void {
    if (at >= this.#limits.steps) return;
    this.#change(at, { id: at + 1, state: "input-streaming", tool, title: "", code, sentBytes: 0, durationMs: 0 });
  }

  #change(at: number, change: Partial<Step>): void {
    const step = { ...this.#steps[at], ...change } as Step;
    this.#steps[at] = step;
    tell(this.options.onStep, { ...step });
  }

  /** Does one call, and gives what goes back. */
  async #call(call: Call, place: number, cutOff: boolean): Promise<CallResult> {
    const { steps } = this.#limits;
    if (place >= steps) throw new Ended("steps", `It took more than ${steps} steps.`);
    const same = `${call.name}\n${call.arguments}`;
    const times = (this.#seen.get(same) ?? 0) + 1;
    this.#seen.set(same, times);
    if (times > SAME) throw new Ended("repeats", `The model did exactly the same ${times} times.`);
    const given = cutOff ? "The call was cut off: it was too long. Write less at once." : argumentsOf(call.arguments);
    const wrong = typeof given === "string" ? given : this.#wrong(call.name, given);
    if (wrong !== undefined || typeof given === "string") {
      const text = wrong ?? "";
      this.#change(place, { state: "output-error", code: this.#steps[place]?.code || call.arguments, ...sentOf(text) });
      this.#repair("The model wrote calls that can't be done");
      return { call: call.id, text, failed: true, images: [] };
    }
    const title = typeof given.title === "string" ? given.title.slice(0, 200) : "";
    if (call.name === "aggregate") return this.#aggregate(call, place, given);
    return this.#run(call, place, given.code as string, title);
  }

  /** What is wrong with a call whose arguments can be read. */
  #wrong(name: string, given: Readonly<Record<string, unknown>>): string | undefined {
    const tools = toolsOf(this.#outflow.mode).map((tool) => tool.name);
    if (!tools.includes(name)) return `There is no such tool. There are: ${tools.join(", ")}.`;
    if (name === "execute_python" && (typeof given.code !== "string" || given.code.trim() === "")) {
      return "code must be Python, as a string that isn't empty.";
    }
    return undefined;
  }

  #repair(what: string): void {
    this.#repairs++;
    const { repairs } = this.#limits;
    if (this.#repairs > repairs) throw new Ended("repairs", `${what}, more than ${repairs} times.`);
  }

  async #aggregate(call: Call, place: number, given: Readonly<Record<string, unknown>>): Promise<CallResult> {
    const code = call.arguments;
    this.#change(place, { state: "input-available", code });
    const { outgoing, failed } = await until(this.#stop.signal, this.#outflow.aggregate(this.#files, given));
    this.#change(place, { state: failed ? "output-error" : "output-available", ...sentOf(outgoing.text) });
    if (failed) this.#repair("The model wrote calls that can't be done");
    return { call: call.id, text: failed ? outgoing.text : asData(outgoing.text), failed, images: [] };
  }

  async #run(call: Call, place: number, code: string, title: string): Promise<CallResult> {
    const { signal } = this.#stop;
    this.#change(place, { state: "input-available", code, title });
    const began = performance.now();
    let execution: Execution;
    try {
      execution = await until(signal, this.sandbox.execute(code, { signal }), GRACE_MS);
    } catch (error) {
      this.#change(place, { state: "output-error" });
      throw signal.aborted ? signal.reason : new Ended("sandbox", sentenceOf(error));
    }
    const after = execution.ok ? "output-available" : "output-error";
    this.#change(place, { execution, durationMs: execution.durationMs });
    if (signal.aborted) {
      this.#change(place, { state: after });
      throw signal.reason;
    }
    const asked = this.#outflow.mode === "approve";
    if (asked) this.#change(place, { state: "approval-requested" });
    let outgoing: Outgoing;
    try {
      outgoing = await this.#approved(this.#outflow.execution(place + 1, code, execution));
    } catch (error) {
      this.#change(place, { state: after });
      throw error;
    }
    if (asked) this.#change(place, { state: "approval-responded" });
    this.#change(place, { state: outgoing.denied ? "output-denied" : after, ...sentOf(outgoing.text) });
    if (execution.status === "unavailable")
      throw new Ended("sandbox", execution.note ?? "There is no sandbox any more.");
    if (!execution.ok) this.#repair("The model's code failed");
    this.#spend(outgoing.bits ?? 0);
    await this.#outflow.moment(began, (ms) => pause(ms, signal));
    const text = this.#outflow.closed || outgoing.denied ? outgoing.text : asData(outgoing.text);
    const images = this.options.model.images ? outgoing.images : [];
    return { call: call.id, text, failed: !execution.ok, images };
  }

  #spend(bits: number): void {
    this.#bits += bits;
    this.#newBits += bits;
    if (this.#bits <= this.#limits.bits) return;
    throw new Ended(
      "bits",
      `By its choice of reports, code could have told the model more than ${this.#limits.bits} bits.`,
    );
  }

  /** What `outflow` gives, once the person has had their say. */
  async #approved(outgoing: Promise<Outgoing>): Promise<Outgoing> {
    const { signal } = this.#stop;
    return until(signal, outgoing).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : new Ended("approval", `Nothing was sent: ${sentenceOf(error)}`);
    });
  }

  #answer({ why, message }: Ended): Answer {
    for (const [at, { state }] of this.#steps.entries()) {
      if (state === "input-streaming" || state === "input-available") this.#change(at, { state: "output-error" });
    }
    const bits = this.#outflow.closed ? this.#bits : undefined;
    const { mode } = this.#outflow;
    const { prices } = this.options.model;
    const { estimated } = this.#tokens;
    const money = prices && { spent: this.#ledger.cost, currency: currencyOf(prices), estimated };
    const messages = [...this.#messages];
    const aggregates = [...this.#outflow.told];
    const conversation = {
      messages,
      files: this.#files,
      mode,
      to: this.options.model.to,
      bits: this.#bits,
      aggregates,
    };
    return {
      why,
      reason: message,
      text: this.#text,
      steps: [...this.#steps],
      ledger: this.#ledger,
      tokens: this.#tokens,
      money,
      bits,
      conversation,
    };
  }
}

const sentOf = (text: string): Pick<Step, "sent" | "sentBytes"> => ({
  sent: text,
  sentBytes: new TextEncoder().encode(text).byteLength,
});

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function endOf(error: unknown): Ended {
  if (error instanceof Ended) return error;
  if (error instanceof ModelError) return new Ended(error.trouble, error.message);
  return new Ended("broken", `The model failed: ${sentenceOf(error)}`);
}

/** Throws a TypeError where what was said so far must not be sent again. */
function checkFollowing({ mode, to }: Conversation, next: Mode, nextTo: string | null): void {
  if (MODES.indexOf(next) < MODES.indexOf(mode)) {
    throw new TypeError(`What was said so far was said under "${mode}"; under "${next}" begin a new conversation.`);
  }
  if (to !== nextTo && mode !== "schema") {
    throw new TypeError(
      `What was said so far went to ${to ?? "this page"}; with another model begin a new conversation.`,
    );
  }
}
