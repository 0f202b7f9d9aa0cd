import { describe, expect, it } from "vitest";
import { openingCode, sniff } from "../../../static/src/page/model/opening";

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const german = "Stadt;Größe;Preis\nKöln;1.234,5;3,50\nUlm;12,0;4,25\n";

describe("a table in text", () => {
  it.each([
    ["a,b\n1,2\n3,4\n", { separator: ",", decimal: ".", encoding: undefined }],
    [german, { separator: ";", decimal: ",", thousands: ".", encoding: undefined }],
    ["a\tb\n1,5\t2\n2,5\t3\n", { separator: "\t", decimal: ",", thousands: undefined }],
    ['name|note\n"x|y"|"a, b"\nz|c\n', { separator: "|" }],
    ["one\ntwo\n", { separator: "," }],
  ])("is read as it is written: %j", (text, expected) => {
    expect(sniff(utf8(text))).toMatchObject(expected);
  });
  it("is known by its encoding", () => {
    expect(sniff(latin(german)).encoding).toBe("cp1252");
    expect(sniff(Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x3b, 0, 0x62, 0, 0x0a, 0)).encoding).toBe("utf-16");
    // A letter that is cut at the end of the piece is no other encoding.
    expect(sniff(utf8("a,ü\n1,ü").slice(0, -1)).encoding).toBeUndefined();
  });
});

describe("the line that opens a file", () => {
  it("has what pandas must be told, and nothing else", () => {
    expect(openingCode("Umsatz 2024.csv", latin(german))).toBe(
      'import pandas as pd\n\numsatz_2024 = pd.read_csv("Umsatz 2024.csv", sep=";", encoding="cp1252", decimal=",", thousands=".")\numsatz_2024.head()',
    );
    expect(openingCode("a.csv", utf8("x,y\n1,2\n"))).toContain('a = pd.read_csv("a.csv")\n');
  });
  it("shows all sheets of a workbook, by name", () => {
    expect(openingCode("book.xlsx", utf8("PK"))).toContain('pd.read_excel("book.xlsx", sheet_name=None)');
  });
  it("names what it opens so that Python takes it", () => {
    expect(openingCode("2024.csv", utf8("a,b\n1,2\n"))).toContain("data_2024 = ");
    expect(openingCode("import.csv", utf8("a,b\n1,2\n"))).toContain("data_import = ");
    expect(openingCode("données.csv", utf8("a,b\n1,2\n"))).toContain('donn_es = pd.read_csv("données.csv")');
    expect(openingCode('q"uote.csv', utf8("a,b\n1,2\n"))).toContain('read_csv("q\\"uote.csv")');
  });
  it("reads other text as text, and other bytes as bytes", () => {
    expect(openingCode("notes.md", utf8("words\n"))).toContain('open("notes.md", encoding="utf-8").read()');
    expect(openingCode("x.bin", Uint8Array.of(1, 0, 2))).toContain('open("x.bin", "rb")');
  });
});
