// The scripted model as a server: it writes honest code for each question, now and then errs first, and answers with what
// its code printed. Nothing in it knows a truth.

import type { Script } from "../unit/ask/servers";
import { following, type Move, modelServer } from "../unit/ask/servers";
import { QUESTIONS } from "./questions";

type Told = { role: string; content: unknown };

/** What the model does next, by all that was said. */
function next(messages: readonly Told[]): Move {
  const asked = messages.find(({ role }) => role === "user")?.content;
  const question = QUESTIONS.find((one) => typeof asked === "string" && asked.startsWith(one.question));
  if (!question) return { say: "I was asked something else." };
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => String(content));
  const tries = question.slip === undefined ? [question.code] : [question.slip, question.code];
  const code = tries[results.length];
  if (code !== undefined) return { calls: [{ arguments: JSON.stringify({ code, title: question.id }) }] };
  const printed = /\nprinted:\n([^\n]{1,200})/.exec(results.at(-1) ?? "")?.[1];
  return {
    say:
      printed === undefined ? `It stands in [step ${results.length}].` : `It is ${printed} [step ${results.length}].`,
  };
}

/** Starts it; gives the address before `/chat/completions`. `endServers` ends it. */
export async function scriptedEndpoint(): Promise<string> {
  const script: Script = (response, number, heard) => {
    const { messages } = JSON.parse(heard.body.toString()) as { messages: Told[] };
    const move = next(messages);
    const said = (move.say ?? move.calls?.[0]?.arguments ?? "").length;
    const tokens: [number, number] = [Math.ceil(heard.body.length / 4), Math.ceil(said / 4)];
    return following("chat", [{ ...move, tokens }])(response, number, heard);
  };
  return `${(await modelServer(script)).base}/v1`;
}
