// Offers the sandbox to the browser's own agent (WebMCP: `document.modelContext`), behind the same outflow as any model.

import type { Execution, FileData } from "../host/index";
import type { AskSandbox } from "./ask";
import { pause, until } from "./ending";
import { Ledger, type LedgerEntry } from "./ledger";
import { checkedLimits } from "./limits";
import type { ToolDefinition } from "./models/model";
import { type Mode, Outflow, type OutflowOptions, type Outgoing } from "./outflow/outflow";
import { asData, instructions, toolsOf } from "./prompt";
import { probe } from "./schema/probe";
import { type Step, tell } from "./steps";

/** What of the browser's `document.modelContext` is used here. */
export interface ModelContext {
  registerTool(
    tool: {
      name: string;
      description: string;
      inputSchema: object;
      execute(input: object, options?: { signal?: AbortSignal }): Promise<object>;
      annotations?: { readOnlyHint?: boolean; untrustedContentHint?: boolean };
    },
    options?: { signal?: AbortSignal },
  ): Promise<void> | void;
}

export interface AgentOptions {
  /** What may leave (default "schema"). */
  outflow?: Mode | OutflowOptions;
  /** The person's files, as for `ask`. */
  files?: Readonly<Record<string, FileData>>;
  /** Bits that reports may carry, in all (default 192). */
  limits?: { bits?: number };
  /** Takes the tools back. */
  signal?: AbortSignal;
  onStep?(step: Step): void;
  /** An answer goes to the agent. */
  onRequest?(entry: LedgerEntry): void;
  /** The browser's `document.modelContext`, if not that of this document. */
  context?: ModelContext;
}

/** What was offered. */
export interface Offer {
  /** Whether this browser has an agent to offer anything to. */
  readonly offered: boolean;
  /** Where nothing was offered, why. */
  readonly reason: string;
  /** All that the agent was told. */
  readonly ledger: Ledger;
}

/** Where answers go, as the ledger has it. */
const TO = "this browser's agent";

/** Milliseconds that a sandbox has to say what became of code that was stopped. */
const GRACE_MS = 2_000;

/** The browser's context, where it has one. */
const contextHere = (): ModelContext | undefined => {
  const { modelContext } = (typeof document === "undefined" ? {} : document) as { modelContext?: ModelContext };
  return typeof modelContext?.registerTool === "function" ? modelContext : undefined;
};

/**
 * Offers `execute_python` (and in the mode "aggregates", `aggregate`) to the browser's agent. Rejects with a TypeError or
 * RangeError for options that can't be, and as the sandbox does where it doesn't take the files.
 */
