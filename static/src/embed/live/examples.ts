// Runs a block with prompts as a person would type it: one example after the other, each compared with what the block says.

import type { Execution, Result } from "../../host/index";
import type { Outputs } from "../../page/model/outputs";
import type { RunHooks } from "../../page/model/runner";
import { examples, matches } from "../doctest";

type Execute = (source: string, hooks: RunHooks) => Promise<Execution>;

/** What was printed and shown by one example, as the terminal would have it. */
function transcript(printed: string, execution: Execution): string {
  const { text, error } = execution;
  const parts = [printed.replace(/\n$/, "")];
  if (text !== undefined) parts.push(text);
  if (error) parts.push(error.traceback.trimEnd());
  return parts.filter((part) => part !== "").join("\n");
}

/** Rich results are shown as they are; of the others the text joins what was printed. */
const isRich = ({ html, markdown, svg, png, jpeg, latex, data, chart }: Result): boolean =>
  [html, markdown, svg, png, jpeg, latex, data, chart].some((part) => part !== undefined);

/**
 * Gives the last example's execution. An error that the block doesn't expect ends the run; one that it expects is as good
 * as any other output.
 */
export async function runExamples(
  block: string,
  execute: Execute,
  hooks: RunHooks,
  outputs: Outputs,
): Promise<Execution> {
  const all = examples(block);
  let last: Execution | undefined;
  let durationMs = 0;
  let differing = 0;
  for (const { source, want, line } of all) {
    let printed = "";
    const print = (text: string) => {
      printed += text;
      hooks.onStdout(text);
    };
    const execution = await execute(source, {
      ...hooks,
      onStdout: print,
      onResult: (result) => {
        if (!result.isMain || isRich(result)) hooks.onResult(result);
        else if (result.text !== undefined) hooks.onStdout(`${result.text}\n`);
      },
    });
    last = execution;
    durationMs += execution.durationMs;
    const { status, error } = execution;
    if (status !== "ok" && status !== "error") break;
    const got = transcript(printed, execution);
    const expected = want.startsWith("Traceback (");
    const same = matches(want, got) || (want === "" && status === "ok" && got === "");
    if (status === "error" && error) {
      if (same && expected) {
        outputs.stream("stdout", `${error.name}${error.value ? `: ${error.value}` : ""}\n`);
        last = ended(execution, { status: "ok", error: undefined });
        continue;
      }
      last = ended(execution, { error: { ...error, line: line + (error.line ?? 1) - 1 } });
    }
    if (!same) {
      differing += 1;
      outputs.add({ kind: "note", tone: "warn", text: difference(source, want, got, line) });
    }
    if (status === "error") break;
  }
  if (!last) throw new Error("the block has no example");
  if (differing === 0 && all.some(({ want }) => want !== "") && last.status === "ok") {
    outputs.add({ kind: "note", tone: "info", text: "The output is the one that the example shows." });
  }
  return ended(last, { durationMs });
}

/** The same execution in other words. */
function ended(execution: Execution, changes: Partial<Execution>): Execution {
  return Object.assign(Object.create(Object.getPrototypeOf(execution)), execution, changes) as Execution;
}

const SHORT = 300;
const short = (text: string): string => (text.length > SHORT ? `${text.slice(0, SHORT)}…` : text);

function difference(source: string, want: string, got: string, line: number): string {
  const what = `Line ${line}, ${short(source.split("\n")[0] ?? "")}`;
  const shown = got === "" ? "nothing was shown" : `it is ${short(got)}`;
  return want === ""
    ? `${what}: no output was expected, and ${shown}`
    : `${what}: expected ${short(want)}, and ${shown}`;
}
