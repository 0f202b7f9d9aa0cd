// The examples to choose from: a title, a line, a small drawing.

import { EXAMPLES, type Example } from "../examples";
import { openDialog } from "./dialogs";
import { h } from "./dom";

export function gallery(choose: (example: Example) => void): void {
  const dialog = openDialog(
    "Examples",
    "gallery",
    h("p", { class: "lead" }, "Each replaces the cells you see. You can bring them back."),
    h(
      "ul",
      { class: "cards" },
      EXAMPLES.map((example) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              class: "card",
              "data-testid": "example",
              "data-example": example.id,
              on: {
                click: () => {
                  dialog.close();
                  choose(example);
                },
              },
            },
            h("img", { src: example.picture, alt: "", width: 160, height: 90 }),
            h("strong", {}, example.title),
            h("span", {}, example.line),
            example.needs !== undefined && h("span", { class: "needs" }, `loads ${example.needs}`),
          ),
        ),
      ),
    ),
  );
}
