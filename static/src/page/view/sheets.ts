// On narrow screens the rail's panels are sheets that rise from the bottom bar, one at a time.

import { byId } from "./dom";

export function sheets(): void {
  const rail = byId("rail");
  const page = byId("page");
  const shade = byId("shade");
  const buttons = [...document.querySelectorAll<HTMLElement>("[data-sheet]")];
  let opener: HTMLElement | undefined;

  const open = (name: string, from: HTMLElement) => {
    opener = from;
    rail.dataset.open = name;
    shade.hidden = false;
    page.inert = true;
    for (const button of buttons) button.setAttribute("aria-expanded", String(button.dataset.sheet === name));
    const panel = rail.querySelector<HTMLElement>(`[data-panel="${name}"]`);
    panel?.querySelector<HTMLElement>("h2")?.focus();
  };
  const close = () => {
    if (rail.dataset.open === undefined) return;
    delete rail.dataset.open;
    shade.hidden = true;
    page.inert = false;
    for (const button of buttons) button.setAttribute("aria-expanded", "false");
    opener?.focus();
  };
  for (const button of buttons) {
    const name = button.dataset.sheet ?? "";
    button.addEventListener("click", () => (rail.dataset.open === name ? close() : open(name, button)));
  }
  for (const button of rail.querySelectorAll("[data-close-sheet]")) button.addEventListener("click", close);
  shade.addEventListener("click", close);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  // A turned phone or a widened window gets the rail back.
  matchMedia("(min-width: 56rem)").addEventListener("change", close);
}
