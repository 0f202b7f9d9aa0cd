// The pill in the header: one dot, a few words, a line that fills; and the same, less often, for screen readers.

import type { Status } from "../model/status";
import { announce } from "./announce";
import { byId, setText } from "./dom";

export function statusView(): (status: Status) => void {
  const pill = byId("status");
  const text = byId("status-text");
  const short = byId("status-short");
  const bar = byId("status-bar");
  let spoken = "";
  return (status) => {
    pill.dataset.tone = status.tone;
    pill.dataset.sealed = String(status.sealed);
    setText(text, status.text);
    setText(short, status.short);
    bar.style.setProperty("transform", `scaleX(${status.fraction ?? 0})`);
    bar.hidden = status.fraction === undefined;
    if (status.spoken !== spoken) {
      spoken = status.spoken;
      announce(spoken);
    }
  };
}
