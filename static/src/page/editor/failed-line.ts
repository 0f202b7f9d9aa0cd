// The mark on the line that failed: in the gutter and behind the line, gone as soon as the text changes.

import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutterLineClass } from "@codemirror/view";

export const setFailedLine = StateEffect.define<number | undefined>();

class FailedMarker extends GutterMarker {
  override elementClass = "cm-failed-gutter";
}

const marker = new FailedMarker();
const decoration = Decoration.line({ class: "cm-failed-line" });

/** Start offset of the failed line. */
const field = StateField.define<number | undefined>({
  create: () => undefined,
  update(at, transaction) {
    let now = transaction.docChanged ? undefined : at;
    for (const effect of transaction.effects) {
      if (!effect.is(setFailedLine)) continue;
      const { doc } = transaction.state;
      const line = effect.value;
      now = line !== undefined && line >= 1 && line <= doc.lines ? doc.line(line).from : undefined;
    }
    return now;
  },
  provide: (self) => [
    EditorView.decorations.from(self, (at) =>
      at === undefined ? Decoration.none : Decoration.set(decoration.range(at)),
    ),
    gutterLineClass.compute([self], (state) => {
      const at = state.field(self);
      return at === undefined ? RangeSet.empty : RangeSet.of([marker.range(at)]);
    }),
  ],
});

export const failedLine = field;
