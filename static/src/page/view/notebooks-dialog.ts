// The notebooks that are kept in this browser: to open, name, take away; how much room they have; and to forget everything.

import { askPromise, contents, promised, room } from "../keep/forgetting";
import type { Summary } from "../keep/record";
import { bytes, plural } from "../model/format";
import { openDialog } from "./dialogs";
import { fill, h } from "./dom";
import { icon } from "./icons";
import { toast } from "./toast";

export interface NotebooksActions {
  /** Id of the one that is open, if it is kept. */
  current(): string | undefined;
  name(): string;
  list(): Promise<Summary[]>;
  open(id: string): void;
  fresh(): void;
  rename(name: string): void;
  /** Gives what puts it back. */
  remove(id: string): Promise<() => Promise<void>>;
  forget(): Promise<void>;
}

/** How a page calls what it keeps. */
export interface Words {
  title: string;
  lead: string;
  named: string;
  fresh: string;
  none: string;
  /** One of what it consists of, and several. */
  unit: [one: string, many: string];
  /** What goes when everything does; "…" stands for what there is. */
  forget: string;
}

const NOTEBOOKS: Words = {
  title: "Notebooks",
  lead: "They are kept in this browser, on this device, with their files and outputs; nowhere else.",
  named: "This notebook is called",
  fresh: "New notebook",
  none: "None yet: a notebook is kept from its first change on.",
  unit: ["cell", "cells"],
  forget: "Here are …, your settings, conversations with models, and what makes the next visit start sooner.",
};

const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function notebooksDialog(actions: NotebooksActions, words = NOTEBOOKS): void {
  const list = h("ul", { class: "notebook-list", "aria-label": words.title });
  const space = h("p", { class: "hint", "data-testid": "notebooks-room" });
  const name = h("input", {
    class: "field",
    value: actions.name(),
    maxlength: 200,
    "aria-label": words.named,
    "data-testid": "notebook-rename",
    on: {
      change: () => {
        actions.rename(name.value);
        void draw();
      },
    },
  });
  const dialog = openDialog(
    words.title,
    "notebooks",
    h("p", { class: "lead" }, words.lead),
    h("label", { class: "notebook-name" }, h("span", {}, words.named), name),
    list,
    space,
    h(
      "p",
      { class: "dialog-actions" },
      button(words.fresh, "button primary", () => {
        dialog.close();
        actions.fresh();
      }),
      button("Forget everything…", "button", () => void ask(), "forget"),
    ),
  );

  const item = ({ id, name, changed, cells, files, size }: Summary) => {
    const open = id === actions.current();
    const parts = [plural(cells, ...words.unit), ...(files > 0 ? [`${plural(files, "file")}, ${bytes(size)}`] : [])];
    return h(
      "li",
      { class: "notebook-item", "data-testid": "notebook-item" },
      h(
        "button",
        {
          type: "button",
          class: "notebook-open",
          "aria-current": open && "true",
          on: {
            click: () => {
              dialog.close();
              if (!open) actions.open(id);
            },
          },
        },
        h("strong", {}, name),
        h("span", { class: "hint" }, `${open ? "open now · " : ""}${days.format(changed)} · ${parts.join(" · ")}`),
      ),
      !open &&
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": `Delete ${name}`,
            title: `Delete ${name}`,
            on: { click: () => void remove(id, name) },
          },
          icon("trash"),
        ),
    );
  };

  async function remove(id: string, name: string): Promise<void> {
    try {
      const back = await actions.remove(id);
      toast(`“${name}” was deleted.`, {
        label: "Undo",
        run: () =>
          void back().then(
            () => void draw(),
            () => toast(`“${name}” could not be put back: the browser has no room.`),
          ),
      });
    } catch {
      toast(`“${name}” could not be deleted.`);
    }
    void draw();
  }

  async function ask(): Promise<void> {
    const what = contents(await actions.list(), words === NOTEBOOKS ? "notebook" : "conversation");
    const sure = openDialog(
      "Forget everything?",
      "forget",
      h(
        "p",
        { class: "lead" },
        words.forget.replace("…", () => what),
      ),
      h("p", {}, "All of it goes, in every tab of this page. It can’t be brought back: download first what you need."),
      h(
        "p",
        { class: "dialog-actions" },
        button("Forget everything", "button primary", () => void actions.forget(), "forget-sure"),
        button("Cancel", "button", () => sure.close()),
      ),
    );
  }

  async function draw(): Promise<void> {
    const notebooks = await actions.list().catch(() => []);
    fill(list, notebooks.length > 0 ? notebooks.map(item) : h("li", { class: "muted" }, words.none));
    const found = await room();
    const kept = await promised();
    fill(
      space,
      found ? `${bytes(found.used)} of ${bytes(found.all)} that the browser allows are used. ` : "",
      kept
        ? "The browser has promised to take nothing away by itself."
        : "When the device runs out of room, the browser may take all of it away. ",
      !kept &&
        "storage" in navigator &&
        button(
          "Ask it not to",
          "link",
          () =>
            void askPromise().then((yes) => {
              toast(
                yes
                  ? "The browser keeps it until you say otherwise."
                  : "The browser did not promise it. Download what matters.",
              );
              void draw();
            }),
        ),
    );
  }
  void draw();
}

function button(label: string, kind: string, click: () => void, testid?: string): HTMLButtonElement {
  return h("button", { type: "button", class: kind, "data-testid": testid, on: { click } }, label);
}
