// Tables that Python keeps for the page: each question is a line of ours, which runs in a context of ours.

import type { Execution } from "../host/index";
import type { Sorting } from "./model/table";
import type { TableAsk } from "./model/table-source";
import { base64 } from "./view/hand-out";

/** The Python that is asked. */
export interface Asking {
  /** Whether no cell of a person's would wait for the answer. */
  idle(): boolean;
  run(code: string): Promise<Execution>;
}

export function tablesOf({ idle, run }: Asking): TableAsk {
  /** Runs a line with a question in place of "%". */
  async function ask(line: string, question: object): Promise<Execution> {
    const word = base64(new TextEncoder().encode(JSON.stringify(question)))
      .replaceAll("+", "-")
      .replaceAll("/", "_");
    // Letters, digits and "-_=" close no string.
    const execution = await run(
      `from belljar_harness.show import frames as _frames\n${line.replace("%", `"${word}"`)}`,
    );
    if (execution.status !== "ok") throw new Error(execution.error?.value ?? "Python did not answer.");
    return execution;
  }

  return {
    async page(ref, { sort, ...asked }) {
      const { results } = await ask("display(_frames.page(%))", { ...asked, ref, sort: sortOf(sort) });
      const data = results.find((result) => result.data)?.data;
      if (!data) throw new Error("Python did not answer with a table.");
      return data;
    },
    async prepare(ref, what) {
      if (!idle()) throw new Error("Python is busy.");
      await ask("_frames.prepare(%)", { ref, ...what });
    },
    async save(ref, { sort, ...selection }, name) {
      const { logs } = await ask("_frames.save(%)", { ...selection, ref, name, sort: sortOf(sort) });
      return logs.stdout.trim();
    },
  };
}

function sortOf(sort: Sorting | undefined): { column: number; descending: boolean } | undefined {
  return sort && { column: sort.column, descending: sort.direction === "descending" };
}