export async function offerToAgent(sandbox: AskSandbox, options: AgentOptions = {}): Promise<Offer> {
  const { context = contextHere(), outflow = "schema", files = {}, signal, onRequest } = options;
  const agent = new Agent(sandbox, options, new Outflow(typeof outflow === "string" ? { mode: outflow } : outflow));
  const ledger = new Ledger((entry) => tell(onRequest, entry));
  if (!context) return { offered: false, reason: "This browser offers no pages' tools to an agent (WebMCP).", ledger };
  const about = await agent.open(files, ledger);
  try {
    for (const tool of agent.tools) {
      await context.registerTool(
        {
          name: tool.name,
          description: tool.name === "execute_python" ? `${tool.description}\n\n${about}` : tool.description,
          inputSchema: tool.parameters,
          // A rejection would tell the agent nothing: each answer is an object, failures too.
          execute: (input, { signal: stop } = {}) => agent.call(tool.name, input, stop),
          annotations: { readOnlyHint: false, untrustedContentHint: true },
        },
        signal ? { signal } : {},
      );
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { offered: false, reason: `The browser took no tool: ${why}`, ledger };
  }
  return { offered: true, reason: "", ledger };
}

/** Answers calls, one after the other. */
class Agent {
  readonly #steps: Step[] = [];
  readonly #most: number;
  #files: Awaited<ReturnType<typeof probe>>[] = [];
  #ledger = new Ledger();
  #bits = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly sandbox: AskSandbox,
    readonly options: AgentOptions,
    readonly outflow: Outflow,
  ) {
    this.#most = checkedLimits({ bits: options.limits?.bits ?? 192 }).bits;
  }

  get tools(): readonly ToolDefinition[] {
    return toolsOf(this.outflow.mode);
  }

  /** Puts files in place; gives what the agent is told beforehand. */
  async open(files: Readonly<Record<string, FileData>>, ledger: Ledger): Promise<string> {
    this.#ledger = ledger;
    const { outflow } = this.options;
    const headers = typeof outflow === "object" ? outflow.headers : undefined;
    const given = Object.entries(files);
    // Before any code has run: nothing can have changed them.
    this.#files = await Promise.all(given.map(([path, data]) => probe(path, data, headers?.[path])));
    for (const [path, data] of given) await this.sandbox.files.write(path, data);
    const policy = await Promise.resolve(this.sandbox.policy).catch(() => undefined);
    // Nobody has asked for anything yet: a person who approves each text isn't asked for one that may go nowhere.
    const { text } = this.outflow.mode === "approve" ? { text: "" } : await this.outflow.files(this.#files);
    const told = instructions(this.outflow.mode, Object.keys(policy?.packages ?? {}));
    const about = text === "" ? told : `${told}\n\nThe files:\n${asData(text)}`;
    this.#note(0, about, 0);
    return about;
  }

  /** One call; never rejects. */
  call(tool: string, input: object, stop: AbortSignal | undefined): Promise<object> {
    const answered = this.#turn.then(() => this.#answer(tool, input, stop ?? new AbortController().signal));
    this.#turn = answered;
    return answered;
  }

  async #answer(tool: string, input: unknown, stop: AbortSignal): Promise<object> {
    const place = this.#steps.length;
    let outgoing: Outgoing & { failed: boolean; data: boolean };
    try {
      stop.throwIfAborted();
      this.options.signal?.throwIfAborted();
      const given = (typeof input === "object" && input !== null ? input : {}) as Readonly<Record<string, unknown>>;
      outgoing = tool === "aggregate" ? await this.#aggregate(place, given) : await this.#run(place, given, stop);
    } catch (error) {
      if (this.#steps[place]) this.#change(place, { state: "output-error" });
      // Of what else went wrong nothing is told but that it did: its words may be the data's.
      const ended = stop.aborted || this.options.signal?.aborted;
      const text = ended ? "It was stopped." : error instanceof Refusal ? error.message : "It could not be run.";
      outgoing = { text, images: [], bits: 0, failed: true, data: false };
    }
    this.#note(place + 1, outgoing.text, outgoing.bits);
    const text = outgoing.data ? asData(outgoing.text) : outgoing.text;
    return { content: [{ type: "text", text }], ...(outgoing.failed ? { isError: true } : {}) };
  }

  async #run(place: number, { code, title }: Readonly<Record<string, unknown>>, stop: AbortSignal) {
    if (typeof code !== "string" || code.trim() === "" || code.length > 200_000)
      throw new Refusal("code must be Python, as a string that isn't empty, of at most 200,000 characters.");
    if (this.#bits > this.#most) throw this.#spent();
    const step: Step = {
      id: place + 1,
      state: "input-available",
      tool: "execute_python",
      title: typeof title === "string" ? title.slice(0, 200) : "",
      code,
      sentBytes: 0,
      durationMs: 0,
    };
    this.#change(place, step);
    const began = performance.now();
    const execution: Execution = await until(stop, this.sandbox.execute(code, { signal: stop }), GRACE_MS);
    this.#change(place, { execution, durationMs: execution.durationMs });
    if (this.outflow.mode === "approve") this.#change(place, { state: "approval-requested" });
    const outgoing = await until(stop, this.outflow.execution(place + 1, code, execution));
    this.#bits += outgoing.bits ?? 0;
    if (this.#bits > this.#most) throw this.#spent();
    await this.outflow.moment(began, (ms) => pause(ms, stop));
    const after = execution.ok ? ("output-available" as const) : ("output-error" as const);
    const sentBytes = new TextEncoder().encode(outgoing.text).byteLength;
    this.#change(place, { state: outgoing.denied ? "output-denied" : after, sent: outgoing.text, sentBytes });
    return { ...outgoing, failed: !execution.ok, data: !this.outflow.closed && !outgoing.denied };
  }

  #spent(): Refusal {
    return new Refusal(`Reports could have told more than ${this.#most} bits: no more is run.`);
  }

  async #aggregate(place: number, given: Readonly<Record<string, unknown>>) {
    const { outgoing, failed } = await this.outflow.aggregate(this.#files, given);
    const state = failed ? "output-error" : "output-available";
    const [code, sentBytes] = [JSON.stringify(given), new TextEncoder().encode(outgoing.text).byteLength];
    this.#change(place, {
      id: place + 1,
      state,
      tool: "aggregate",
      title: "",
      code,
      sent: outgoing.text,
      sentBytes,
      durationMs: 0,
    });
    return { ...outgoing, failed, data: !failed };
  }

  #change(at: number, change: Partial<Step>): void {
    const step = { ...this.#steps[at], ...change } as Step;
    this.#steps[at] = step;
    tell(this.options.onStep, { ...step });
  }

  #note(step: number, text: string, bits: number | undefined): void {
    const entry = this.#ledger.open("WebMCP", TO, new TextEncoder().encode(text), { step, bits });
    this.#ledger.settle(entry, "answered");
  }
}

/** A sentence for the agent, of ours. */
class Refusal extends Error {}
