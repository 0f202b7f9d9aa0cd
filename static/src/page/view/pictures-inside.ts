// Pictures that stand in a text itself, or lie beside it in its notebook. Nothing is fetched.

import { dearness } from "../model/svgcost";
import { fromBase64 } from "./hand-out";
import { svgPicture } from "./pictures";

/** Attachments of a cell as notebook files have them: by name, then by MIME type, in base64. */
export type Attachments = Readonly<Record<string, unknown>>;

const RASTER = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;
/** Pictures of one text. */
const MOST = 200;

/** A text with its pictures' bytes taken out: "](data:image/png;base64,…)" becomes "](lifted:0)". */
export function lifted(source: string): { text: string; pictures: string[] } {
  const pictures: string[] = [];
  const pieces: string[] = [];
  let at = 0;
  while (pictures.length < MOST) {
    const from = source.indexOf("](data:image/", at);
    const end = from < 0 ? -1 : source.indexOf(")", from);
    if (end < 0) break;
    pieces.push(source.slice(at, from), `](lifted:${pictures.length})`);
    pictures.push(source.slice(from + 2, end));
    at = end + 1;
  }
  return { text: pieces.join("") + source.slice(at), pictures };
}

/** The address of a picture for an <img>; undefined where there is none, or it may be more than a picture. */
export function addressOf(source: string, pictures: readonly string[], attachments: Attachments): string | undefined {
  const number = /^lifted:(\d{1,3})$/.exec(source)?.[1];
  if (number !== undefined) return fromData(pictures[Number(number)] ?? "");
  const name = decoded(source.slice("attachment:".length));
  const found = Object.hasOwn(attachments, name) ? attachments[name] : undefined;
  if (typeof found !== "object" || found === null) return undefined;
  for (const [type, bytes] of Object.entries(found as Record<string, unknown>)) {
    const base64 = Array.isArray(bytes) ? bytes.join("") : bytes;
    const address = typeof base64 === "string" ? checked(type, base64) : undefined;
    if (address !== undefined) return address;
  }
  return undefined;
}

function fromData(address: string): string | undefined {
  const comma = address.indexOf(",");
  const [type = "", ...options] = address.slice("data:".length, comma).split(";");
  return comma > 0 && options.includes("base64") ? checked(type, address.slice(comma + 1)) : undefined;
}

function checked(type: string, base64: string): string | undefined {
  if (!BASE64.test(base64)) return undefined;
  if (RASTER.includes(type)) return `data:${type};base64,${base64.replace(/\s+/g, "")}`;
  if (type !== "image/svg+xml") return undefined;
  try {
    const svg = new TextDecoder().decode(fromBase64(base64.replace(/\s+/g, "")));
    return dearness(svg) === undefined ? svgPicture(svg).url : undefined;
  } catch {
    return undefined;
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
