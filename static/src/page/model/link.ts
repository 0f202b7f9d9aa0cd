// Notebooks in links: code and small files behind the "#" of the page's address, which browsers send to no server.
//
//   #code=      base64url(deflate-raw(UTF-8 of one cell's Python))
//   #notebook=  the same of {"cells": [{"kind", "source"}], "files": {name: text or {"base64"}}, "example": id}
//
// Whoever made a link may be a stranger: what it unpacks to is bounded while it unpacks, rebuilt from what is known, and
// text until the reader presses Run.

import { type FileContent, filesOf } from "./content";
import { bytes as asSize } from "./format";
import { type CellSeed, seedsOf } from "./notebook";

/** Characters of a link's part behind "#" that is made here: all browsers take so many, and most programs that pass links on. */
const LONGEST_MADE = 60_000;
/** Characters of one that is read. */
const LONGEST_READ = 1_000_000;
/** Bytes that one unpacks to at most. */
const MOST_UNPACKED = 2_000_000;
const MOST_CELLS = 1_000;
/** Unpacking takes milliseconds. */
const UNPACK_MS = 10_000;
/**
 * Bytes that are unpacked at a time. A browser unpacks a whole piece before anybody can say stop, and a byte can become a
 * thousand.
 */
const PIECE = 512;

export interface Linked {
  cells: readonly CellSeed[];
  files: Record<string, FileContent>;
  /** The example whose data the cells read. */
  example: string | undefined;
}

export interface Made {
  /** Part of an address, "#" and all. */
  fragment: string;
  /** Names of files that had no room. */
  left: string[];
}

/**
 * The part of an address for this notebook, with as many of its files as there is room for, the small ones first.
 * Rejects with a sentence when not even the cells have room.
 */
export async function toFragment({ cells, files, example }: Linked): Promise<Made> {
  const [only] = cells;
  const names = Object.keys(files).sort((a, b) => JSON.stringify(files[a]).length - JSON.stringify(files[b]).length);
  const left: string[] = [];
  if (cells.length === 1 && only?.kind === "code" && names.length === 0 && example === undefined) {
    const fragment = `#code=${await packed(only.source)}`;
    if (fits(fragment, only.source)) return { fragment, left };
  }
  for (;;) {
    const kept = Object.fromEntries(names.map((name) => [name, files[name]]));
    const wire = { cells, ...(names.length > 0 ? { files: kept } : {}), ...(example ? { example } : {}) };
    const text = JSON.stringify(wire);
    const fragment = `#notebook=${await packed(text)}`;
    if (fits(fragment, text)) return { fragment, left };
    const largest = names.pop();
    if (largest === undefined) {
      const size = asSize(fragment.length);
      throw new Error(
        `This notebook makes a link of ${size}, and links get lost above ${asSize(LONGEST_MADE)}. Download it instead.`,
      );
    }
    left.unshift(largest);
  }
}

/** UTF-16 units are at most three bytes each. */
function fits(fragment: string, text: string): boolean {
  return fragment.length <= LONGEST_MADE && text.length <= MOST_UNPACKED / 3;
}

/** Whether an address's part behind "#" claims to hold a notebook. */
export function holdsNotebook(fragment: string): boolean {
  return /^#(code|notebook)=/.test(fragment);
}

/**
 * The notebook in such a part.
 * Rejects with a sentence for people when there is none, or too much of one.
 */
export async function fromFragment(fragment: string): Promise<Linked> {
  const [kind, text = ""] = fragment.slice(1).split("=", 2);
  const source = await unpacked(text);
  if (kind === "code") return { cells: [{ kind: "code", source }], files: {}, example: undefined };
  return rebuilt(source);
}

/** base64url(deflate-raw(UTF-8)) of a text. */
export async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The text of `packed`, never more than two megabytes of it. Rejects with a sentence. */
export async function unpacked(text: string): Promise<string> {
  if (text.length > LONGEST_READ) throw new Error(`The link is longer than this page reads. ${UNCHANGED}`);
  const bytes = decoded(text);
  let at = 0;
  const pieces = new ReadableStream<BufferSource>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + PIECE));
      else controller.close();
      at += PIECE;
    },
  });
  const signal = AbortSignal.timeout(UNPACK_MS);
  const reader = pieces.pipeThrough(new DecompressionStream("deflate-raw"), { signal }).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let [size, result] = [0, ""];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return result + decoder.decode();
      size += value.byteLength;
      if (size > MOST_UNPACKED) break;
      result += decoder.decode(value, { stream: true });
    }
  } catch {
    throw new Error(`The link is damaged; part of it may be missing. ${UNCHANGED}`);
  }
  void reader.cancel().catch(() => undefined);
  throw new Error(`The link unpacks to more than 2 MB, which this page refuses. ${UNCHANGED}`);
}

const UNCHANGED = "Your notebook is as it was.";

function decoded(text: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    throw new Error(`The link is damaged; part of it may be missing. ${UNCHANGED}`);
  }
}

/** What is known of a notebook's wire form, and nothing else of it. */
function rebuilt(text: string): Linked {
  let wire: unknown;
  try {
    wire = JSON.parse(text);
  } catch {
    wire = undefined;
  }
  const cells = seedsOf(field(wire, "cells"));
  if (!cells || cells.length > MOST_CELLS)
    throw new Error(`The link holds no notebook that this page knows. ${UNCHANGED}`);
  const example = field(wire, "example");
  return { cells, files: filesOf(field(wire, "files")), example: typeof example === "string" ? example : undefined };
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
