// Terminal text taken apart: stretches to print, single control characters, and control sequences with their parameters.
//
// A state machine that looks at each character once, wherever the text was cut into chunks. What begins like a sequence
// and is none loses its escape character and is printed.

export interface Steered {
  /** Characters without any control among them. */
  print(text: string): void;
  /** One control character; never an escape. */
  control(char: string): void;
  /** A control sequence: "ESC [ parameters final". */
  sequence(parameters: string, final: string): void;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are this module's subject
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** A sequence longer than this is none: text is not held back for ever. */
const LONGEST = 4096;

const ESCAPE = 0x1b;
const BELL = 0x07;

/**
 *   ground ──ESC──► escape ──[──► parameters ──(blank … /)──► between ──► ground
 *                     ├─────]──► title ──ESC──► ending ──► ground
 *                     └──(blank … /)──► designating ──► ground
 */
type State = "ground" | "escape" | "parameters" | "between" | "title" | "ending" | "designating";

const within = (code: number, from: number, to: number) => code >= from && code <= to;

export class Escapes {
  readonly #to: Steered;
  #state: State = "ground";
  /** What has come after the escape character, and the parameters among it. */
  #held: string[] = [];
  #size = 0;
  #parameters = "";

  constructor(to: Steered) {
    this.#to = to;
  }

  write(text: string): void {
    let at = 0;
    while (at < text.length) {
      if (this.#state === "ground") {
        CONTROL.lastIndex = at;
        const next = CONTROL.exec(text)?.index ?? text.length;
        if (next > at) this.#to.print(text.slice(at, next));
        if (next === text.length) return;
        at = next + 1;
        if (text.charCodeAt(next) === ESCAPE) this.#enter("escape");
        else this.#to.control(text.charAt(next));
      } else if (this.#take(text.charCodeAt(at), text.charAt(at))) at += 1;
    }
  }

  #enter(state: State): void {
    this.#state = state;
    if (state === "escape") {
      this.#held.length = 0;
      this.#size = 0;
      this.#parameters = "";
    }
  }

  /** Whether the character belonged to the sequence. */
  #take(code: number, char: string): boolean {
    if (this.#size >= LONGEST) return this.#fail();
    switch (this.#state) {
      case "escape":
        if (char === "[") return this.#hold(char, "parameters");
        if (char === "]") return this.#hold(char, "title");
        if (within(code, 0x20, 0x2f)) return this.#hold(char, "designating");
        return this.#end(code);
      case "designating":
        if (within(code, 0x20, 0x2f)) return this.#hold(char, "designating");
        return this.#end(code);
      case "parameters":
        if (within(code, 0x30, 0x3f)) {
          this.#parameters += char;
          return this.#hold(char, "parameters");
        }
        if (within(code, 0x20, 0x2f)) return this.#hold(char, "between");
        return this.#final(code, char);
      case "between":
        if (within(code, 0x20, 0x2f)) return this.#hold(char, "between");
        return this.#final(code, char);
      case "title":
        if (code === BELL) return this.#done();
        return this.#hold(char, code === ESCAPE ? "ending" : "title");
      case "ending":
        return char === "\\" ? this.#done() : this.#fail();
      default:
        return this.#fail();
    }
  }

  #hold(char: string, state: State): true {
    this.#held.push(char);
    this.#size += 1;
    this.#state = state;
    return true;
  }

  #done(): true {
    this.#state = "ground";
    return true;
  }

  #end(code: number): boolean {
    const known = within(code, 0x30, 0x5a) || code === 0x5c || within(code, 0x5e, 0x7e);
    return known ? this.#done() : this.#fail();
  }

  #final(code: number, char: string): boolean {
    if (!within(code, 0x40, 0x7e)) return this.#fail();
    this.#state = "ground";
    this.#to.sequence(this.#parameters, char);
    return true;
  }

  /** It was no sequence: what was held is text. An escape at its end may begin another. */
  #fail(): false {
    const text = this.#held.join("");
    this.#state = "ground";
    this.#held.length = 0;
    this.write(text);
    return false;
  }
}
