// The cells that a visit begins with: a link's, a publisher's, those of the last visit, or the first example.

import { readOnly } from "./editor/readonly";
import type { Opened } from "./keep/opened";
import type { Library } from "./library";
import { holdsNotebook } from "./model/link";
import { asked, chosen, forgetAsked, type Published } from "./published";
import { toast } from "./view/toast";

/** Told once after everything was forgotten. */
const FORGOTTEN = "belljar.forgotten";

export async function showFirst(opened: Opened, library: Library, notebooks: () => void): Promise<void> {
  const linked = holdsNotebook(location.hash);
  const shown = linked ? undefined : publishedHere(opened);
  const kept = await opened.begin(linked || shown !== undefined);
  if (shown)
    await library.openPublished(shown).catch((error: Error) => failPublished(opened, error, kept !== undefined));
  else if (linked) await library.openLink(location.hash, kept?.record);
  else if (kept) toast(`“${opened.name}” is as you left it.`, { label: "Notebooks", run: notebooks }, "notebook");
  if (sessionStorage.getItem(FORGOTTEN) !== null)
    toast("Everything is forgotten: notebooks, files, outputs, settings.");
  sessionStorage.removeItem(FORGOTTEN);
}

/** Opens the page anew, which then says that everything is forgotten. */
export function beginAnew(): void {
  sessionStorage.setItem(FORGOTTEN, "yes");
  location.reload();
}

/** What the address asks for; else what the operator shows to those who have no notebook of their own. */
function publishedHere(opened: Opened): Published | undefined {
  try {
    const wanted = asked(location.href);
    if (wanted) return wanted;
  } catch (error) {
    toast((error as Error).message);
  }
  return readOnly() || !opened.known ? chosen() : undefined;
}

async function failPublished(opened: Opened, error: Error, kept: boolean): Promise<void> {
  toast(error.message);
  forgetAsked();
  if (kept) await opened.goBack();
  else await opened.show({ cells: [] });
}
