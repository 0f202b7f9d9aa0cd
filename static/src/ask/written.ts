// Code out of a call's arguments while those are being written: the value of "code", as far as it has come.

/** Characters of one call's arguments at most. */
export const ARGUMENT_CHARS = 200_000;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/** Reads pieces of JSON text, cut anywhere, and keeps the first string that is named "code". */
export class Written {
  #text = "";
  /** Where the value's next character stands; -1 until the value has begun. */
  #at = -1;
  #over = false;
  code = "";

  get text(): string {
    return this.#text;
  }

  /** Adds a piece; gives whether there is more of the code. */
  add(piece: string): boolean {
    this.#text += piece;
    if (this.#at < 0) this.#at = startOf(this.#text);
    if (this.#at < 0 || this.#over) return false;
    const before = this.code.length;
    this.#read();
    return this.code.length > before;
  }

  #read(): void {
    const parts: string[] = [];
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] as string;
      if (char === '"') {
        this.#over = true;
        break;
      }
      if (char !== "\\") {
        parts.push(char);
        this.#at++;
        continue;
      }
      const kind = this.#text[this.#at + 1];
      const length = kind === "u" ? 6 : 2;
      if (kind === undefined || this.#at + length > this.#text.length) break;
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      parts.push(kind === "u" ? String.fromCharCode(Number.parseInt(hex, 16) || 0xfffd) : (ESCAPES[kind] ?? kind));
      this.#at += length;
    }
    this.code += parts.join("");
  }
}

/** Where the value of "code" begins, if it comes first, as it is asked for; -1 if it doesn't, or not yet. */
function startOf(text: string): number {
  const found = /^\s{0,20}\{\s{0,20}"code"\s{0,20}:\s{0,20}"/.exec(text.slice(0, 100));
  return found ? found[0].length : -1;
}

/** The arguments as an object, or a sentence for the model. */
export function argumentsOf(text: string): Readonly<Record<string, unknown>> | string {
  if (text.length > ARGUMENT_CHARS) return `The arguments are longer than ${ARGUMENT_CHARS} characters.`;
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return "The arguments must be a JSON object.";
  } catch {
    return "The arguments are not valid JSON. Write the call again, with line ends and quotes in strings escaped.";
  }
}
