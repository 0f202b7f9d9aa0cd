// How conversations are called where they are listed, and whether the open one is kept.

import type { Keeping } from "../../page/keep/keeper";
import type { Words } from "../../page/view/notebooks-dialog";

export const CONVERSATIONS: Words = {
  title: "Conversations",
  lead: "They are in this browser, on this device, with their files and the list of what was sent; nowhere else.",
  named: "This conversation is called",
  fresh: "New conversation",
  none: "None yet: a conversation is kept from its first question or file on.",
  unit: ["entry", "entries"],
  forget: "Here are …, the chosen model, and its key where it was to be kept. Notebooks stay.",
};

/** A word beside the name. */
export function keepingWord(keeps: boolean, { state }: Keeping): string {
  if (!keeps) return "not kept";
  return { nothing: "", kept: "saved", pending: "saving …", failing: "not saved" }[state];
}
