// A result that is dear to draw: a line that says why, and a button. Nothing of it is made before somebody presses.

import { h } from "./dom";

export interface Drawn {
  dom: HTMLElement;
  destroy?: () => void;
}

/** `why`: a sentence. `make` is called once, when the button is pressed. */
export function onDemand(why: string, make: () => Drawn): Drawn {
  let drawn: Drawn | undefined;
  const button = h(
    "button",
    {
      type: "button",
      class: "fold",
      "data-testid": "output-demand",
      on: {
        click: () => {
          drawn ??= make();
          dom.replaceChildren(drawn.dom);
        },
      },
    },
    `${why} Show it`,
  );
  const dom = h("div", { class: "output" }, button);
  return { dom, destroy: () => drawn?.destroy?.() };
}
