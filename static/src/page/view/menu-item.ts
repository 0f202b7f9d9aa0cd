// A line of the menu: pressed, it closes the menu and does what it says.

import { h } from "./dom";

export interface MenuItem {
  label: string;
  act(): void;
  /** What it comes to, in a few words behind it. */
  hint?: string | undefined;
  testid?: string | undefined;
  disabled?: boolean;
}

export function menuItem(popover: HTMLElement, { label, act, hint, testid, disabled = false }: MenuItem): HTMLElement {
  return h(
    "button",
    {
      type: "button",
      class: "menu-item",
      disabled,
      "data-testid": testid,
      on: {
        click: () => {
          popover.hidePopover();
          act();
        },
      },
    },
    label,
    hint !== undefined && h("span", { class: "menu-hint" }, hint),
  );
}
