// The last moments of the page: the open notebook is kept or noted, and the browser asks before something would be lost.

import type { Keeper } from "./keeper";
import { rememberPending } from "./places";

/** Something would be lost if the page went now, whatever is done in its last moment. */
function wouldLose(keeper: Keeper): boolean {
  if (keeper.id === undefined) return false;
  return keeper.state.state === "failing" || (keeper.paused && keeper.unsaved) || keeper.unsavedFiles;
}

export function guardParting(keeper: Keeper): void {
  const ask = (event: BeforeUnloadEvent): void => {
    if (wouldLose(keeper)) event.preventDefault();
  };
  keeper.changed.on(() => {
    // A page that listens for its end is kept less well by browsers, so it only does while there is a reason.
    const { state } = keeper.state;
    if (state === "pending" || state === "failing") addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
  addEventListener("pagehide", () => {
    const record = keeper.hand();
    if (record) rememberPending(record);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void keeper.flush();
  });
}
