// A conversation as a notebook and as a script: questions and answers as text cells, steps as code with what it gave.

import type { Cell } from "../../page/model/notebook";
import { Notebook } from "../../page/model/notebook";
import { toIpynb } from "../../page/model/notebookfile";
import { toPython } from "../../page/model/script";
import type { Conversation } from "./conversation";
import { type Entry, metaOf, nameOfStep } from "./entries";

/** An .ipynb file with outputs. `python`: the version. */
export const ipynbOf = (conversation: Conversation, python: string): string => toIpynb(cellsOf(conversation), python);

/** A .py file with "# %%" marks. */
export const pythonOf = (conversation: Conversation): string => toPython(cellsOf(conversation));

function cellsOf(conversation: Conversation): Cell[] {
  const notebook = new Notebook();
  for (const entry of conversation.entries) {
    const cell = conversation.cellOf(entry);
    const at = notebook.cells.length;
    const beside = { metadata: { belljar: metaOf(entry) } };
    if (cell) {
      const { source, key, outputs, count, formerCount, ms } = cell;
      const mark = entry.type === "step" && entry.title !== "" ? { mark: entry.title.replace(/[\r\n]/g, " ") } : {};
      notebook.insert(at, {
        kind: "code",
        source,
        key,
        beside: { ...beside, ...mark },
        run: { outputs: outputs.save(), count: count ?? formerCount, ms },
      });
    } else {
      const source = textOf(entry);
      if (source.trim() !== "") notebook.insert(at, { kind: "text", source, key: entry.key, beside });
    }
  }
  return [...notebook.cells];
}

function textOf(entry: Entry): string {
  switch (entry.type) {
    case "question":
      return `## ${entry.text.replace(/\s+/g, " ").trim()}`;
    case "said":
      return entry.text;
    case "step":
      return `*${nameOfStep(entry)}*\n\n\`\`\`json\n${entry.code.replaceAll("```", "")}\n\`\`\``;
    case "answer":
      return entry.why === "answered"
        ? entry.text
        : [entry.text, `*${entry.reason}*`].filter((part) => part.trim() !== "").join("\n\n");
  }
}
