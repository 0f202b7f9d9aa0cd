// What an empty conversation shows: where data comes from, and the way to see it work at once.

import { plainName } from "../../page/model/format";
import { byId, fill, h } from "../../page/view/dom";
import { icon } from "../../page/view/icons";

export interface WelcomeActions {
  add(files: readonly File[]): void;
  example(): void;
  show(): void;
  model(): void;
}

/** Gives what draws it. */
export function welcome(
  actions: WelcomeActions,
): (state: { empty: boolean; files: readonly string[]; model: boolean }) => void {
  const place = byId("welcome");
  const picker = h("input", {
    type: "file",
    multiple: true,
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "Choose files",
  });
  picker.addEventListener("change", () => {
    actions.add([...(picker.files ?? [])]);
    picker.value = "";
  });
  const button = (label: string, kind: string, testid: string, click: () => void) =>
    h("button", { type: "button", class: kind, "data-testid": testid, on: { click } }, label);
  let drawn = "";
  return (state) => {
    place.hidden = !state.empty;
    const key = JSON.stringify(state);
    if (!state.empty || key === drawn) return;
    drawn = key;
    const there = state.files.length > 0;
    fill(
      byId("welcome-actions"),
      picker,
      h(
        "button",
        { type: "button", class: "drop large", "data-testid": "welcome-drop", on: { click: () => picker.click() } },
        icon(there ? "check" : "plus"),
        h(
          "span",
          {},
          there
            ? `${state.files.map(plainName).join(", ")}. Add more, or ask below.`
            : "Drop a CSV, or any file, here. Or choose one.",
        ),
      ),
      h(
        "p",
        { class: "welcome-row" },
        !there && button("Take the example data", "button", "welcome-example", actions.example),
        button(
          "Show me, with the demo model",
          there || state.model ? "button" : "button primary",
          "welcome-demo",
          actions.show,
        ),
        !state.model && button("Choose a model", "button", "welcome-model", actions.model),
      ),
      !state.model &&
        h(
          "p",
          { class: "hint", "data-testid": "no-model" },
          "No model is set up yet: the demo needs none, and all else works without.",
        ),
    );
  };
}
