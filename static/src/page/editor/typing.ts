// Typing over a selection, done by the editor instead of the browser.
//
// Chromium keeps the look of replaced text by a style attribute on what it inserts. The page's CSP refuses that
// attribute, rightly, and reports it: a false alarm among the reports that matter.

import { Prec } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

export const typing = Prec.lowest(
  EditorView.domEventHandlers({
    beforeinput(event, view) {
      const { main } = view.state.selection;
      const { data } = event;
      if (event.inputType !== "insertText" || data === null || main.empty || view.composing || view.state.readOnly) {
        return false;
      }
      const insert = () =>
        view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
      // Brackets that close themselves, and the like, come first, as they would otherwise.
      const handled = view.state
        .facet(EditorView.inputHandler)
        .some((handler) => handler(view, main.from, main.to, data, insert));
      if (!handled) view.dispatch(insert());
      event.preventDefault();
      return true;
    },
  }),
);
