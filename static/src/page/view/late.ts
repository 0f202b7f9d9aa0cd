// Parts of the page that are fetched when they are wanted. After an update of the server those that this page knows are
// gone, and without a server there are none: the page goes on, and says so.

import { toast } from "./toast";

/** Fetches a part; undefined, and a sentence is shown, where it can't be had. */
export async function late<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch {
    const there = await fetch(location.pathname, { method: "HEAD", cache: "no-store" }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (there) {
      const reload = { label: "Reload", run: () => location.reload() };
      toast("belljar was updated on its server. A reload brings the new one, and keeps everything.", reload, "late");
    } else {
      toast(
        "The server is out of reach, so this part can’t come. Cells go on running, and all is kept.",
        undefined,
        "late",
      );
    }
    return undefined;
  }
}
