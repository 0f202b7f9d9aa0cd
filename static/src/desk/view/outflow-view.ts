// What may leave: four choices with a sentence each, and what would be told of the files now.

import { MODES, type Mode } from "../../ask/index";
import { fill, h } from "../../page/view/dom";

export const NAMES: Readonly<Record<Mode, string>> = {
  schema: "Schema only",
  aggregates: "Aggregates",
  approve: "What I approve",
  everything: "Everything",
};

const SENTENCES: Readonly<Record<Mode, string>> = {
  schema:
    "Names and kinds of columns. Of results only whether they went well and what kind they are; you see all of them.",
  aggregates: "The same, and counts, sums and means of groups of ten rows or more, computed here.",
  approve: "Each text waits for you: send it, change it, or strike it out. No figures.",
  everything: "Output, tables, errors and five rows of each file go to the model.",
};

/** Radio buttons in a place. Gives what draws the present choice. */
export function outflowView(place: HTMLElement, choose: (mode: Mode) => void): (mode: Mode) => void {
  const inputs = new Map<Mode, HTMLInputElement>();
  const items = MODES.map((mode) => {
    const input = h("input", {
      type: "radio",
      name: "outflow",
      value: mode,
      "data-testid": `outflow-${mode}`,
      on: { change: () => choose(mode) },
    });
    inputs.set(mode, input);
    return h(
      "label",
      { class: "outflow" },
      input,
      h("span", {}, h("strong", {}, NAMES[mode]), h("span", { class: "hint" }, SENTENCES[mode])),
    );
  });
  fill(
    place,
    h("div", { role: "radiogroup", "aria-labelledby": "outflow-title" }, items),
    h("p", { class: "hint" }, "Your question and the names of files and columns are sent in every mode."),
  );
  return (mode) => {
    for (const [one, input] of inputs) input.checked = one === mode;
  };
}

export interface ToldFile {
  path: string;
  /** Exactly what would be sent of it. */
  text: string;
  /** Whether its first line has names, as the person has said; undefined: as far as can be told. */
  header: boolean | undefined;
  /** It is a table whose first line can be asked about. */
  table: boolean;
}

/** What the model would be told of each file. */
export function toldView(
  place: HTMLElement,
  files: readonly ToldFile[],
  header: (path: string, has: boolean | undefined) => void,
): void {
  fill(
    place,
    files.length > 0 &&
      h(
        "details",
        { "data-testid": "told-files" },
        h("summary", {}, "what the model is told of them"),
        files.map(({ path, text, header: said, table }) => {
          const select = h(
            "select",
            {
              class: "field",
              "aria-label": `First line of ${path}`,
              on: { change: () => header(path, { auto: undefined, yes: true, no: false }[select.value]) },
            },
            [
              ["auto", "first line: as it looks"],
              ["yes", "first line has the names"],
              ["no", "first line is data"],
            ].map(([value, label]) =>
              h("option", { value, selected: value === (said === undefined ? "auto" : said ? "yes" : "no") }, label),
            ),
          );
          return h("div", { class: "told-file" }, h("pre", { class: "as-sent" }, text), table && select);
        }),
      ),
  );
}
