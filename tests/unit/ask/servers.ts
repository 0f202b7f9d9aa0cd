// Model servers for tests: real HTTP on this machine, in the providers' wire formats, that follow a script and keep every byte.

import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a model does in one answer. */
export interface Move {
  say?: string;
  calls?: { id?: string; name?: string; arguments?: string }[];
  refusal?: string;
  /** As the form says it: "stop", "length", "content_filter", "refusal". */
  end?: string;
  tokens?: [input: number, output: number];
}

export type Form = "chat" | "responses" | "messages";

/** A request as it came. */
export interface Heard {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Answers one request; `number` counts them from 0. */
export type Script = (response: ServerResponse, number: number, heard: Heard) => void | Promise<void>;

const servers: Server[] = [];

/** A server that follows a script; gives its address and what it has heard. */
export async function modelServer(
  script: Script,
  cors: Record<string, string> = CORS,
): Promise<{ base: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks) };
      if (method === "OPTIONS") return void response.writeHead(204, cors).end();
      heard.push(one);
      await script(response, heard.length - 1, one);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

/** Ends all of them. */
export async function endServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*",
  "access-control-allow-methods": "POST, GET",
};

export const stream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { ...CORS, "content-type": "text/event-stream; charset=utf-8" });

/** Sends a text in pieces of so many bytes, each in a packet of its own. */
export async function inPieces(response: ServerResponse, text: string, bytes: number): Promise<void> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += bytes) {
    response.write(all.subarray(at, at + bytes));
    await new Promise((later) => setImmediate(later));
  }
}

/** A script that makes one move after the other, the last one again and again. */
export function following(form: Form, moves: readonly (Move | ((heard: Heard) => Move))[], bytes = 1_000): Script {
  return async (response, number, heard) => {
    const move = moves[Math.min(number, moves.length - 1)] ?? {};
    stream(response);
    await inPieces(response, written(form, typeof move === "function" ? move(heard) : move, number), bytes);
    response.end();
  };
}

const json = (value: unknown): string => JSON.stringify(value);
const event = (type: string, value: object): string => `event: ${type}\ndata: ${json({ type, ...value })}\n\n`;
const halves = (text: string): string[] =>
  [text.slice(0, text.length / 2), text.slice(text.length / 2)].filter(Boolean);

/** An answer as the form writes it. */
export function written(form: Form, move: Move, number = 0): string {
  const calls = (move.calls ?? []).map((call, at) => ({
    id: call.id ?? `call_${number}_${at}`,
    name: call.name ?? "execute_python",
    arguments: call.arguments ?? "{}",
  }));
  return { chat: chatText, responses: responsesText, messages: messagesText }[form]({ ...move, calls });
}

type Whole = Omit<Move, "calls"> & { calls: { id: string; name: string; arguments: string }[] };

function chatText({ say, calls, refusal, end, tokens }: Whole): string {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${json({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const parts = [chunk({ role: "assistant", content: "" })];
  for (const content of halves(say ?? "")) parts.push(chunk({ content }));
  if (refusal) parts.push(chunk({ refusal }));
  for (const [index, { id, name, arguments: text }] of calls.entries()) {
    parts.push(chunk({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }));
    for (const piece of halves(text)) parts.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
  }
  parts.push(chunk({}, end ?? (calls.length ? "tool_calls" : "stop")));
  if (tokens) {
    const usage = { prompt_tokens: tokens[0], completion_tokens: tokens[1], total_tokens: tokens[0] + tokens[1] };
    parts.push(`data: ${json({ id: "c", choices: [], usage })}\n\n`);
  }
  return `${parts.join("")}data: [DONE]\n\n`;
}

function responsesText({ say, calls, refusal, end, tokens }: Whole): string {
  const parts = [event("response.created", { response: { id: "r", status: "in_progress" } })];
  let at = 0;
  for (const delta of halves(say ?? "")) parts.push(event("response.output_text.delta", { output_index: 0, delta }));
  if (refusal) parts.push(event("response.refusal.delta", { output_index: 0, delta: refusal }));
  if (say || refusal) at = 1;
  for (const [index, { id, name, arguments: text }] of calls.entries()) {
    const item = { type: "function_call", id: `fc_${index}`, call_id: id, name, arguments: "" };
    const where = { output_index: at + index, item_id: `fc_${index}` };
    parts.push(event("response.output_item.added", { ...where, item }));
    for (const delta of halves(text)) parts.push(event("response.function_call_arguments.delta", { ...where, delta }));
    parts.push(event("response.function_call_arguments.done", { ...where, arguments: text }));
  }
  const usage = tokens ? { input_tokens: tokens[0], output_tokens: tokens[1] } : null;
  const cut = { length: "max_output_tokens", content_filter: "content_filter" }[end ?? ""];
  const response = { id: "r", usage, ...(cut ? { incomplete_details: { reason: cut } } : {}) };
  parts.push(event(cut ? "response.incomplete" : "response.completed", { response }));
  return parts.join("");
}

function messagesText({ say, calls, end, tokens }: Whole): string {
  const usage = { input_tokens: tokens?.[0] ?? 0, output_tokens: 1 };
  const parts = [
    event("message_start", { message: { id: "m", role: "assistant", content: [], usage } }),
    event("ping", {}),
  ];
  let index = 0;
  if (say) {
    parts.push(event("content_block_start", { index, content_block: { type: "text", text: "" } }));
    for (const text of halves(say))
      parts.push(event("content_block_delta", { index, delta: { type: "text_delta", text } }));
    parts.push(event("content_block_stop", { index: index++ }));
  }
  for (const { id, name, arguments: text } of calls) {
    parts.push(event("content_block_start", { index, content_block: { type: "tool_use", id, name, input: {} } }));
    for (const partial_json of halves(text)) {
      parts.push(event("content_block_delta", { index, delta: { type: "input_json_delta", partial_json } }));
    }
    parts.push(event("content_block_stop", { index: index++ }));
  }
  const reason = { length: "max_tokens", refusal: "refusal" }[end ?? ""] ?? (calls.length ? "tool_use" : "end_turn");
  parts.push(event("message_delta", { delta: { stop_reason: reason }, usage: { output_tokens: tokens?.[1] ?? 1 } }));
  parts.push(event("message_stop", {}));
  return parts.join("");
}
