// Tables that Python keeps for the page: each question is a line of ours, which runs in a context of ours.

import type { Execution } from "../host/index";
import type { Sorting } from "./model/table";
import type { TableAsk } from "./model/table-source";
import { base64 } from "./view/hand-out";

/** Milliseconds after which a search answers with what it has found so far, and for which a column is made ready. */
const LOOK_MS = 100;
const PREPARE_MS = 50;
const PAGE = "_page = _frames.page(%); display(_page); print(_page.seen or ''); del _page";

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
    async page(ref, { sort, on, ...asked }) {
      const question = { ...asked, ref, sort: sortOf(sort), within: LOOK_MS, enough: !on };
      const { results, logs } = await ask(PAGE, question);
      const data = results.find((result) => result.data)?.data;
      if (!data) throw new Error("Python did not answer with a table.");
      return logs.stdout.trim() === "" ? data : { ...data, seen: Number(logs.stdout) };
    },
    async prepare(ref, what) {
      if (!idle()) throw new Error("Python is busy.");
      const { logs } = await ask("print(_frames.prepare(%))", { ref, ...what, within: PREPARE_MS });
      return logs.stdout.trim() === "True";
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
