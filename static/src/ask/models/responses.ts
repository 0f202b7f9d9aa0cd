// OpenAI's Responses. Nothing is kept at the server: each request says everything, so that the ledger has everything.

import { address, authorization, type Endpoint, shown, used } from "./chat";
import type { Message, Model, Said, Send, ServerEvent, Turn } from "./model";
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
      for await (const event of sent) {
        if (event.data === "[DONE]") return;
        yield* read(event, objectIn(event));
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

function* read({ event }: ServerEvent, said: Fields): Generator<Said> {
  const type = textOf(said.type) || event;
  const at = String(said.output_index ?? said.item_id ?? "");
  if (type === "response.output_text.delta") yield { type: "text", text: textOf(said.delta) };
  if (type === "response.refusal.delta") yield { type: "refusal", text: textOf(said.delta) };
  if (type === "response.output_item.added") {
    const item = fieldsOf(said.item);
    if (item.type !== "function_call") return;
    yield { type: "call", at, id: textOf(item.call_id) || `call_${at}`, name: textOf(item.name) };
  }
  if (type === "response.function_call_arguments.delta") yield { type: "arguments", at, text: textOf(said.delta) };
  if (type === "error") throw errorIn(said.error ? said : { error: said });
  if (type === "response.failed") throw errorIn(fieldsOf(said.response));
  if (type === "response.completed" || type === "response.incomplete") {
    const response = fieldsOf(said.response);
    const usage = fieldsOf(response.usage);
    yield used(tokensOf(usage.input_tokens), tokensOf(usage.output_tokens));
    const cut = textOf(fieldsOf(response.incomplete_details).reason);
    const why = cut === "content_filter" ? "refused" : type === "response.incomplete" ? "length" : "done";
    yield { type: "end", why };
  }
}
