// Short notices at the lower edge, some with one thing to press.

import { h } from "./dom";
import { icon } from "./icons";
import { places } from "./places";

const STAY_MS = 9000;

/**
 * Shows a sentence for nine seconds, longer while it is pointed at or focused.
 * `about`: a later notice about the same thing takes the place of this one.
 */
export function toast(text: string, action?: { label: string; run: () => void }, about?: string): void {
  const close = () => element.remove();
  let timer = setTimeout(close, STAY_MS);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(close, STAY_MS / 2);
  };
  const element = h(
    "div",
    {
      class: "toast",
      "data-testid": "toast",
      "data-about": about,
      on: { pointerenter: hold, pointerleave: release, focusin: hold, focusout: release },
    },
    h("span", {}, text),
    action &&
      h(
        "button",
        {
          type: "button",
          class: "link",
          on: {
            click: () => {
              close();
              action.run();
            },
          },
        },
        action.label,
      ),
    h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: close } }, icon("close")),
  );
  const region = places().toasts();
  for (const other of [...region.children]) {
    if (about !== undefined && other instanceof HTMLElement && other.dataset.about === about) other.remove();
  }
  while (region.childElementCount >= 3) region.firstElementChild?.remove();
  region.append(element);
}
