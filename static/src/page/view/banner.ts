// One notice above the cells for what concerns the whole page: Python could not start, or waits to be asked.

import { byId, fill, h } from "./dom";

export interface Notice {
  text: string;
  hint: string;
  action: { label: string; run: () => void };
}

export function banner(): { show(notice: Notice): void; hide(): void } {
  const place = byId("banner");
  return {
    show({ text, hint, action }) {
      fill(
        place,
        h("div", {}, h("p", {}, h("strong", {}, text)), h("p", { class: "hint" }, hint)),
        h(
          "button",
          { type: "button", class: "button primary", "data-testid": "banner-action", on: { click: action.run } },
          action.label,
        ),
      );
      place.hidden = false;
    },
    hide() {
      place.hidden = true;
    },
  };
}
