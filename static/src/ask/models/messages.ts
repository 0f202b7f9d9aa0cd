// Anthropic's Messages, straight from a page: its servers want one header that says that this is meant.

import { address, type Endpoint, shown, used } from "./chat";
import type { Message, Model, Said, Send, Turn } from "./model";
import { checkedPrices } from "./prices";
import { errorIn, type Fields, fieldsOf, isFields, objectIn, textOf, tokensOf } from "./wire/reading";

export interface MessagesEndpoint extends Endpoint {
  /** Tokens of one answer at most (default 8,192). */
  maxTokens?: number;
}

/** A model behind Messages; `base` is the address before "/v1". Throws a TypeError for an address that can't be. */
export function messages(endpoint: MessagesEndpoint): Model {
  const { base, model, key, images = false, headers, prices, maxTokens = 8_192 } = endpoint;
  const url = address(base, "/v1/messages");
  return {
    name: model,
    to: shown(url),
    images,
    ...checkedPrices(prices),
    async *reply(turn: Turn, send: Send): AsyncGenerator<Said> {
      const body = {
        model,
        max_tokens: maxTokens,
        system: turn.system,
        messages: turn.messages.map(told),
        tools: turn.tools.map(({ name, description, parameters }) => ({ name, description, input_schema: parameters })),
        stream: true,
      };
      const needed = {
        ...(key === undefined ? {} : { "x-api-key": key }),
        "anthropic-version": "2023-06-01",
        "anthropic-dangerous-direct-browser-access": "true",
      };
      const reader = new MessagesReader();
      for await (const event of send({ url, headers: { ...needed, ...headers }, body })) {
        yield* reader.read(objectIn(event));
        if (reader.over) return;
      }
    },
  };
}

/** A message in this form; results are the user's, and a text that is empty is no block. */
function told(message: Message): unknown {
  if (message.role === "user") return { role: "user", content: message.text };
  if (message.role === "assistant") {
    const text = message.text ? [{ type: "text", text: message.text }] : [];
    const calls = message.calls.map(({ id, name, arguments: given }) => ({
      type: "tool_use",
      id,
      name,
      input: inputOf(given),
    }));
    return { role: "assistant", content: [...text, ...calls] };
  }
  const content = message.results.map(({ call, text, failed, images }) => ({
    type: "tool_result",
    tool_use_id: call,
    content: [
      { type: "text", text },
      ...images.map((data) => ({ type: "image", source: { type: "base64", media_type: "image/png", data } })),
    ],
    ...(failed ? { is_error: true } : {}),
  }));
  return { role: "user", content };
}

/** Arguments as an object; of those that aren't one, none. */
function inputOf(given: string): Fields {
  try {
    const value: unknown = JSON.parse(given);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

/** Reads the events of one answer. */
class MessagesReader {
  over = false;
  /** Arguments that came with the beginning of their call, and are the call's if no pieces come. */
  readonly #given = new Map<string, string>();
  #why: "done" | "length" | "refused" = "done";

  *read(said: Fields): Generator<Said> {
    const at = String(said.index ?? "");
    const usage = fieldsOf(said.usage ?? fieldsOf(said.message).usage);
    const [input, output] = [tokensOf(usage.input_tokens), tokensOf(usage.output_tokens)];
    if (input !== undefined || output !== undefined) yield used(input, output);
    switch (said.type) {
      case "content_block_start": {
        const block = fieldsOf(said.content_block);
        if (block.type === "tool_use") {
          const input = fieldsOf(block.input);
          if (Object.keys(input).length > 0) this.#given.set(at, JSON.stringify(input));
          yield { type: "call", at, id: textOf(block.id), name: textOf(block.name) };
        }
        if (block.type === "text" && textOf(block.text)) yield { type: "text", text: textOf(block.text) };
        return;
      }
      case "content_block_delta": {
        const delta = fieldsOf(said.delta);
        if (delta.type === "text_delta") yield { type: "text", text: textOf(delta.text) };
        if (delta.type === "input_json_delta") {
          this.#given.delete(at);
          yield { type: "arguments", at, text: textOf(delta.partial_json) };
        }
        return;
      }
      case "content_block_stop": {
        const text = this.#given.get(at);
        if (text !== undefined) yield { type: "arguments", at, text };
        return;
      }
      case "message_delta": {
        const why = textOf(fieldsOf(said.delta).stop_reason);
        if (why === "max_tokens" || why === "model_context_window_exceeded") this.#why = "length";
        if (why === "refusal") this.#why = "refused";
        return;
      }
      case "message_stop":
        this.over = true;
        yield { type: "end", why: this.#why };
        return;
      case "error":
        throw errorIn(said);
    }
  }
}
