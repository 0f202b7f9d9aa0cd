// The browser's own agent (WebMCP), where there is one: it may run Python here, behind the same choice of what may leave.
// What it does becomes steps of the conversation, and what it was told stands in the list.

import { type LedgerEntry, type Mode, offerToAgent } from "../ask/index";
import type { Asker, Hearing } from "./asker";
import type { Conversation } from "./model/conversation";
import type { QuestionEntry } from "./model/entries";

export interface AgentParts {
  conversation: Conversation;
  asker: Asker;
  files: ReadonlyMap<string, Blob>;
}

/** How it is called, and where what it is told goes. */
const AGENT = "this browser’s agent";

/** Whether this browser has one. */
const there = (): boolean => "modelContext" in document;

/** Offers the sandbox under a mode. Gives what takes the offer back; another file or mode is another offer. */
export function offerDesk({ conversation, asker, files }: AgentParts, mode: Mode): () => void {
  const stop = new AbortController();
  if (!there()) return () => undefined;
  let hearing: Hearing | undefined;
  let question: QuestionEntry | undefined;
  const noted: LedgerEntry[] = [];
  /** Begins an entry with the first thing that it does: an offer alone is no question. */
  const begun = (): Hearing => {
    if (hearing) return hearing;
    question = conversation.add<QuestionEntry>("question", {
      ...{ text: "What this browser’s agent ran", model: AGENT, to: AGENT, mode, at: Date.now() },
      // It has no thread: whoever is asked next goes on from the question before.
      ...{ follows: true, note: "", files: [], told: {}, thread: undefined, ledger: noted },
    });
    hearing = asker.hear(question, []);
    return hearing;
  };
  void offerToAgent(
    {
      execute: (_code, { signal } = {}) => begun().run(signal ?? stop.signal),
      // They are there: the page has put them there.
      files: { write: async () => undefined },
    },
    {
      files: Object.fromEntries(files),
      signal: stop.signal,
      outflow: {
        mode,
        headers: conversation.headers,
        approve: (proposed) => asker.approve(proposed, stop.signal, AGENT),
      },
      onStep: (step) => begun().step(step),
      onRequest: (entry) => {
        noted[entry.id - 1] = entry;
        if (question) asker.noted(question);
      },
    },
  ).catch((error: unknown) => reportError(error));
  return () => stop.abort();
}
