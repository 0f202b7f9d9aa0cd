// Sheets of an Excel workbook (.xlsx): their rows as texts, dates as dates.

import { Unreadable } from "./bytes";
import { piecesOf } from "./xml";
import { Zip } from "./zip";

/** Sheets, and cells of a row, that are read. */
const SHEETS = 50;
const CELLS = 1_000;
const CELL_CHARS = 10_000;

/** Numbers of the formats that show a number as a date or a time, of those that every workbook has. */
const DATES = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57]);

/** A sheet: its name and its rows, those without anything left out. */
export interface Sheet {
  name: string;
  rows: string[][];
}

/** The sheets of a workbook, in its order. Throws `Unreadable` for a file that is none. */
export async function excelSheets(all: Uint8Array): Promise<Sheet[]> {
  const zip = new Zip(all);
  const workbook = await zip.text("xl/workbook.xml");
  const relations = await zip.text("xl/_rels/workbook.xml.rels");
  if (workbook === null || relations === null) throw new Unreadable("It is no workbook.");
  const targets = new Map<string, string>();
  for (const piece of piecesOf(relations)) {
    if (piece.type !== "open" || piece.name !== "Relationship") continue;
    const target = piece.attributes.get("Target") ?? "";
    targets.set(piece.attributes.get("Id") ?? "", target.startsWith("/") ? target.slice(1) : `xl/${target}`);
  }
  const strings = stringsIn((await zip.text("xl/sharedStrings.xml")) ?? "");
  const dates = datesIn((await zip.text("xl/styles.xml")) ?? "");
  const sheets: Sheet[] = [];
  for (const piece of piecesOf(workbook)) {
    if (piece.type !== "open" || piece.name !== "sheet" || sheets.length === SHEETS) continue;
    const xml = await zip.text(targets.get(piece.attributes.get("id") ?? "") ?? "");
    if (xml !== null) sheets.push({ name: piece.attributes.get("name") ?? "", rows: rowsIn(xml, strings, dates) });
  }
  return sheets;
}

/** Texts that cells refer to by number. */
function stringsIn(xml: string): string[] {
  const found: string[] = [];
  let open: string[] | undefined;
  let shown = false;
  for (const piece of piecesOf(xml)) {
    if (piece.type === "open") {
      if (piece.name === "si") open = [];
      shown = piece.name === "t";
    } else if (piece.type === "text") {
      if (shown) open?.push(piece.text);
    } else {
      if (piece.name === "si") found.push((open ?? []).join("").slice(0, CELL_CHARS));
      shown = false;
    }
  }
  return found;
}

/** Which of the styles that cells refer to by number show a date. */
function datesIn(xml: string): boolean[] {
  const own = new Set<number>();
  const styles: boolean[] = [];
  let within = false;
  for (const piece of piecesOf(xml)) {
    if (piece.type === "text") continue;
    if (piece.name === "cellXfs") within = piece.type === "open";
    if (piece.type !== "open") continue;
    const id = Number(piece.attributes.get("numFmtId"));
    if (piece.name === "numFmt") {
      // Without what stands in quotes or brackets, such as colours.
      const format = (piece.attributes.get("formatCode") ?? "").slice(0, 200).replace(/"[^"]*"|\[[^\]]*\]/g, "");
      if (/[ymdhs]/i.test(format.replace(/general|e[+-]/gi, ""))) own.add(id);
    }
    if (within && piece.name === "xf") styles.push(DATES.has(id) || own.has(id));
  }
  return styles;
}

/** Rows of a sheet, cells in their places. */
function rowsIn(xml: string, strings: readonly string[], dates: readonly boolean[]): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = { at: 0, type: "", style: 0 };
  let next = 0;
  let [text, shown] = ["", false];
  for (const piece of piecesOf(xml)) {
    if (piece.type === "text") {
      if (shown) text += piece.text;
    } else if (piece.type === "open") {
      if (piece.name === "row") [row, next] = [[], 0];
      if (piece.name === "c") {
        const { attributes } = piece;
        cell = {
          at: placeOf(attributes.get("r")) ?? next,
          type: attributes.get("t") ?? "",
          style: Number(attributes.get("s") ?? -1),
        };
        [text, next] = ["", cell.at + 1];
      }
      shown = piece.name === "v" || piece.name === "t";
    } else {
      shown = false;
      if (piece.name === "c" && cell.at < CELLS) {
        while (row.length < cell.at) row.push("");
        row[cell.at] = shownAs(text, cell.type, strings, dates[cell.style] ?? false);
      }
      if (piece.name === "row" && row.some((one) => one !== "")) rows.push(row);
    }
  }
  return rows;
}

/** The number of a column by its letters ("C7" is 2). */
function placeOf(reference: string | undefined): number | undefined {
  const letters = /^([A-Z]{1,3})\d/.exec(reference ?? "")?.[1];
  if (!letters) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function shownAs(text: string, type: string, strings: readonly string[], date: boolean): string {
  if (type === "s") return strings[Number(text)] ?? "";
  if (type === "b") return text === "1" ? "true" : "false";
  if (type === "e") return "";
  if (type === "" || type === "n") {
    const days = Number(text);
    // Day 0 is the last but one of 1899: Excel has a 29 February 1900.
    if (date && text !== "" && days >= 0 && days < 3_000_000)
      return new Date(Math.round((days - 25_569) * 86_400_000)).toISOString().slice(0, days % 1 ? 16 : 10);
  }
  return text.slice(0, CELL_CHARS);
}
