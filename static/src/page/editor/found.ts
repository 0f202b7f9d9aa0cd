// What was looked for, marked in an editor; the one that stands next is marked more strongly.

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import type { Found } from "./editor";

export interface Marks {
  ranges: readonly Found[];
  /** Which of them stands next. */
  current: number | undefined;
}

export const setFound = StateEffect.define<Marks>();

const other = Decoration.mark({ class: "cm-found" });
const next = Decoration.mark({ class: "cm-found cm-found-next" });

export const found = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setFound)) continue;
      const { ranges, current } = effect.value;
      const { length } = transaction.newDoc;
      now = Decoration.set(
        ranges.flatMap(({ from, to }, at) =>
          from < to && to <= length ? [(at === current ? next : other).range(from, to)] : [],
        ),
      );
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});
