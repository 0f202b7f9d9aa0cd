// Server-sent events out of bytes, wherever those are cut: within a character, a line's end, a field's name.

import { ModelError, type ServerEvent } from "../model";

/** The longest event, in characters; a stream without line ends is none. */
const EVENT_CHARS = 1_000_000;

/** The events of a stream. An event that isn't closed by an empty line is none, as the standard has it. */
export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const lines = new Lines();
  const fields = new Fields();
  for await (const chunk of chunks) {
    for (const line of lines.add(decoder.decode(chunk, { stream: true }))) {
      const event = fields.add(line);
      if (event) yield event;
    }
  }
}

/** Lines out of pieces of text; they end with CR, LF, or both. */
class Lines {
  /** The pieces of a line that has not ended. */
  #open: string[] = [];
  #chars = 0;
  /** The last piece ended with CR: an LF that comes belongs to it. */
  #afterCr = false;

  *add(text: string): Generator<string> {
    let from = 0;
    if (this.#afterCr && text.length > 0) {
      if (text.startsWith("\n")) from = 1;
      this.#afterCr = false;
    }
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      yield this.#close(text.slice(from, at));
      if (code === 13 && at + 1 === text.length) this.#afterCr = true;
      if (code === 13 && text.charCodeAt(at + 1) === 10) at++;
      from = at + 1;
    }
    if (from >= text.length) return;
    this.#open.push(text.slice(from));
    this.#chars += text.length - from;
    if (this.#chars > EVENT_CHARS) throw new ModelError("broken", "The model's server sends lines without an end.");
  }

  #close(last: string): string {
    const line = this.#open.length ? this.#open.join("") + last : last;
    this.#open = [];
    this.#chars = 0;
    return line;
  }
}

/** Events out of lines. */
class Fields {
  #event = "";
  #data: string[] = [];
  #chars = 0;

  /** The event that this line closes. */
  add(line: string): ServerEvent | undefined {
    if (line === "") return this.#close();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "event") this.#event = value;
    if (field === "data") {
      this.#data.push(value);
      this.#chars += value.length;
      if (this.#chars > EVENT_CHARS) throw new ModelError("broken", "The model's server sends events without an end.");
    }
    return undefined;
  }

  #close(): ServerEvent | undefined {
    const [event, data] = [this.#event || "message", this.#data];
    this.#event = "";
    this.#data = [];
    this.#chars = 0;
    return data.length ? { event, data: data.join("\n") } : undefined;
  }
}
