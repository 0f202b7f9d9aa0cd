// What passes between the page, the server and the program: the guards. A program was let in by the server's key and by
// the person's consent, and is still nobody whose words are taken as they come: each is rebuilt here.

import type { OpenOptions } from "../headless/drive";
import type { RunRequest } from "../headless/run";

/** Characters of one piece of an answer; the program asks for the next one. */
export const PIECE = 2 ** 20;

export type FromServer =
  | { type: "offered"; name: string; address: string }
  | { type: "refused"; reason: string }
  | { type: "left"; reason: string }
  | { type: "call"; id: number; method: string; args: unknown[] }
  | { type: "more"; id: number };

/** Null for what is none of these. */
export function fromServer(text: string): FromServer | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(said)) return null;
  const { type, id, name, address, reason, method, args } = said;
  switch (type) {
    case "offered":
      return { type, name: words(name, 100), address: words(address, 100) };
    case "refused":
    case "left":
      return { type, reason: words(reason, 500) };
    case "call":
      return isId(id) && typeof method === "string" && Array.isArray(args) ? { type, id, method, args } : null;
    case "more":
      return isId(id) ? { type, id } : null;
    default:
      return null;
  }
}

export function openOptions(value: unknown): OpenOptions {
  const { packages, isolation, spare } = isRecord(value) ? value : {};
  const named = Array.isArray(packages) ? packages.filter((one) => typeof one === "string") : undefined;
  return {
    isolation: isolation === "off" ? "off" : "auto",
    spare: spare === true,
    ...(named ? { packages: named } : {}),
  };
}

export function runRequest(value: unknown): RunRequest {
  const { timeout, context, fresh, svg, displays, input } = isRecord(value) ? value : {};
  return {
    // What is no number is for the SDK to refuse, with its own sentence.
    ...(timeout === undefined ? {} : { timeout: timeout as number }),
    ...(typeof context === "string" ? { context: context.slice(0, 200) } : {}),
    fresh: fresh === true,
    svg: svg === true,
    displays: displays === true,
    input: input === true,
  };
}

export function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function words(value: unknown, most: number): string {
  return typeof value === "string" ? value.slice(0, most) : "";
}
