// Models that only write: no tools, at best JSON of a given shape. The browser's own, and whatever else runs in a page.

import type { Message, Model, Said, Turn } from "./model";
import { ModelError } from "./model";

/** A message as models that only write are given it. */
export interface PlainMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** What a model that only writes is asked with. */
export interface Writing {
  /** From the instructions to what is to be answered. */
  messages: readonly PlainMessage[];
  /** The JSON schema of an answer, for models that can be held to one. */
  schema: Readonly<Record<string, unknown>>;
  signal: AbortSignal;
}

export interface PlainModel {
  name: string;
  /** What people should know of it before they choose it. */
  note?: string;
  /** Writes an answer, at once or piece by piece. What isn't JSON of the schema counts as words, and code in them runs. */
  write(writing: Writing): AsyncIterable<string> | Promise<string>;
}

const SCHEMA = {
  type: "object",
  properties: {
    code: { type: "string", description: "Python to run; empty in an answer." },
    say: { type: "string", description: "What it does, or the answer." },
  },
  required: ["code", "say"],
  additionalProperties: false,
};

const HOW =
  'Instead of calling execute_python write JSON: {"code": "the Python to run", "say": "what it does"}. ' +
  'To answer, leave code empty: {"code": "", "say": "the answer"}.';

/** Characters of an answer at most. */
const ANSWER_CHARS = 200_000;

/** A model for `ask` out of one that only writes. It runs in this page: nothing leaves, and the ledger stays empty. */
export function plain({ name, note, write }: PlainModel): Model {
  return {
    name,
    to: null,
    ...(note === undefined ? {} : { note }),
    async *reply(turn: Turn, _send, signal): AsyncGenerator<Said> {
      const system = { role: "system" as const, content: `${turn.system}\n\n${HOW}` };
      const written = await whole(
        write({ messages: [system, ...turn.messages.flatMap(told)], schema: SCHEMA, signal }),
      );
      const { code, say } = readAnswer(written);
      if (say !== "") yield { type: "text", text: say };
      if (code !== "") {
        yield { type: "call", at: "0", id: `call_${turn.messages.length}`, name: "execute_python" };
        yield { type: "arguments", at: "0", text: JSON.stringify({ code }) };
      }
      yield { type: "end", why: "done" };
    },
  };
}

async function whole(written: AsyncIterable<string> | Promise<string>): Promise<string> {
  if (!(Symbol.asyncIterator in written)) return cut(await written);
  let text = "";
  for await (const piece of written) text = cut(text + piece);
  return text;
}

function cut(text: string): string {
  if (typeof text !== "string") throw new ModelError("broken", "The model gave something that is no text.");
  if (text.length > ANSWER_CHARS) throw new ModelError("broken", "The model's answer has no end.");
  return text;
}

/** Code and words of an answer. */
function readAnswer(text: string): { code: string; say: string } {
  // Who was not held to the schema may have wrapped it.
  const from = text.indexOf("{");
  const to = text.lastIndexOf("}");
  try {
    const value: unknown = JSON.parse(from >= 0 ? text.slice(from, to + 1) : "");
    if (typeof value === "object" && value !== null) {
      const { code, say } = value as Record<string, unknown>;
      if (typeof code === "string" || typeof say === "string")
        return { code: typeof code === "string" ? code.trim() : "", say: typeof say === "string" ? say : "" };
    }
  } catch {
    // Words then.
  }
  return { code: "", say: text };
}

/** A message in this form: a call is what the model would have written. */
function told(message: Message): PlainMessage[] {
  if (message.role === "user") return [{ role: "user", content: message.text }];
  if (message.role === "results")
    return message.results.map(({ text }) => ({ role: "user", content: `What became of your code:\n${text}` }));
  const [call] = message.calls;
  if (!call) return [{ role: "assistant", content: JSON.stringify({ code: "", say: message.text }) }];
  const { code } = readAnswer(call.arguments);
  return [{ role: "assistant", content: JSON.stringify({ code, say: message.text }) }];
}
