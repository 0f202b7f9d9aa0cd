// OpenAI's Responses. Nothing is kept at the server: each request says everything, so that the ledger has everything.

import { address, authorization, type Endpoint, shown, used } from "./chat";
import { type Message, type Model, ModelError, type Said, type Send, type ServerEvent, type Turn } from "./model";
import { checkedPrices } from "./prices";
import { errorIn, type Fields, fieldsOf, objectIn, textOf, tokensOf } from "./wire/reading";

/** A model behind Responses. Throws a TypeError for an address that can't be. */
export function responses({ base, model, key, images = false, headers, prices }: Endpoint): Model {
  const url = address(base, "/responses");
  return {
    name: model,
    to: shown(url),
    images,
    ...checkedPrices(prices),
    async *reply(turn: Turn, send: Send): AsyncGenerator<Said> {
      const body = {
        model,
        instructions: turn.system,
        input: turn.messages.flatMap(told),
        tools: turn.tools.map((tool) => ({ type: "function", ...tool, strict: false })),
        stream: true,
        store: false,
      };
      const sent = send({ url, headers: { ...authorization(key), ...headers }, body });
      const reader = new ResponsesReader();
      for await (const event of sent) {
        if (event.data === "[DONE]") return;
        yield* reader.read(event, objectIn(event));
      }
    },
  };
}

/** A message in this form. */
function told(message: Message): unknown[] {
  if (message.role === "user") return [{ role: "user", content: message.text }];
  if (message.role === "assistant") {
    const text = message.text ? [{ role: "assistant", content: message.text }] : [];
    // Without the items' own ids: what the server does not keep it can't be reminded of.
    const calls = message.calls.map(({ id, name, arguments: given }) => ({
      type: "function_call",
      call_id: id,
      name,
      arguments: given,
    }));
    return [...text, ...calls];
  }
  return message.results.map(({ call, text, images }) => ({
    type: "function_call_output",
    call_id: call,
    output: images.length
      ? [
          { type: "input_text", text },
          ...images.map((png) => ({ type: "input_image", image_url: `data:image/png;base64,${png}` })),
        ]
      : text,
  }));
}

/** A call as it is being written. */
interface Writing {
  begun: boolean;
  /** Its arguments as far as they have come. */
  text: string;
}

/** Reads the events of one answer. What comes in pieces comes once more as a whole, and some servers send the whole alone. */
class ResponsesReader {
  readonly #calls = new Map<string, Writing>();
  /** Parts of which pieces came. */
  readonly #heard = new Set<string>();

  *read({ event }: ServerEvent, said: Fields): Generator<Said> {
    const type = textOf(said.type) || event;
    const item = fieldsOf(said.item);
    const at = String(said.output_index ?? said.item_id ?? item.id ?? "");
    const part = `${at} ${String(said.content_index ?? 0)}`;
    switch (type) {
      case "response.output_text.delta":
      case "response.refusal.delta":
        this.#heard.add(part);
        yield { type: type.includes("refusal") ? "refusal" : "text", text: textOf(said.delta) };
        return;
      case "response.output_text.done":
        if (!this.#heard.has(part)) yield { type: "text", text: textOf(said.text) };
        return;
      case "response.refusal.done":
        if (!this.#heard.has(part)) yield { type: "refusal", text: textOf(said.refusal) };
        return;
      case "response.output_item.added":
        if (item.type === "function_call" && textOf(item.name) !== "") yield* this.#begin(at, item);
        return;
      case "response.function_call_arguments.delta":
        yield* this.#more(at, textOf(said.delta));
        return;
      case "response.function_call_arguments.done":
        yield* this.#rest(at, textOf(said.arguments));
        return;
      case "response.output_item.done":
        if (item.type !== "function_call") return;
        yield* this.#begin(at, item);
        yield* this.#rest(at, textOf(item.arguments));
        return;
      case "error":
        throw errorIn(said.error ? said : { error: said });
      case "response.failed":
        throw errorIn(fieldsOf(said.response));
      case "response.completed":
      case "response.incomplete":
        yield* this.#end(fieldsOf(said.response), type === "response.incomplete");
    }
  }

  *#begin(at: string, item: Fields): Generator<Said> {
    const call = this.#call(at);
    if (call.begun) return;
    call.begun = true;
    yield { type: "call", at, id: textOf(item.call_id) || `call_${at}`, name: textOf(item.name) };
    if (call.text) yield { type: "arguments", at, text: call.text };
  }

  *#more(at: string, text: string): Generator<Said> {
    const call = this.#call(at);
    call.text += text;
    if (call.begun && text) yield { type: "arguments", at, text };
  }

  /** What of the whole has not come in pieces. */
  *#rest(at: string, whole: string): Generator<Said> {
    const { text } = this.#call(at);
    if (whole.length > text.length && whole.startsWith(text)) yield* this.#more(at, whole.slice(text.length));
  }

  #call(at: string): Writing {
    const call = this.#calls.get(at) ?? { begun: false, text: "" };
    this.#calls.set(at, call);
    return call;
  }

  *#end(response: Fields, incomplete: boolean): Generator<Said> {
    if ([...this.#calls.values()].some(({ begun }) => !begun))
      throw new ModelError("broken", "The model's server sent a part of a call that never began.", 0);
    const usage = fieldsOf(response.usage);
    yield used(tokensOf(usage.input_tokens), tokensOf(usage.output_tokens));
    const cut = textOf(fieldsOf(response.incomplete_details).reason);
    yield { type: "end", why: cut === "content_filter" ? "refused" : incomplete ? "length" : "done" };
  }
}
