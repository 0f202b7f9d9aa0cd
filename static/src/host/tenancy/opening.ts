// Opens a frame and boots Python in it: the frame loads while the runtime and the packages arrive.

import { Gate } from "../../common/gate";
import { Shelf } from "../../common/shelf";
import { type BootSettings, PROFILE } from "../../protocol/messages";
import { checkedPool, type SandboxOptions } from "../api/options";
import type { Give, Supply } from "../supply/supply";
import { isolationFor } from "../supply/support";
import type { EarlyFrame } from "./early";
import { FrameLink, type LinkEvents, send } from "./link";
import { PackageDelivery } from "./package-delivery";

/** A frame whose Python is up has read all its parts. What it has found is heard within this, or found here. */
const READ_MS = 2000;

export interface Opening {
  link: FrameLink;
  packages: PackageDelivery;
  /** Resolves once all that a start needs has been handed over. Rejects with a sentence. */
  handed: Promise<Handed>;
  /** Fetches what is deferred. Call when nothing runs; a cell that waits for it has it fetched, too. */
  complete(): void;
  /** From now on somebody else hears what comes out. */
  tell(events: LinkEvents): void;
}

export interface Handed {
  /** The soft interrupt is there. */
  soft: boolean;
  /** Resolves once the bytes of all that are known to be what the policy names; nothing may run before. */
  verified: Promise<unknown>;
  /** Resolves once everything else has been handed over, too. */
  whole: Promise<unknown>;
}

export interface OpeningOptions {
  /** Python waits for `begin`. */
  hold?: boolean;
  /** A frame that loads already. */
  early?: EarlyFrame | undefined;
}

/** The address of the frame that a sandbox with these options gets, and whether it may be interrupted softly. */
export function frameFor(supply: Supply, { isolation }: SandboxOptions): { url: URL; interrupt: boolean } {
  const { frame } = supply.policy;
  const { page, interrupt } = isolationFor(isolation);
  return { url: supply.url(page === "isolated" ? frame.isolated : frame.plain), interrupt };
}

export function openFrame(
  supply: Supply,
  options: SandboxOptions,
  events: LinkEvents,
  { hold = false, early }: OpeningOptions = {},
): Opening {
  const { url, interrupt } = frameFor(supply, options);
  const idle = new Gate();
  if (hold) idle.open(); // nothing else wants the network
  const calm = new Gate();
  const read = new Shelf<string | null>();
  const silent = new Gate();
  let heard = events;
  const watched: LinkEvents = {
    message: (message) => {
      if (message.type === "read") return read.put(message.name, message.sha256);
      if (message.type === "stalled") return complete();
      // A worker that has read its code keeps one processor busy; until then a start wants all there are.
      if (message.type !== "progress" || message.stage === "starting") calm.open();
      if (message.type === "ready") setTimeout(() => silent.open(), READ_MS);
      heard.message(message);
    },
    lost: (reason) => heard.lost(reason),
  };
  const link = early?.take(url, watched) ?? new FrameLink(url, options.container ?? document.body, watched);
  const packages = new PackageDelivery(link);
  const complete = (): void => {
    idle.open();
    packages.complete();
  };
  return {
    link,
    packages,
    handed: hand(link, packages, supply, {
      interrupt,
      pool: checkedPool(options),
      idle: idle.opened,
      hold,
      calm: calm.opened,
      read,
      silent: silent.opened,
    }),
    complete,
    tell: (others) => {
      heard = others;
    },
  };
}

/** Waits until a new frame says that it is sealed; gives whether it is isolated. Rejects with a sentence. */
export async function sealed(link: FrameLink): Promise<boolean> {
  const { checks, isolated } = await link.open();
  const broken = checks.find((check) => !check.ok);
  if (broken) throw new Error(`The sandbox is not sealed, so it runs nothing: ${broken.detail}.`);
  explain();
  return isolated;
}

let explained = false;

/** Engines write each refusal of the self-test into the console, in red, and give no way to ask without. Said once. */
function explain(): void {
  if (explained) return;
  explained = true;
  // biome-ignore lint/suspicious/noConsole: that is where the lines are that it explains
  console.info(
    "belljar: the sandbox frame has tested its seal. The refusals of 'data:text/plain,x' and of eval " +
      "(a 'TrustedScript') above are its own attempts, which the browser stopped as it must: nothing is wrong.",
  );
}

interface Wishes {
  interrupt: boolean;
  pool: number;
  /** Resolves when the network may be used for what is deferred. */
  idle: Promise<void>;
  hold: boolean;
  /** Resolves when there is a processor left for verifying. */
  calm: Promise<void>;
  /** What the frame has found in the parts that it read, by name. */
  read: Shelf<string | null>;
  /** Resolves when a frame whose Python is up has had its time to say so. */
  silent: Promise<void>;
}

async function hand(link: FrameLink, packages: PackageDelivery, supply: Supply, wishes: Wishes): Promise<Handed> {
  const { interrupt, pool, idle, hold, calm, read, silent } = wishes;
  const seal = supply.timeline.time("frame: loaded and sealed", sealed(link));
  seal.catch(() => {}); // awaited below
  const give: Give = (name, blob, unverified) => send(link, { type: "part", name, blob, unverified });
  const parts = supply.snapshot ? supply.parts(give, calm, { read, silent }) : supply.parts(give, seal);
  const missing = supply.missing.length > 0 && packages.give(supply, PROFILE, supply.missing);
  const verified = Promise.all([parts, missing]);
  verified.catch(() => {}); // awaited below, or by whom it is given to
  // The frame prepares what it can; nothing of it runs before the frame has found itself sealed.
  const { limits, packages: allowed } = supply.policy;
  const settings: BootSettings = { limits, packages: allowed, load: supply.first, interrupt, pool };
  const { snapshot } = supply;
  send(link, { type: "boot", settings, snapshot: await supply.shape(), hold });
  // A frame that isn't sealed, or that the browser refuses, is the end: no other start could help.
  const isolated = await seal;
  const soft = isolated && interrupt;
  if (!snapshot) await verified;
  // A first cell hardly ever needs the rest of the image; one that does says so.
  const later = snapshot && verified.then(() => idle).then(() => supply.later(snapshot, give));
  return { soft, verified, whole: later ?? verified };
}
