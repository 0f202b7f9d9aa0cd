// A picture on the whole screen: fitted at first, in its own pixels after a press, moved by scrolling.

import { h } from "./dom";
import { icon } from "./icons";
import { places } from "./places";

export function zoom(url: string, alt: string): void {
  const image = h("img", { src: url, alt });
  const stage = h("div", { class: "zoom-stage", tabindex: 0, role: "region", "aria-label": alt });
  const toggle = h(
    "button",
    { type: "button", class: "tool", "aria-pressed": "false", on: { click: () => flip() } },
    "Actual size",
  );
  const flip = () => {
    const large = stage.classList.toggle("actual");
    toggle.setAttribute("aria-pressed", String(large));
  };
  image.addEventListener("click", flip);
  stage.append(image);
  const dialog = h(
    "dialog",
    { class: "zoom", "aria-label": alt, "data-testid": "zoom" },
    h(
      "div",
      { class: "zoom-bar" },
      toggle,
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => dialog.close() } },
        icon("close"),
      ),
    ),
    stage,
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  places().dialogs().append(dialog);
  dialog.showModal();
}
