// What a server's no means: whether waiting helps, whether it is the key, the money or the request, and its own words for it.
// It comes as a status, as JSON instead of a stream, or within a stream whose status was 200; it means the same each time.

import { ModelError } from "../model";

/** A no as it came. */
export interface No {
  /** Host that says it, where whoever asks knows it. */
  host?: string;
  /** Status of the answer; undefined within a stream, where the error may name one. */
  status?: number;
  /** The answer's body, JSON or text, or the event's data. */
  said: unknown;
  /** Its header of that name, where the page may read it. */
  retryAfter?: string | null;
}

/** Longest word for an error's kind that is looked at, and as much of its words as is shown, in characters. */
const KIND_CHARS = 200;
const SHOWN_CHARS = 300;

/** Kinds and words that mean that there is no money left: waiting doesn't bring any. */
const MONEY =
  /insufficient_(?:quota|credit|balance|funds)|credit_balance|billing|payment_required|exceeded_current_quota/;
const MONEY_WORDS =
  /credit balance|insufficient (?:account )?(?:balance|credit|funds)|(?:out of|no|not enough) credits/i;

/** Kinds that pass, where no status says so, and kinds that stay, whatever the status. */
const PASSING =
  /overloaded|unavailable|rate_?limit|too_many|exhausted|slow_down|server_error|api_error|internal|time_?d?_?out|capacity/;
const LASTING = /context|not_found|invalid|too_large|too_long|unsupported/;

/** Kinds and words that speak of the key. */
const KEY = /api.?key|authenti|credential|unauthori[sz]ed|access token/i;

/** The error that a no is: with the server's words, and with a wait where asking again may help. */
export function refusal({ host: named, status: answered, said, retryAfter = null }: No): ModelError {
  const host = named ?? "The model's server";
  const kind = kindIn(said);
  const text = messageIn(said) ?? "";
  const within = answered === undefined || answered === 200;
  const status = within ? statusIn(said) : answered;
  const number = status === undefined ? "" : ` (${status})`;
  const words = oneLine(text) === "" ? "" : ` It says: ${oneLine(text)}`;
  const wait = waitOf(retryAfter);
  if (isMoney(status, kind, text) && !(status === 402 && wait >= 0))
    return new ModelError(
      "rejected",
      `The account at ${named ?? "the model's server"} has no credit left for this${number}.${words}`,
    );
  if (status === 401 || kind.includes("authentication") || kind.includes("api_key"))
    return new ModelError("key", `${host} refused the key${number}.${words}`);
  if (status === 403) {
    const unsaid = words || " It doesn't say why: the key, the model, the country or the question may not be allowed.";
    return new ModelError(KEY.test(`${kind} ${text}`) ? "key" : "rejected", `${host} doesn't allow it (403).${unsaid}`);
  }
  if (!LASTING.test(kind) && (status === undefined ? PASSING.test(kind) : isLater(status))) {
    const what = within ? "broke its answer off" : "takes no more requests for now";
    return new ModelError("busy", `${host} ${what}${number}.${words}`, wait);
  }
  if (status === 404)
    return new ModelError("rejected", `${host} has no such model, or nothing at this address (404).${words}`);
  return new ModelError(
    "rejected",
    `${host} ${within ? "broke its answer off" : "doesn't take the request"}${number}.${words}`,
  );
}

/** Statuses that mean "later": too many requests, and servers that are overloaded or not up. 402 comes here with a wait alone. */
const isLater = (status: number): boolean =>
  [402, 408, 425, 429].includes(status) || (status >= 500 && status !== 501 && status !== 505);

function isMoney(status: number | undefined, kind: string, text: string): boolean {
  if (status === 402 || MONEY.test(kind)) return true;
  return (status === undefined || status === 400 || status === 403 || status === 429) && MONEY_WORDS.test(text);
}

/** Milliseconds that a server asks to wait; seconds or a date. -1 where it says nothing that can be read. */
function waitOf(header: string | null): number {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = text === "" ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? -1 : Math.max(0, at - Date.now());
}

/** The error in what a server sent; some send a list with one. */
function errorOf(said: unknown): Record<string, unknown> {
  const one: unknown = Array.isArray(said) ? said[0] : said;
  if (typeof one !== "object" || one === null) return {};
  const { error } = one as Record<string, unknown>;
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
}

/** Whether what a server sent speaks of an error. */
export const isError = (said: unknown): boolean => {
  const one: unknown = Array.isArray(said) ? said[0] : said;
  return typeof one === "object" && one !== null && Boolean((one as { error?: unknown }).error);
};

/** An error's kind: whatever words `type`, `code` and `status` have for it, in small letters. */
function kindIn(said: unknown): string {
  const { type, code, status } = errorOf(said);
  const words = [type, code, status].filter((one) => typeof one === "string");
  return words.join(" ").slice(0, KIND_CHARS).toLowerCase();
}

/** The status that an error names where the answer's own says that all is well. */
function statusIn(said: unknown): number | undefined {
  const { code, status } = errorOf(said);
  const named = [code, status].map((one) => (typeof one === "string" && /^\d{3}$/.test(one) ? Number(one) : one));
  return named.find((one) => Number.isInteger(one) && (one as number) >= 400 && (one as number) < 600) as
    | number
    | undefined;
}

/**
 * The sentence in what a server sent: `error.message`, `error`, `message` or `detail`; behind it the words of whom it asked
 * itself (`error.metadata.raw`). Text is its own sentence, a page of HTML says nothing to anybody here.
 */
export function messageIn(said: unknown): string | undefined {
  if (typeof said === "string") return said.trimStart().startsWith("<") ? undefined : said;
  const one: unknown = Array.isArray(said) ? said[0] : said;
  if (typeof one !== "object" || one === null) return undefined;
  const { error, message, detail, metadata } = one as Record<string, unknown>;
  if (typeof error === "object" && error !== null) return messageIn(error);
  const found = [error, message, detail].find((each) => typeof each === "string") as string | undefined;
  const { raw } = (typeof metadata === "object" && metadata !== null ? metadata : {}) as { raw?: unknown };
  return typeof raw === "string" && raw !== "" ? `${found ?? ""} ${raw}`.trim() : found;
}

/** Text of others for a sentence of ours: one line, no odd characters, not long. */
export function oneLine(text: string): string {
  const flat = text
    .slice(0, SHOWN_CHARS * 2)
    .replace(/[\p{C}\s]/gu, " ")
    .trim();
  return flat.length > SHOWN_CHARS ? `${flat.slice(0, SHOWN_CHARS)}…` : flat;
}
