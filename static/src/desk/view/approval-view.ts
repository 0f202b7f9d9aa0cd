// What waits for a person's yes: the exact text, to be edited or struck out, and two buttons.

import { bytes } from "../../page/model/format";
import { h, setText } from "../../page/view/dom";
import type { Approval } from "../asker";

import { hostOf } from "../model/models";

const encoder = new TextEncoder();

export function approvalView({ proposed, to, answer }: Approval): HTMLElement {
  const { about, step, text } = proposed;
  const area = h("textarea", {
    class: "approval-text",
    rows: Math.min(14, text.split("\n").length + 1),
    spellcheck: "false",
    "aria-label": "What is sent; you may change it",
    "data-testid": "approval-text",
  });
  area.value = text;
  const size = h("span", { class: "hint" });
  const draw = () =>
    setText(size, `${bytes(encoder.encode(area.value).length)}${area.value === text ? "" : ", changed by you"}`);
  area.addEventListener("input", draw);
  draw();
  const whom = to === null ? "the demo model in this page" : hostOf(to);
  const button = (label: string, kind: string, testid: string, click: () => void) =>
    h("button", { type: "button", class: kind, "data-testid": testid, on: { click } }, label);
  return h(
    "section",
    { class: "approval", role: "group", "aria-label": "Waits for your yes", "data-testid": "approval" },
    h(
      "p",
      {},
      h(
        "strong",
        {},
        about === "files" ? "May this be told about your files?" : `May this be told about step ${step}?`,
      ),
      ` It goes to ${whom}, exactly as it stands here. Change it or strike out what should stay. Figures are not sent.`,
    ),
    area,
    h(
      "p",
      { class: "approval-actions" },
      button("Send this", "button primary", "approval-send", () => answer(area.value)),
      button("Send nothing of it", "button", "approval-deny", () => answer(null)),
      size,
    ),
  );
}
