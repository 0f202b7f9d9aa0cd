// The ⋯ menu: everything that isn't needed often. A popover, so that Escape and a press outside close it.

import { bytes, duration } from "../model/format";
import type { Choices, Theme } from "../model/store";
import { byId, fill, h } from "./dom";
import { menuItem } from "./menu-item";

export interface MenuActions {
  restart(): void;
  clearOutputs(): void;
  notebooks(): void;
  startFresh(): void;
  bringBack(): void;
  find(): void;
  copyLink(): void;
  examples(): void;
  open(): void;
  saveIpynb(): void;
  savePy(): void;
  theme(theme: Theme): void;
  timeLimit(ms: number): void;
  svg(on: boolean): void;
  offline(on: boolean): void;
  keys(): void;
  seal(): void;
}

export interface MenuState {
  choices: Choices;
  /** Milliseconds: the server's default and the most it allows. */
  limits: { normal: number; most: number };
  /** Whether another notebook was open before. */
  canBringBack: boolean;
  /** Bytes that are kept for offline use; undefined where the page was not exported so. */
  offline: { size: number | undefined; full: boolean } | undefined;
}

export function menu(actions: MenuActions, state: () => MenuState): void {
  const popover = byId("menu");
  // Where the server has that page.
  const { ask: asks } = document.documentElement.dataset;
  const item = (label: string, act: () => void, hint?: string, testid?: string) =>
    menuItem(popover, { label, act, hint, testid });
  const draw = () => {
    const { choices, limits, canBringBack, offline } = state();
    const times = [...new Set([10_000, limits.normal, 60_000, 300_000, limits.most])]
      .filter((ms) => ms <= limits.most)
      .sort((a, b) => a - b);
    const limit = h(
      "select",
      {
        "aria-label": "Time limit of a cell",
        class: "field",
        on: { change: () => actions.timeLimit(Number(limit.value)) },
      },
      times.map((ms) =>
        h("option", { value: ms, selected: ms === (choices.timeLimit ?? limits.normal) }, duration(ms)),
      ),
    );
    const svg = h("input", { type: "checkbox", checked: choices.svg, on: { change: () => actions.svg(svg.checked) } });
    const works = h("input", {
      type: "checkbox",
      checked: choices.offline,
      "data-testid": "menu-offline",
      on: { change: () => actions.offline(works.checked) },
    });
    const kept = offline?.full ? "as far as there is room" : offline?.size && `${bytes(offline.size)} kept`;
    const themes = (["auto", "light", "dark"] as const).map((theme) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name: "theme",
          value: theme,
          checked: theme === choices.theme,
          on: { change: () => actions.theme(theme) },
        }),
        h("span", {}, theme),
      ),
    );
    fill(
      popover,
      item("Restart Python", actions.restart, "files are kept", "menu-restart"),
      item("Clear outputs", actions.clearOutputs, undefined, "menu-clear"),
      item("Find and replace…", actions.find, "Ctrl F", "menu-find"),
      h("hr"),
      item("Notebooks…", actions.notebooks, "kept here", "menu-notebooks"),
      item("New notebook", actions.startFresh, undefined, "menu-fresh"),
      canBringBack && item("Bring back notebook", actions.bringBack, "the one before", "menu-back"),
      item("Examples…", actions.examples, undefined, "menu-examples"),
      item("Open notebook…", actions.open, ".ipynb, .py", "menu-open"),
      item("Copy link", actions.copyLink, "code and small files", "menu-link"),
      item("Download notebook", actions.saveIpynb, ".ipynb", "menu-ipynb"),
      item("Download as Python", actions.savePy, ".py", "menu-py"),
      h("hr"),
      h("label", { class: "menu-row" }, "Time limit", limit),
      h("label", { class: "menu-row" }, "Figures also as SVG", svg),
      offline &&
        h(
          "label",
          { class: "menu-row" },
          h("span", {}, "Works offline ", h("span", { class: "menu-hint" }, choices.offline && kept)),
          works,
        ),
      h("fieldset", { class: "menu-row segmented" }, h("legend", {}, "Theme"), h("div", {}, themes)),
      h("hr"),
      asks !== undefined && item("Ask your data", () => location.assign(asks), "a model writes the code", "menu-ask"),
      item("Keys", actions.keys, "?", "menu-keys"),
      item("What sealed means", actions.seal, undefined, "menu-seal"),
    );
  };
  popover.addEventListener("beforetoggle", (event) => {
    if ((event as ToggleEvent).newState === "open") draw();
  });
  popover.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState === "open") popover.querySelector("button")?.focus();
  });
  popover.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    const items = [...popover.querySelectorAll<HTMLElement>("button, select, input:checked, input[type=checkbox]")];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + step + items.length) % items.length]?.focus();
  });
}
