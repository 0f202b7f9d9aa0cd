// An address in what code has shown. Never a link: browsers look the host of a link up before anybody presses it (Firefox
// when it is shown, Chromium when the mouse passes), and a host name carries data out. It is a button; the dialog behind
// it shows the whole address, and only a press there opens it.

import { type Opened, openedAddress } from "../model/address";
import { openDialog } from "./dialogs";
import { type Child, h } from "./dom";
import { copyText } from "./hand-out";
import { icon } from "./icons";

/** Told of addresses that were opened, for the account of what left the page. */
let told: (address: string) => void = () => undefined;

export function tellOpened(listener: (address: string) => void): void {
  told = listener;
}

/** The label as a button, with the address in its title; the plain label where the address can't be opened. */
export function addressButton(href: string, ...label: Child[]): HTMLElement {
  const found = openedAddress(href);
  if (!found) return h("span", {}, ...label);
  return h(
    "button",
    {
      type: "button",
      class: "outward",
      title: found.address,
      "aria-haspopup": "dialog",
      "data-testid": "address",
      on: { click: () => addressDialog(found) },
    },
    ...label,
    icon("out"),
  );
}

function addressDialog({ address, host, carries }: Opened): void {
  const open = () => {
    dialog.close();
    told(address);
    // Neither does the new page know this one, nor does it learn where it was opened.
    window.open(address, "_blank", "noopener,noreferrer");
  };
  const button = (name: string, kind: string, click: () => void, testid?: string) =>
    h("button", { type: "button", class: kind, "data-testid": testid, on: { click } }, name);
  const dialog = openDialog(
    "Open this address?",
    "address",
    h("p", { class: "lead" }, "It leads to ", h("strong", {}, h("bdi", {}, host)), ", and code has written it."),
    h("p", { class: "address-full", "data-testid": "address-full" }, h("bdi", {}, address)),
    h("p", {}, `Whoever answers there gets the whole address: ${carries}. Is anything in it that should stay here?`),
    h(
      "p",
      { class: "dialog-actions" },
      button("Open in a new tab", "button primary", open, "address-open"),
      button("Copy", "button", () => void copyText(address)),
      button("Cancel", "button", () => dialog.close()),
    ),
  );
}
