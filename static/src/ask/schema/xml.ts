// Tags and text of XML, one after the other: as much of it as the files of office programs have. No entity is looked up.

/** A tag or the text between two. Names come without their prefix. */
export type Piece =
  | { type: "open"; name: string; attributes: ReadonlyMap<string, string> }
  | { type: "close"; name: string }
  | { type: "text"; text: string };

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Pieces of a document; an element without content opens and closes. */
export function* piecesOf(xml: string): Generator<Piece> {
  for (let at = 0; at < xml.length; ) {
    const from = xml.indexOf("<", at);
    if (from !== at) {
      yield { type: "text", text: plain(xml.slice(at, from < 0 ? xml.length : from)) };
      if (from < 0) return;
    }
    const passed = xml.startsWith("<!--", from) ? "-->" : xml.startsWith("<![CDATA[", from) ? "]]>" : ">";
    const end = xml.indexOf(passed, from);
    if (end < 0) return;
    at = end + passed.length;
    const inner = xml.slice(from + 1, end);
    if (passed === "]]>") yield { type: "text", text: inner.slice(8) };
    if (passed !== ">" || inner.startsWith("?") || inner.startsWith("!")) continue;
    if (inner.startsWith("/")) {
      yield { type: "close", name: local(inner.slice(1).trim()) };
      continue;
    }
    const empty = inner.endsWith("/");
    const [name = ""] = inner.split(/[\s/]/, 1);
    yield { type: "open", name: local(name), attributes: attributesIn(inner.slice(name.length)) };
    if (empty) yield { type: "close", name: local(name) };
  }
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);

function attributesIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    const equals = text.indexOf("=", at);
    const quote = text[equals + 1];
    if (equals < 0 || (quote !== '"' && quote !== "'")) break;
    const end = text.indexOf(quote, equals + 2);
    if (end < 0) break;
    found.set(local(text.slice(at, equals).trim()), plain(text.slice(equals + 2, end)));
    at = end + 1;
  }
  return found;
}

function plain(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(#x?[\da-f]{1,6}|\w{2,4});/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
