// Opens a frame and boots Python in it: the frame loads while the runtime and the packages arrive.

import { type BootSettings, type HostMessage, PROFILE } from "../protocol/messages";
import { FrameLink, type LinkEvents } from "./link";
import type { SandboxOptions } from "./options";
import type { Supply } from "./supply";
import { isolationFor } from "./support";

export interface Opening {
  link: FrameLink;
  /** Resolves once everything has been handed over; says whether the soft interrupt is there. Rejects with a sentence. */
  handed: Promise<{ soft: boolean }>;
}

/** Posts to a frame; file bytes are transferred, not copied. */
export function send(link: FrameLink | undefined, message: HostMessage): void {
  const files = message.type === "boot" ? message.core : message.type === "packages" ? message.files : [];
  link?.post(
    message,
    files.map((file) => file.bytes),
  );
}

export function openFrame(supply: Supply, options: SandboxOptions, events: LinkEvents): Opening {
  const { frame } = supply.policy;
  const { page, interrupt } = isolationFor(options.isolation);
  const url = supply.url(page === "isolated" ? frame.isolated : frame.plain);
  const link = new FrameLink(url, options.container ?? document.body, events);
  return { link, handed: hand(link, supply, interrupt, options.spare ?? true) };
}

async function hand(link: FrameLink, supply: Supply, interrupt: boolean, spare: boolean): Promise<{ soft: boolean }> {
  const hello = link.open();
  const core = supply.core();
  const packages = supply.packages(supply.first);
  for (const started of [core, packages]) started.catch(() => {}); // awaited below, in their order
  const { checks, isolated } = await hello;
  const broken = checks.find((check) => !check.ok);
  if (broken) throw new Error(`The sandbox is not sealed, so it runs nothing: ${broken.detail}.`);
  const soft = interrupt && isolated;
  const { limits, packages: allowed } = supply.policy;
  const settings: BootSettings = { limits, packages: allowed, load: supply.first, interrupt: soft, spare };
  send(link, { type: "boot", core: await core, settings });
  send(link, { type: "packages", id: PROFILE, files: await packages, error: null });
  return { soft };
}
