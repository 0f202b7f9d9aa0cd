// Listens to one answer of a model, from its first word to its end, and sees to it that it has one.

import { type Call, ModelError, type Said } from "./models/model";
import { ARGUMENT_CHARS, Written } from "./written";

/** Characters of a whole answer, and calls in it, at most. */
const ANSWER_CHARS = 400_000;
const CALLS = 8;

/** A model's answer, complete. */
export interface Reply {
  text: string;
  calls: readonly Call[];
  refusal: string;
  why: "done" | "length" | "refused";
  tokens: { input?: number; output?: number };
}

/** What is heard while it is written. */
export interface Hearing {
  text(piece: string): void;
  /** A call has begun (`code` is empty then), or there is more of its code. */
  call(at: number, name: string, code: string): void;
}

/** Hears an answer out. Throws a `ModelError` for one that breaks off or has no end. */
export async function listen(said: AsyncIterable<Said>, hear: Hearing): Promise<Reply> {
  const text: string[] = [];
  const refusal: string[] = [];
  const calls = new Map<string, { id: string; name: string; at: number; written: Written }>();
  let tokens: Reply["tokens"] = {};
  let why: Reply["why"] | undefined;
  let chars = 0;
  for await (const one of said) {
    if (one.type === "text" || one.type === "arguments" || one.type === "refusal") chars += one.text.length;
    if (chars > ANSWER_CHARS) throw new ModelError("broken", "The model's answer has no end.");
    if (one.type === "text") {
      text.push(one.text);
      hear.text(one.text);
    } else if (one.type === "refusal") {
      refusal.push(one.text);
    } else if (one.type === "call") {
      if (calls.size >= CALLS)
        throw new ModelError("rejected", `The model asked for more than ${CALLS} things at once.`);
      const name = one.name.slice(0, 100);
      calls.set(one.at, { id: one.id.slice(0, 200), name, at: calls.size, written: new Written() });
      hear.call(calls.size - 1, name, "");
    } else if (one.type === "arguments") {
      const call = calls.get(one.at);
      if (!call) throw new ModelError("broken", "The model's server sent a part of a call that never began.", 0);
      const fits = call.written.text.length + one.text.length <= ARGUMENT_CHARS + 1;
      if (fits && call.written.add(one.text)) hear.call(call.at, call.name, call.written.code);
    } else if (one.type === "usage") {
      tokens = { ...tokens, ...count(one) };
    } else {
      why = one.why;
    }
  }
  if (why === undefined) throw new ModelError("broken", "The model's answer broke off.", 0);
  const made = [...calls.values()].map(({ id, name, written }) => ({ id, name, arguments: written.text }));
  return { text: text.join(""), calls: distinct(made), refusal: refusal.join(""), why, tokens };
}

const count = ({ input, output }: { input?: number; output?: number }): Reply["tokens"] => ({
  ...(input === undefined ? {} : { input }),
  ...(output === undefined ? {} : { output }),
});

/** Calls with ids of their own: some servers give two calls the same one, or none. */
function distinct(calls: readonly Call[]): Call[] {
  const seen = new Set<string>();
  return calls.map((call, at) => {
    const id = call.id === "" || seen.has(call.id) ? `${call.id || "call"}_${at}` : call.id;
    seen.add(id);
    return { ...call, id };
  });
}
