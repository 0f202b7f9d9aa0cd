// The browser's own model (Prompt API: `LanguageModel`), held to a JSON schema. It is small, and never chosen by itself.

import { type Model, ModelError } from "./model";
import { plain, type Writing } from "./plain";
import { oneLine } from "./wire/refusals";

/** What of the browser's `LanguageModel` is used here. */
interface LanguageModelStatic {
  availability(options: object): Promise<"unavailable" | "downloadable" | "downloading" | "available">;
  create(options: object): Promise<LanguageModelSession>;
}

interface LanguageModelSession {
  promptStreaming(input: object, options: object): ReadableStream<string>;
  destroy(): void;
}

const TEXT = [{ type: "text", languages: ["en"] }];
const KINDS = { expectedInputs: TEXT, expectedOutputs: TEXT };

const NOTE =
  "A small model on this device: it makes mistakes in most questions that take more than one step, and forgets long " +
  "conversations. Nothing leaves the device.";

const NONE = "This browser has no language model of its own, or this device is too small for it. Choose another model.";

const found = (): LanguageModelStatic | undefined => {
  const { LanguageModel } = globalThis as { LanguageModel?: LanguageModelStatic };
  return typeof LanguageModel?.create === "function" ? LanguageModel : undefined;
};

/** Whether the browser has a model of its own: "no", "later" (it has to be fetched first, some GB), or "yes". */
export async function builtInState(): Promise<"no" | "later" | "yes"> {
  try {
    const state = await found()?.availability(KINDS);
    if (state === "available") return "yes";
    return state === "downloadable" || state === "downloading" ? "later" : "no";
  } catch {
    return "no";
  }
}

/** The browser's own model. It is weak, so nothing chooses it unless it is named. */
export function builtIn(options: { onDownload?(part: number): void } = {}): Model {
  return plain({
    name: "the browser's own model",
    note: NOTE,
    write: (writing) => write(writing, options.onDownload),
  });
}

async function* write(writing: Writing, onDownload: ((part: number) => void) | undefined): AsyncGenerator<string> {
  const api = found();
  if (!api || (await builtInState()) === "no") throw new ModelError("unreachable", NONE);
  const { messages, schema, signal } = writing;
  const monitor = (download: EventTarget): void =>
    download.addEventListener("downloadprogress", (event) => onDownload?.((event as ProgressEvent).loaded));
  let session: LanguageModelSession | undefined;
  try {
    session = await api.create({ ...KINDS, initialPrompts: messages.slice(0, -1), signal, monitor });
    const reader = session.promptStreaming(messages.slice(-1), { responseConstraint: schema, signal }).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw troubleOf(error);
  } finally {
    session?.destroy();
  }
}

/** What an error of the API's means here. */
function troubleOf(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  if (name === "NotAllowedError")
    return new ModelError("unreachable", "The browser fetches its model only after a press: ask again.");
  if (name === "QuotaExceededError")
    return new ModelError("rejected", "The conversation is too long for the browser's own model. Begin a new one.");
  if (name === "NotSupportedError") return new ModelError("unreachable", NONE);
  return new ModelError("broken", `The browser's own model failed: ${oneLine(message)}`);
}
