// A cell that is dragged by its grip to another place, by mouse, pen or finger. Keys: Alt with the arrows.

import { h } from "./dom";

/** Pixels from the screen's edge at which the page begins to scroll, and how far each time. */
const EDGE = 72;
const STEP = 14;

/**
 * The grip of a cell. `drop` is called with how many places it goes down; less than 0 for up.
 * Outside of its press it is nothing: no stop of the Tab key, and not read out.
 */
export function grip(cell: () => HTMLElement, drop: (by: number) => void): HTMLElement {
  const element = h("span", { class: "grip", "aria-hidden": "true", title: "Drag to move. Keys: Alt+↑ ↓" });
  element.addEventListener("pointerdown", (down) => {
    if (down.button !== 0 || !down.isPrimary) return;
    down.preventDefault();
    const dragged = cell();
    const list = dragged.parentElement;
    if (!list) return;
    const line = h("li", { class: "drop-line", role: "none" });
    let before: Element | null | undefined;
    let pointer = down.clientY;
    let frame = 0;

    const place = () => {
      const cells = [...list.children].filter((one) => one !== line);
      const next = cells.find((one) => {
        const { top, height } = one.getBoundingClientRect();
        return pointer < top + height / 2;
      });
      if (before === (next ?? null)) return;
      before = next ?? null;
      list.insertBefore(line, before);
    };
    const scroll = () => {
      const by = pointer < EDGE ? -STEP : pointer > innerHeight - EDGE ? STEP : 0;
      if (by !== 0) {
        scrollBy(0, by);
        place();
      }
      frame = requestAnimationFrame(scroll);
    };
    const move = (event: PointerEvent) => {
      pointer = event.clientY;
      place();
    };
    const end = (dropped: boolean) => {
      cancelAnimationFrame(frame);
      ending.abort();
      const cells = [...list.children].filter((one) => one !== line);
      line.remove();
      dragged.classList.remove("dragged");
      if (!dropped || before === undefined) return;
      const from = cells.indexOf(dragged);
      const to = before === null ? cells.length : cells.indexOf(before);
      // The place that it leaves closes up.
      const by = to > from ? to - from - 1 : to - from;
      if (by !== 0) drop(by);
    };
    const ending = new AbortController();
    const { signal } = ending;
    element.setPointerCapture(down.pointerId);
    element.addEventListener("pointermove", move, { signal });
    element.addEventListener("pointerup", () => end(true), { signal });
    element.addEventListener("pointercancel", () => end(false), { signal });
    addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        end(false);
      },
      { capture: true, signal },
    );
    dragged.classList.add("dragged");
    frame = requestAnimationFrame(scroll);
  });
  return element;
}
