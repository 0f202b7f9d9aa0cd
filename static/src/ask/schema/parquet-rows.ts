// Rows of a Parquet file, some columns of them, a piece after the other.

import { Gunzip } from "fflate";
import { decompress } from "fzstd";
import { type Compressors, parquetMetadata, parquetRead } from "hyparquet";
import { Unreadable } from "./bytes";
import type { Rows } from "./probe";

/** Rows of one piece. */
const PIECE = 100_000;

/** Bytes of one page when it is unpacked, at most. */
const PAGE_BYTES = 64_000_000;

const roomFor = (size: number): Uint8Array => {
  if (!(size >= 0 && size <= PAGE_BYTES)) throw new Unreadable("It has a page that is too large.");
  return new Uint8Array(size);
};

/** Packed bytes that are unpacked at once, so that what is too long is noticed before it is much. */
const PACKED_BYTES = 16_384;

/** Unpacks a page, into as much room as it says that it takes. */
function gunzip(packed: Uint8Array, size: number): Uint8Array {
  const page = roomFor(size);
  let at = 0;
  const stream = new Gunzip((piece) => {
    if (at + piece.length > size) throw new Unreadable("It has a page that is larger than it says.");
    page.set(piece, at);
    at += piece.length;
  });
  for (let from = 0; from < packed.length; from += PACKED_BYTES)
    stream.push(packed.subarray(from, from + PACKED_BYTES), from + PACKED_BYTES >= packed.length);
  if (at < size) throw new Unreadable("It has a page that is smaller than it says.");
  return page;
}

/** Snappy is the reader's own. Whatever else packs a page makes the file one that isn't read here. */
const compressors: Compressors = { GZIP: gunzip, ZSTD: (packed, size) => decompress(packed, roomFor(size)) };

/** The first `most` rows; `wanted` are places and names of columns. Ends with an error for a file that is damaged. */
export async function* parquetRows(
  all: Uint8Array,
  wanted: readonly (readonly [at: number, name: string])[],
  most: number,
): AsyncGenerator<Rows> {
  const buffer = all.slice().buffer as ArrayBuffer;
  const file = { byteLength: buffer.byteLength, slice: (from: number, to?: number) => buffer.slice(from, to) };
  const metadata = parquetMetadata(buffer);
  const names = [...new Set(wanted.map(([, name]) => name))];
  for (let rowStart = 0; rowStart < most; rowStart += PIECE) {
    const rowEnd = Math.min(most, rowStart + PIECE);
    // Groups are counted without any column.
    let rows: unknown[][] = Array.from({ length: names.length ? 0 : rowEnd - rowStart }, () => []);
    if (names.length)
      await parquetRead({
        ...{ file, metadata, compressors, columns: names, rowStart, rowEnd },
        onComplete: (read) => {
          rows = read;
        },
      });
    if (rows.length < rowEnd - rowStart) throw new Unreadable("It has fewer rows than it says.");
    yield rows.map((row) => {
      const cells: string[] = [];
      for (const [at, name] of wanted) {
        while (cells.length < at) cells.push("");
        cells[at] = cellOf(row[names.indexOf(name)]);
      }
      return cells;
    });
  }
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) {
    const text = Number.isNaN(value.getTime()) ? "" : value.toISOString();
    return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text;
  }
  return typeof value === "object" ? "{…}" : String(value);
}
