// Models that follow a script in this page, without any network: for demonstrations, and for tests of what is around them.

import type { Message, Model, Said, Turn } from "./model";

/** One answer of a scripted model: words, code to run, or both; or made from what it was asked. */
export type Move =
  | { say?: string; code?: string; title?: string }
  | ((turn: Turn) => { say?: string; code?: string; title?: string });

/** Milliseconds between the pieces of an answer, so that one sees it being written. */
const PACE_MS = 8;

/** Characters of a piece. */
const PIECE = 12;

/** A model that makes one move after the other, and repeats its last one. */
export function scripted(moves: readonly Move[], name = "scripted", pace = PACE_MS): Model {
  return {
    name,
    to: null,
    async *reply(turn, _send, signal): AsyncGenerator<Said> {
      const made = turn.messages.slice(lastQuestion(turn.messages)).filter(({ role }) => role === "assistant").length;
      const move = moves[Math.min(made, moves.length - 1)] ?? {};
      const { say = "", code, title } = typeof move === "function" ? move(turn) : move;
      for (const text of pieces(say)) {
        yield { type: "text", text };
        await rest(pace, signal);
      }
      if (code !== undefined) {
        yield { type: "call", at: "0", id: `call_${turn.messages.length}`, name: "execute_python" };
        for (const text of pieces(JSON.stringify({ code, ...(title ? { title } : {}) }))) {
          yield { type: "arguments", at: "0", text };
          await rest(pace, signal);
        }
      }
      yield { type: "end", why: "done" };
    },
  };
}

const lastQuestion = (messages: readonly Message[]): number => messages.findLastIndex(({ role }) => role === "user");

function* pieces(text: string): Generator<string> {
  const letters = [...text];
  for (let at = 0; at < letters.length; at += PIECE) yield letters.slice(at, at + PIECE).join("");
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await new Promise((later) => setTimeout(later, ms));
  signal.throwIfAborted();
}

/** Finds the first CSV file and the columns to group by and to average, without knowing their names. */
const LOOK = `import glob
import pandas as pd

path = sorted(glob.glob("*.csv"))[0]
frame = pd.read_csv(path)
texts = [name for name in frame if frame[name].dtype.kind in "OSU" or str(frame[name].dtype) == "str"]
group = min(texts, key=lambda name: frame[name].nunique())
`;

/**
 * A model for demonstrations, which no network is needed for: it reads the first CSV file, makes the mistake that models make
 * there (averages texts), repairs it, draws and answers. What it does is fixed; what comes out is computed.
 */
export const demo = (pace = PACE_MS): Model =>
  scripted(
    [
      {
        say: "I read the file and compare its groups.",
        title: "average by group",
        code: `${LOOK}frame.groupby(group).mean()`,
      },
      {
        say: "Texts have no mean; only the numbers are averaged.",
        title: "average of the numbers by group",
        code: `means = frame.groupby(group).mean(numeric_only=True)\nmeans.round(2)`,
      },
      {
        title: "chart",
        code: `import matplotlib.pyplot as plt\n\nmeans.plot.bar(rot=0, figsize=(8, 4))\nplt.show()`,
      },
      { say: "The means by group stand in the table of [step 2], and [step 3] draws them." },
    ],
    "demo",
    pace,
  );
