// Notices above the cells for what concerns the whole page: Python could not start, or waits to be asked; the notebook is
// open in another tab, or is not kept.

import { byId, fill, h } from "./dom";

export interface Notice {
  text: string;
  hint: string;
  action: { label: string; run: () => void };
  /** Beside it. */
  other?: { label: string; run: () => void } | undefined;
}

export function banner(id = "banner"): { show(notice: Notice): void; hide(): void } {
  const place = byId(id);
  return {
    show({ text, hint, action, other }) {
      fill(
        place,
        h("div", {}, h("p", {}, h("strong", {}, text)), h("p", { class: "hint" }, hint)),
        h(
          "div",
          { class: "banner-actions" },
          h(
            "button",
            { type: "button", class: "button primary", "data-testid": `${id}-action`, on: { click: action.run } },
            action.label,
          ),
          other &&
            h(
              "button",
              { type: "button", class: "button", "data-testid": `${id}-other`, on: { click: other.run } },
              other.label,
            ),
        ),
      );
      place.hidden = false;
    },
    hide() {
      place.hidden = true;
    },
  };
}
