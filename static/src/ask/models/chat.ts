// Chat Completions: the form of OpenAI, of OpenRouter, and of most local servers.

import { type Message, type Model, ModelError, type Said, type Send, type Turn } from "./model";
import { checkedPrices, type Prices } from "./prices";
import type { Posted } from "./wire/posting";
import { errorIn, type Fields, fieldsOf, isFields, listOf, objectIn, textOf, tokensOf } from "./wire/reading";

/** Where a model is and what it is asked with. */
export interface Endpoint {
  /** The server's address up to what its form adds, as "https://api.example/v1". */
  base: string | URL;
  /** The model's name there. */
  model: string;
  /** Goes into one header and nowhere else. */
  key?: string;
  /** Whether figures may be sent to it (default false; in the mode "everything" alone). */
  images?: boolean;
  /** What it costs: for the ledger, and for the limit `money`. */
  prices?: Prices;
  /** Further headers that its server needs. */
  headers?: Readonly<Record<string, string>>;
}

/** The address of an endpoint with a path behind it. Throws a TypeError for what is none. */
export function address(base: string | URL, path: string): string {
  let url: URL;
  try {
    url = new URL(String(base));
  } catch {
    throw new TypeError(`base must be the address of the model's server, as "https://api.example/v1", not "${base}".`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new TypeError(`base must be http(s), not "${base}".`);
  if (url.username || url.password)
    throw new TypeError("base must not carry a name and a password: give the key as key.");
  url.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
  return url.href;
}

/** Address without what may be secret in it. */
export const shown = (url: string): string => url.split(/[?#]/, 1)[0] as string;

export const authorization = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** A model behind Chat Completions. Throws a TypeError for an address that can't be. */
export function chat(endpoint: Endpoint, explain?: Posted["explain"]): Model {
  const url = address(endpoint.base, "/chat/completions");
  const { model, key, images = false, headers } = endpoint;
  return {
    name: model,
    to: shown(url),
    images,
    ...checkedPrices(endpoint.prices),
    async *reply(turn: Turn, send: Send): AsyncGenerator<Said> {
      const body = {
        model,
        messages: [{ role: "system", content: turn.system }, ...turn.messages.flatMap(told)],
        tools: turn.tools.map((tool) => ({ type: "function", function: tool })),
        stream: true,
        stream_options: { include_usage: true },
      };
      const reader = new ChatReader();
      const sent = send({ url, headers: { ...authorization(key), ...headers }, body, ...(explain && { explain }) });
      for await (const event of sent) {
        if (event.data === "[DONE]") return;
        yield* reader.read(objectIn(event));
      }
    },
  };
}

/** A message in this form. */
function told(message: Message): unknown[] {
  if (message.role === "user") return [{ role: "user", content: message.text }];
  if (message.role === "assistant") {
    const calls = message.calls.map(({ id, name, arguments: text }) => ({
      id,
      type: "function",
      function: { name, arguments: text },
    }));
    return [{ role: "assistant", content: message.text || null, ...(calls.length ? { tool_calls: calls } : {}) }];
  }
  const results = message.results.map(({ call, text }) => ({ role: "tool", tool_call_id: call, content: text }));
  // A tool's message has no room for pictures here; they come as the next message.
  const pictures = message.results.flatMap(({ images }) => images);
  if (!pictures.length) return results;
  const content = pictures.map((png) => ({ type: "image_url", image_url: { url: `data:image/png;base64,${png}` } }));
  return [...results, { role: "user", content: [{ type: "text", text: "The figures of these results:" }, ...content] }];
}

/** Calls of one answer that are followed; more are the loop's to refuse. */
const CALLS = 64;

/** A call as it is being written. */
interface Writing {
  readonly at: string;
  /** The number that the server gives it; some give all of them the same one, or none. */
  readonly index: number | undefined;
  /** The server's own id; "" until it has given one. */
  id: string;
  name: string;
  /** Arguments that came before the name. */
  early: string;
  readonly braces: Braces;
}

/** Reads the chunks of one answer. */
class ChatReader {
  readonly #calls: Writing[] = [];

  *read(chunk: Fields): Generator<Said> {
    if (chunk.error) throw errorIn(chunk);
    const choice = fieldsOf(listOf(chunk.choices)[0]);
    const delta = fieldsOf(choice.delta);
    if (textOf(delta.content)) yield { type: "text", text: textOf(delta.content) };
    if (textOf(delta.refusal)) yield { type: "refusal", text: textOf(delta.refusal) };
    for (const piece of listOf(delta.tool_calls)) yield* this.#call(fieldsOf(piece));
    const usage = fieldsOf(chunk.usage);
    const [input, output] = [tokensOf(usage.prompt_tokens), tokensOf(usage.completion_tokens)];
    if (input !== undefined || output !== undefined) yield used(input, output);
    const ended = textOf(choice.finish_reason);
    if (!ended) return;
    // Who never got a name is told to the model as a tool that there is not.
    for (const call of this.#calls) if (call.name === "") yield* begun(call);
    yield { type: "end", why: WHY[ended] ?? "done" };
  }

  *#call(piece: Fields): Generator<Said> {
    const made = fieldsOf(piece.function);
    const [id, name, text] = [textOf(piece.id), textOf(made.name), argumentsIn(made.arguments)];
    const index = typeof piece.index === "number" ? piece.index : undefined;
    const call = this.#find(index, id, name, text) ?? this.#open(index);
    call.id ||= id;
    call.braces.add(text);
    if (call.name !== "") {
      if (text) yield { type: "arguments", at: call.at, text };
      return;
    }
    call.name = name;
    call.early += text;
    if (name !== "") yield* begun(call);
  }

  #open(index: number | undefined): Writing {
    const call = { at: `call ${this.#calls.length}`, index, id: "", name: "", early: "", braces: new Braces() };
    if (this.#calls.push(call) > CALLS)
      throw new ModelError("rejected", "The model asked for too many things at once.");
    return call;
  }

  /** The call that a piece goes on with; undefined where it begins another. */
  #find(index: number | undefined, id: string, name: string, text: string): Writing | undefined {
    const [calls, numbered] = [this.#calls, index !== undefined];
    const known = !numbered && id !== "" ? calls.find((call) => call.id === id) : undefined;
    const last = known ?? calls.findLast((call) => !numbered || call.index === index);
    if (!last || (id !== "" && last.id !== "" && id !== last.id)) return undefined;
    // Whoever has written all of its arguments goes on with none: a name and arguments are another call's.
    return name !== "" && last.name !== "" && last.braces.closed && text.trim() !== "" ? undefined : last;
  }
}

function* begun({ at, id, name, early }: Writing): Generator<Said> {
  yield { type: "call", at, id: id || at.replace(" ", "_"), name };
  if (early) yield { type: "arguments", at, text: early };
}

/** Arguments as text; some servers send the object itself. */
function argumentsIn(given: unknown): string {
  return isFields(given) && Object.keys(given).length > 0 ? JSON.stringify(given) : textOf(given);
}

/** Follows the braces of JSON that comes in pieces. */
class Braces {
  #depth = 0;
  #string = false;
  #escaped = false;
  /** Its object is there to the end. */
  closed = false;

  add(text: string): void {
    for (const char of text) {
      if (this.#escaped) this.#escaped = false;
      else if (char === "\\" && this.#string) this.#escaped = true;
      else if (char === '"') this.#string = !this.#string;
      else if (this.#string) continue;
      else if (char === "{") this.#depth++;
      else if (char === "}" && --this.#depth === 0) this.closed = true;
    }
  }
}

const WHY: Readonly<Record<string, "done" | "length" | "refused">> = { length: "length", content_filter: "refused" };

/** Tokens, without those that weren't said. */
export const used = (input: number | undefined, output: number | undefined): Said => ({
  type: "usage",
  ...(input === undefined ? {} : { input }),
  ...(output === undefined ? {} : { output }),
});
