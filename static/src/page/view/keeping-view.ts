// Whether the notebook is kept: a word beside its name, and a notice where it is not, or another tab has it.

import type { Opened } from "../keep/opened";
import { banner } from "./banner";
import { byId, setText } from "./dom";

export interface KeepingActions {
  opened: Opened;
  saveIpynb(): void;
  notebooks(): void;
}

const WORDS = { nothing: "", kept: "saved", pending: "saving …", failing: "not saved" };
/** Milliseconds; a word that comes and goes with each letter would only flicker. */
const CALM_MS = 600;

export function keepingView({ opened, saveIpynb, notebooks }: KeepingActions): void {
  const name = byId("notebook-name");
  const word = byId("keeping");
  const notice = banner("unkept");
  let timer: ReturnType<typeof setTimeout> | undefined;
  name.addEventListener("click", notebooks);

  const draw = () => {
    setText(byId("notebook-name-text"), opened.name);
    const { state } = opened.keeper;
    clearTimeout(timer);
    const tell = () => {
      setText(word, opened.elsewhere ? "in another tab" : WORDS[state.state]);
    };
    word.dataset.state = opened.elsewhere ? "failing" : state.state;
    if (state.state === "pending") timer = setTimeout(tell, CALM_MS);
    else tell();
    if (opened.elsewhere) {
      notice.show({
        text: "This notebook is open in another tab.",
        hint: "You can read and run it here; what you change here is not kept.",
        action: { label: "Take over", run: () => void opened.takeOver() },
        other: { label: "Open a copy", run: () => void opened.copy() },
      });
    } else if (state.state === "failing") {
      notice.show({
        text: state.why,
        hint: state.full
          ? "What you see is still here and is lost with this tab. Download it, or make room: delete other notebooks or files. It is tried again by itself."
          : "What you see is still here and is lost with this tab. Download it. It is tried again by itself.",
        action: { label: "Download notebook", run: saveIpynb },
        other: { label: "Notebooks", run: notebooks },
      });
    } else notice.hide();
  };
  opened.changed.on(draw);
  draw();
}
