// Dialogs: keys, and what the seal means. Built when first opened.

import { HELP } from "../model/keymap";
import { h } from "./dom";
import { icon } from "./icons";
import { places } from "./places";

/** A modal with a title and a close button; closes by Escape and by a press beside it, and then goes away. */
export function openDialog(title: string, name: string, ...content: (Node | string)[]): HTMLDialogElement {
  const heading = h("h2", { id: `${name}-title`, tabindex: -1 }, title);
  const dialog = h(
    "dialog",
    { class: `dialog ${name}`, "aria-labelledby": `${name}-title`, "data-testid": `dialog-${name}` },
    h(
      "div",
      { class: "dialog-head" },
      heading,
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => dialog.close() } },
        icon("close"),
      ),
    ),
    h("div", { class: "dialog-body" }, ...content),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  places().dialogs().append(dialog);
  dialog.showModal();
  heading.focus();
  return dialog;
}

export function keysDialog(): void {
  const apple = /Mac|iP(hone|ad)/.test(navigator.platform);
  const keys = (text: string) =>
    text
      .replace("Mod", apple ? "⌘" : "Ctrl")
      .split(/([ +·]+)/)
      .map((part) => (/^[ +·]+$/.test(part) ? part : h("kbd", {}, part)));
  openDialog(
    "Keys",
    "keys",
    ...HELP.map(({ title, keys: list }) =>
      h(
        "section",
        {},
        h("h3", {}, title),
        h(
          "dl",
          {},
          list.map(([key, what]) => h("div", {}, h("dt", {}, keys(key)), h("dd", {}, what))),
        ),
      ),
    ),
  );
}

/** `tryIt` opens the notebook that tries to get out. */
export function sealDialog(tryIt: () => void): void {
  const point = (title: string, text: string) => [h("h3", {}, title), h("p", {}, text)];
  const dialog = openDialog(
    "What sealed means",
    "seal",
    h(
      "p",
      { class: "lead" },
      "Python runs in this browser tab, in a part of it that has no connection to anything. Think of a glass bell: you see everything, nothing gets out.",
    ),
    ...point(
      "It can't reach the network",
      "Not the internet, not your office network, not this server. The browser itself refuses; what was tried is listed under Seal.",
    ),
    ...point(
      "It can't reach your files",
      "Only files that you drop here, as copies. What Python writes stays in this browser until you download it.",
    ),
    ...point("It can't reach this page", "Nor your cookies, passwords, other tabs or anything stored by this site."),
    ...point(
      "It can't hang your browser",
      "A cell that never ends is stopped. If it must be replaced, its variables are lost and your files are kept.",
    ),
    ...point(
      "What leaves this page",
      "Nothing of your code or data by itself. The page fetches its own files from its own server, and the list under Seal shows every one of them; which packages code asks for shows there, too. An address in a result opens only after you have seen it whole and pressed Open. Your notebooks, with their files and outputs, are kept in this browser only; Forget everything, under Notebooks, takes them away.",
    ),
    ...point(
      "What it does not promise",
      "What Python prints can be wrong or try to talk you into something, so treat it as you would a stranger's text. Browsers have bugs; the seal is as good as yours is up to date.",
    ),
    h(
      "p",
      { class: "dialog-actions" },
      h(
        "button",
        {
          type: "button",
          class: "button primary",
          on: {
            click: () => {
              dialog.close();
              tryIt();
            },
          },
        },
        "See for yourself: try to get out",
      ),
    ),
  );
}
