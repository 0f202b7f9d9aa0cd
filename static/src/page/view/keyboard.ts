// An on-screen keyboard takes half of the view: the line that is being written stays in the other half.

/** So many px less are no bar of the browser's that comes and goes. */
const KEYBOARD_PX = 120;

/** The line in which the cursor is, or the field that has the focus; editors may be in a shadow tree. */
function line(): Element | undefined {
  let focused = document.activeElement;
  let around: ParentNode = document;
  while (focused?.shadowRoot?.activeElement) {
    around = focused.shadowRoot;
    focused = focused.shadowRoot.activeElement;
  }
  if (!focused?.matches("textarea, input, [contenteditable=true]")) return undefined;
  return around.querySelector(".cm-cursor-primary") ?? focused;
}

export function makeRoomForKeyboard(): void {
  const view = window.visualViewport;
  let height = view?.height ?? 0;
  view?.addEventListener("resize", () => {
    const less = height - view.height;
    height = view.height;
    if (less > KEYBOARD_PX) requestAnimationFrame(() => line()?.scrollIntoView({ block: "center" }));
  });
}
