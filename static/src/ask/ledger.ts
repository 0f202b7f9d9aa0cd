// The ledger: every request as it was sent, byte for byte, with what it cost and to whom it went. Keys stand in headers,
// and no header stands here.

/** One request. */
export interface LedgerEntry {
  /** From 1. */
  readonly id: number;
  /** The step whose results it carried last; 0 for the question itself. */
  readonly step: number;
  /** When it was sent, ISO 8601. */
  readonly at: string;
  readonly method: string;
  /** Address without what stands behind "?". */
  readonly to: string;
  /** The body as it was sent, UTF-8. */
  readonly body: string;
  /** Length of the body in bytes. */
  readonly bytes: number;
  /** The status of the answer; "no answer" where there was none, "answered" where it can't be read, "open" until then. */
  readonly status: number | "open" | "answered" | "no answer";
  /** Bytes of the answer so far. */
  readonly received: number;
  /** Tokens as the model's server counted them; undefined where it said nothing. */
  readonly tokens: { readonly input?: number; readonly output?: number };
  /** What it cost by the model's `prices`, once its answer is over; from bytes by four where the server counted no tokens. */
  readonly cost?: number;
  /**
   * Bits at most that code could have put into its report by choosing among all the reports that there are
   * (outflow/report.ts). Undefined in modes that send what code shows.
   */
  readonly bits?: number;
}

type Open = { -readonly [K in keyof LedgerEntry]: LedgerEntry[K] };

/** The requests of one question, or of several that follow one another. */
export class Ledger {
  readonly #entries: Open[] = [];
  readonly #changed: (entry: LedgerEntry) => void;

  /** @internal */
  constructor(changed: (entry: LedgerEntry) => void = () => {}) {
    this.#changed = changed;
  }

  /** Copies of all entries, the oldest first. */
  get entries(): LedgerEntry[] {
    return this.#entries.map((entry) => ({ ...entry, tokens: { ...entry.tokens } }));
  }

  /** Bytes of all bodies. */
  get bytes(): number {
    return this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Money of all requests, where the model has prices. */
  get cost(): number {
    return this.#entries.reduce((sum, { cost = 0 }) => sum + cost, 0);
  }

  /** Everything, as JSON that can be saved. */
  toJSON(): { version: 1; bytes: number; entries: LedgerEntry[] } {
    return { version: 1, bytes: this.bytes, entries: this.entries };
  }

  /** The same as a file. */
  toBlob(): Blob {
    return new Blob([JSON.stringify(this, null, 2)], { type: "application/json" });
  }

  /** @internal Notes a request before it is sent; gives its number. */
  open(method: string, url: string, body: Uint8Array, about: { step: number; bits: number | undefined }): number {
    const entry: Open = {
      id: this.#entries.length + 1,
      step: about.step,
      at: new Date().toISOString(),
      method,
      to: url.split(/[?#]/, 1)[0] as string,
      body: new TextDecoder("utf-8", { ignoreBOM: true }).decode(body),
      bytes: body.byteLength,
      status: "open",
      received: 0,
      tokens: {},
      ...(about.bits === undefined ? {} : { bits: about.bits }),
    };
    this.#entries.push(entry);
    this.#changed({ ...entry });
    return entry.id;
  }

  /** @internal The answer has begun, or there will be none. */
  settle(id: number, status: LedgerEntry["status"]): void {
    this.#change(id, (entry) => {
      entry.status = status;
    });
  }

  /** @internal */
  received(id: number, bytes: number): void {
    const entry = this.#entries[id - 1];
    if (entry) entry.received = bytes;
  }

  /** @internal Tokens of the last request, as its server said, and what they cost. */
  used(tokens: { input?: number; output?: number }, cost?: number): void {
    this.#change(this.#entries.length, (entry) => {
      entry.tokens = { ...entry.tokens, ...tokens };
      if (cost !== undefined) entry.cost = cost;
    });
  }

  #change(id: number, change: (entry: Open) => void): void {
    const entry = this.#entries[id - 1];
    if (!entry) return;
    change(entry);
    this.#changed({ ...entry });
  }
}
