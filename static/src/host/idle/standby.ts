// A frame that stands by for the next sandbox of this page: loaded, sealed, given all that a start needs, its Python held
// just before its memory is filled. There is at most one, and it goes with the last sandbox.
//
//   a sandbox rests ─► prepare ─► standing ─► taken by the next one like it ─► begin
//                                    └─► dropped: the last sandbox ended, another kind is asked for, the frame is lost

import type { FrameMessage } from "../../protocol/from-frame";
import { Emitter } from "../api/emitter";
import { checkedPool, type SandboxEvents, type SandboxOptions } from "../api/options";
import { isSmall } from "../supply/device";
import { Supply } from "../supply/supply";
import { type LinkEvents, send } from "../tenancy/link";
import { frameFor, type Opening, openFrame } from "../tenancy/opening";

interface Standing extends Opening {
  /** What a sandbox must be like to take it. */
  kind: string;
}

let standing: Standing | undefined;
const owners = new Set<object>();

/** All that a held frame was made for. */
function kindOf(supply: Supply, options: SandboxOptions): string {
  const { limits, packages } = supply.policy;
  const { url, interrupt } = frameFor(supply, options);
  return JSON.stringify([url, interrupt, checkedPool(options), supply.first, supply.snapshot, limits, packages]);
}

/** Only a start from a snapshot can be held, and only in the page's own place is it anybody's. */
function able(supply: Supply, { container, standby = !isSmall() }: SandboxOptions): boolean {
  return standby && supply.snapshot !== null && (container ?? document.body) === document.body;
}

/** Makes one stand by, unless one does. Everything it needs is there: nothing is fetched. */
export function prepare(owner: object, supply: Supply, options: SandboxOptions): void {
  if (standing || !able(supply, options)) return;
  owners.add(owner);
  const { policy, base } = supply;
  const signal = new AbortController().signal;
  const own = new Supply({ policy, base }, options, new Emitter<SandboxEvents>(), signal);
  const kind = kindOf(own, options);
  const events: LinkEvents = {
    message: (message: FrameMessage) => {
      if (message.type === "failed" || message.type === "unrestorable") drop();
    },
    lost: drop,
  };
  const made: Standing = { kind, ...openFrame(own, options, events, { hold: true }) };
  standing = made;
  made.handed.then(({ whole }) => whole).catch(() => standing === made && drop());
}

/** The frame that stands by, if it is of the kind that is wanted; what comes out of it goes to `events` from now on. */
export function take(supply: Supply, options: SandboxOptions, events: LinkEvents): Opening | undefined {
  const found = standing;
  if (!found || !able(supply, options) || found.kind !== kindOf(supply, options)) return undefined;
  standing = undefined;
  found.tell(events);
  send(found.link, { type: "begin" });
  return found;
}

/** Whether one stands by; it may be of another kind. */
export const stands = (): boolean => standing !== undefined;

/** Call when a sandbox ends: with the last one goes what stands by. */
export function leave(owner: object): void {
  owners.delete(owner);
  if (owners.size === 0) drop();
}

/**
 * Away with what stands by. Call before a frame that hangs is replaced: frames share a process, and as long as another
 * one lives in it, so does what hangs, and the new frame would come up beside it.
 */
export function drop(): void {
  standing?.link.close();
  standing = undefined;
}
