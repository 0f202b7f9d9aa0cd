// Select Graphic Rendition: what the numbers in "ESC [ 1 ; 31 m" do to the look of the text that follows (ECMA-48 §8.3.117).

/** How a stretch of text looks. Instances are shared: equal looks are the same object. */
export interface Look {
  /** Space-separated class names ("bold fg1"). */
  readonly classes: string;
  /** CSS colours beyond the theme's sixteen. */
  readonly color: string | undefined;
  readonly background: string | undefined;
}

interface Pen {
  fg: string | undefined;
  bg: string | undefined;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  strike: boolean;
  inverse: boolean;
}

const blank = (): Pen => ({
  fg: undefined,
  bg: undefined,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
});

const interned = new Map<string, Look>();

function look(classes: string, color?: string, background?: string): Look {
  const key = `${classes}|${color ?? ""}|${background ?? ""}`;
  let found = interned.get(key);
  if (!found) {
    found = { classes, color, background };
    // 24-bit colour could fill the table without end; forgetting it only costs a few merged spans.
    if (interned.size > 2000) interned.clear();
    interned.set(key, found);
  }
  return found;
}

export const PLAIN: Look = look("");

/** Colour `n` of xterm's 256: the theme's own for 0–15, else CSS. */
function palette(n: number): string {
  if (n < 16) return String(n);
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const step = (k: number) => (k === 0 ? 0 : 55 + 40 * k);
  const c = n - 16;
  return `rgb(${step(Math.floor(c / 36))} ${step(Math.floor(c / 6) % 6)} ${step(c % 6)})`;
}

/** The state of a terminal's pen: feed it parameters, read the look. */
export class Graphics {
  #pen = blank();
  #stderr = false;
  #look = PLAIN;

  get look(): Look {
    return this.#look;
  }

  set stderr(value: boolean) {
    if (value === this.#stderr) return;
    this.#stderr = value;
    this.#refresh();
  }

  /** Applies the parameters of one SGR sequence. Unknown ones are ignored, as terminals do. */
  apply(parameters: readonly number[]): void {
    const pen = this.#pen;
    for (let i = 0; i < parameters.length; i++) {
      const p = parameters[i] ?? 0;
      if (p === 0) this.#pen = Object.assign(pen, blank());
      else if (p === 1) pen.bold = true;
      else if (p === 2) pen.dim = true;
      else if (p === 3) pen.italic = true;
      else if (p === 4) pen.underline = true;
      else if (p === 7) pen.inverse = true;
      else if (p === 9) pen.strike = true;
      else if (p === 22) pen.bold = pen.dim = false;
      else if (p === 23) pen.italic = false;
      else if (p === 24) pen.underline = false;
      else if (p === 27) pen.inverse = false;
      else if (p === 29) pen.strike = false;
      else if (p >= 30 && p <= 37) pen.fg = String(p - 30);
      else if (p === 39) pen.fg = undefined;
      else if (p >= 40 && p <= 47) pen.bg = String(p - 40);
      else if (p === 49) pen.bg = undefined;
      else if (p >= 90 && p <= 97) pen.fg = String(p - 82);
      else if (p >= 100 && p <= 107) pen.bg = String(p - 92);
      else if (p === 38 || p === 48) {
        const [colour, used] = extended(parameters, i + 1);
        if (colour !== undefined) pen[p === 38 ? "fg" : "bg"] = colour;
        i += used;
      }
    }
    this.#refresh();
  }

  #refresh(): void {
    const { fg, bg, bold, dim, italic, underline, strike, inverse } = this.#pen;
    const names: string[] = [];
    if (this.#stderr) names.push("err");
    if (bold) names.push("bold");
    if (dim) names.push("dim");
    if (italic) names.push("italic");
    if (underline) names.push("underline");
    if (strike) names.push("strike");
    const front = inverse ? (bg ?? "paper") : fg;
    const back = inverse ? (fg ?? "ink") : bg;
    const own = (colour: string | undefined, prefix: string): string | undefined => {
      if (colour?.startsWith("rgb")) return colour;
      if (colour !== undefined) names.push(prefix + colour);
      return undefined;
    };
    const color = own(front, "fg");
    const background = own(back, "bg");
    this.#look = look(names.join(" "), color, background);
  }
}

/** Reads "5 ; n" or "2 ; r ; g ; b" at `at`; gives the colour and how many parameters it took. */
function extended(parameters: readonly number[], at: number): [string | undefined, number] {
  const byte = (n: number | undefined) => Math.max(0, Math.min(255, n ?? 0));
  if (parameters[at] === 5) return [palette(byte(parameters[at + 1])), 2];
  if (parameters[at] === 2) {
    return [`rgb(${byte(parameters[at + 1])} ${byte(parameters[at + 2])} ${byte(parameters[at + 3])})`, 4];
  }
  return [undefined, 0];
}
