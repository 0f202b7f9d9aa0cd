// Chat Completions: the form of OpenAI, of OpenRouter, and of most local servers.

import type { Message, Model, Said, Send, Turn } from "./model";
import { checkedPrices, type Prices } from "./prices";
import type { Posted } from "./wire/posting";
import { errorIn, type Fields, fieldsOf, listOf, objectIn, textOf, tokensOf } from "./wire/reading";

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

/** Reads the chunks of one answer. */
class ChatReader {
  /** Calls by the number that the server gives them; some give all of them the same one. */
  readonly #open = new Map<number, { at: string; id: string }>();
  #calls = 0;

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
    if (ended) yield { type: "end", why: WHY[ended] ?? "done" };
  }

  *#call(piece: Fields): Generator<Said> {
    const made = fieldsOf(piece.function);
    const number = typeof piece.index === "number" ? piece.index : 0;
    const id = textOf(piece.id);
    let open = this.#open.get(number);
    if (!open || (id !== "" && id !== open.id)) {
      open = { at: `call ${this.#calls}`, id: id || `call_${this.#calls}` };
      this.#calls++;
      this.#open.set(number, open);
      yield { type: "call", ...open, name: textOf(made.name) };
    }
    if (textOf(made.arguments)) yield { type: "arguments", at: open.at, text: textOf(made.arguments) };
  }
}

const WHY: Readonly<Record<string, "done" | "length" | "refused">> = { length: "length", content_filter: "refused" };

/** Tokens, without those that weren't said. */
export const used = (input: number | undefined, output: number | undefined): Said => ({
  type: "usage",
  ...(input === undefined ? {} : { input }),
  ...(output === undefined ? {} : { output }),
});
