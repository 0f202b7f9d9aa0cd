// Opens a frame and boots Python in it: the frame loads while the runtime and the packages arrive.

import { type BootSettings, type HostMessage, PROFILE } from "../protocol/messages";
import { FrameLink, type LinkEvents } from "./link";
import type { SandboxOptions } from "./options";
import type { Supply } from "./supply";
import { isolationFor } from "./support";

export interface Opening {
  link: FrameLink;
  /** Resolves once all that a start needs has been handed over. Rejects with a sentence. */
  handed: Promise<Handed>;
}

export interface Handed {
  /** The soft interrupt is there. */
  soft: boolean;
  /** Resolves once the bytes of all that are known to be what the policy names; nothing may run before. */
  verified: Promise<unknown>;
  /** Resolves once everything else has been handed over, too. */
  whole: Promise<unknown>;
}

/** Posts to a frame; file bytes are transferred, not copied. */
export function send(link: FrameLink | undefined, message: HostMessage): void {
  link?.post(message, buffers(message));
}

function buffers(message: HostMessage): ArrayBuffer[] {
  switch (message.type) {
    case "capture":
    case "packages":
      return message.files.map(({ bytes }) => bytes);
    default:
      return [];
  }
}

/** `idle` resolves when the network may be used for what is needed later. */
export function openFrame(supply: Supply, options: SandboxOptions, events: LinkEvents, idle: Promise<void>): Opening {
  const { frame } = supply.policy;
  const { page, interrupt } = isolationFor(options.isolation);
  const url = supply.url(page === "isolated" ? frame.isolated : frame.plain);
  const link = new FrameLink(url, options.container ?? document.body, events);
  return { link, handed: hand(link, supply, { interrupt, spare: options.spare ?? true, idle }) };
}

/** Waits until a new frame says that it is sealed; gives whether it is isolated. Rejects with a sentence. */
export async function sealed(link: FrameLink): Promise<boolean> {
  const { checks, isolated } = await link.open();
  const broken = checks.find((check) => !check.ok);
  if (broken) throw new Error(`The sandbox is not sealed, so it runs nothing: ${broken.detail}.`);
  return isolated;
}

interface Wishes {
  interrupt: boolean;
  spare: boolean;
  idle: Promise<void>;
}

async function hand(link: FrameLink, supply: Supply, { interrupt, spare, idle }: Wishes): Promise<Handed> {
  const seal = supply.timeline.time("frame: loaded and sealed", sealed(link));
  const give = (name: string, blob: Blob): void => send(link, { type: "part", name, blob });
  const verified = Promise.all([supply.parts(give), packages(link, supply)]);
  verified.catch(() => {}); // awaited below, or by whom it is given to
  // A frame that isn't sealed, or that the browser refuses, is the end: no other start could help.
  const isolated = await seal;
  const soft = isolated && interrupt;
  const { limits, packages: allowed } = supply.policy;
  const settings: BootSettings = { limits, packages: allowed, load: supply.first, interrupt: soft, spare };
  const { snapshot } = supply;
  const shape = snapshot && { heap: snapshot.heap.length, load: snapshot.load };
  send(link, { type: "boot", settings, snapshot: shape });
  if (!snapshot) await verified;
  // Where cells can fetch from the image while they run, nobody waits for the rest of it.
  const later = snapshot && verified.then(() => (isolated ? idle : undefined)).then(() => supply.rest(snapshot));
  return { soft, verified, whole: later ? later.then((blob) => give(snapshot.rest.name, blob)) : verified };
}

async function packages(link: FrameLink, supply: Supply): Promise<void> {
  const files = await supply.packages(supply.missing);
  if (files.length > 0) send(link, { type: "packages", id: PROFILE, files, error: null });
}
