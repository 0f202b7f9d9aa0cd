// A toolbar is one stop of the Tab key: arrows go from button to button in it.

/** Makes the buttons of a toolbar one stop while it is `open`, and none else; gives the function that says which. */
export function roving(toolbar: HTMLElement): (open: boolean) => void {
  let at = 0;
  let stops = false;
  const buttons = () => [...toolbar.querySelectorAll<HTMLButtonElement>("button:not([hidden], [disabled])")];
  const set = () => {
    for (const [index, button] of buttons().entries()) button.tabIndex = stops && index === at ? 0 : -1;
  };
  toolbar.addEventListener("keydown", (event) => {
    const list = buttons();
    const { length } = list;
    const from = list.findIndex((button) => button === event.target);
    const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: length - 1 }[event.key];
    if (to === undefined || from < 0) return;
    event.preventDefault();
    event.stopPropagation();
    at = (to + length) % length;
    set();
    list[at]?.focus();
  });
  toolbar.addEventListener("focusin", (event) => {
    const found = buttons().findIndex((button) => button === event.target);
    if (found < 0 || found === at) return;
    at = found;
    set();
  });
  set();
  return (open) => {
    stops = open;
    set();
  };
}
