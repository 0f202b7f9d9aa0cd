// The ⋯ menu of this page: files to take away, what is kept, theme, and the way to the notebook.

import type { Theme } from "../../page/model/store";
import { byId, fill, h } from "../../page/view/dom";
import { menuItem } from "../../page/view/menu-item";

export interface DeskMenuActions {
  conversations(): void;
  addCell(): void;
  restart(): void;
  saveIpynb(): void;
  savePy(): void;
  saveReport(): void;
  keep(on: boolean): void;
  forget(): void;
  theme(theme: Theme): void;
}

export interface DeskMenuState {
  theme: Theme;
  keeps: boolean;
  empty: boolean;
}

export function deskMenu(actions: DeskMenuActions, state: () => DeskMenuState): void {
  const popover = byId("menu");
  const item = (label: string, act: () => void, hint: string | undefined, testid: string, disabled = false) =>
    menuItem(popover, { label, act, hint, testid, disabled });
  const draw = () => {
    const { theme: now, keeps, empty } = state();
    const keep = h("input", {
      type: "checkbox",
      checked: keeps,
      "data-testid": "menu-keep",
      on: { change: () => actions.keep(keep.checked) },
    });
    const themes = (["auto", "light", "dark"] as const).map((theme) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name: "theme",
          value: theme,
          checked: theme === now,
          on: { change: () => actions.theme(theme) },
        }),
        h("span", {}, theme),
      ),
    );
    fill(
      popover,
      item("Conversations…", actions.conversations, keeps ? "kept here" : "of this visit", "menu-conversations"),
      item("Add a cell of your own", actions.addCell, undefined, "menu-cell"),
      item("Restart Python", actions.restart, "files are kept", "menu-restart"),
      h("hr"),
      item("Download notebook", actions.saveIpynb, ".ipynb", "menu-ipynb", empty),
      item("Download as Python", actions.savePy, ".py", "menu-py", empty),
      item("Download report", actions.saveReport, ".html, no script", "menu-report", empty),
      h("hr"),
      h("label", { class: "menu-row" }, "Keep conversations here", keep),
      item("Forget all conversations…", actions.forget, undefined, "menu-forget"),
      h("fieldset", { class: "menu-row segmented" }, h("legend", {}, "Theme"), h("div", {}, themes)),
      h("hr"),
      h(
        "a",
        { class: "menu-item", href: "./", "data-testid": "menu-notebook" },
        "The notebook",
        h("span", { class: "menu-hint" }, "write it yourself"),
      ),
    );
  };
  popover.addEventListener("beforetoggle", (event) => {
    if ((event as ToggleEvent).newState === "open") draw();
  });
  popover.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState === "open") popover.querySelector("button")?.focus();
  });
}
