import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PLAIN } from "../../../static/src/page/model/ansi";
import { type Line, lineText, type Run, runsOf } from "../../../static/src/page/model/line";
import { Screen } from "../../../static/src/page/model/terminal";

function screen(...chunks: string[]): Screen {
  const made = new Screen();
  for (const chunk of chunks) made.write(chunk);
  return made;
}

/** Lines as their runs, a plain one as its text. */
const shown = (lines: readonly Line[]): (string | Run[])[] =>
  lines.map((line) => {
    const runs = runsOf([line], 0, 1);
    return runs.every(({ look }) => look === PLAIN) ? lineText(line) : runs;
  });

const ESC = "\u001b";

describe("lines", () => {
  it("are split at newlines, and a trailing newline makes no further line", () => {
    const made = screen("a\nb\n");
    expect(made.lines).toEqual(["a", "b", ""]);
    expect(made.length).toBe(2);
    expect(made.text).toBe("a\nb\n");
  });

  it("do not depend on how the text was cut into chunks", () => {
    const alphabet = fc.constantFrom(
      "a",
      "b",
      "\n",
      "\r",
      "\b",
      "\t",
      `${ESC}[31m`,
      `${ESC}[0m`,
      `${ESC}[K`,
      `${ESC}[A`,
      `${ESC}]0;title\u0007`,
      "é",
      "😀",
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 40 }), fc.array(fc.nat(80), { maxLength: 6 }), (parts, cuts) => {
        const text = parts.join("");
        const whole = screen(text);
        const places = [...cuts].sort((a, b) => a - b);
        const pieces = [...places, text.length].map((to, i) => text.slice(places[i - 1] ?? 0, to));
        expect(shown(screen(...pieces).lines)).toEqual(shown(whole.lines));
      }),
    );
  });

  it("of plain text stay bare strings", () => {
    expect(screen("plain\n").lines.every((line) => typeof line === "string")).toBe(true);
  });
});

describe("carriage return and backspace", () => {
  it("overwrite from the start of the line", () => {
    expect(screen("10%\r20%").text).toBe("20%");
    expect(screen("long line\rshort").text).toBe("shortline");
  });
  it("are honoured in Windows line ends", () => {
    expect(screen("a\r\nb").text).toBe("a\nb");
  });
  it("go one place back", () => {
    expect(screen("ab\bc").text).toBe("ac");
    expect(screen("\b\bx").text).toBe("x");
  });
});

describe("cursor movement", () => {
  it("lets two progress bars update in place", () => {
    expect(screen("one\ntwo", `${ESC}[A\rONE`, "\n\rTWO").text).toBe("ONE\nTWO");
  });
  it("stays on the screen", () => {
    expect(screen(`${ESC}[99Ax${ESC}[99By`).text).toBe("xy");
  });
  it("erases the rest of a line", () => {
    expect(screen(`12345\r12${ESC}[K`).text).toBe("12");
    expect(screen(`12345${ESC}[2K`).text).toBe("");
  });
  it("cannot ask for a gigabyte of blanks", () => {
    expect(screen(`${ESC}[999999999Cx`).text.length).toBeLessThan(1100);
  });
});

describe("looks", () => {
  it("cover exactly the text they were set for", () => {
    const [line] = shown(screen(`a${ESC}[1;31mb${ESC}[0mc`).lines);
    expect(line).toMatchObject([{ text: "a" }, { text: "b", look: { classes: "bold fg1" } }, { text: "c" }]);
  });
  it("know 256 and 24-bit colours", () => {
    const made = screen(`${ESC}[38;5;196ma${ESC}[48;2;1;2;3mb`);
    expect(shown(made.lines)[0]).toMatchObject([
      { look: { color: "rgb(255 0 0)" } },
      { look: { color: "rgb(255 0 0)", background: "rgb(1 2 3)" } },
    ]);
  });
  it("mark standard error", () => {
    const made = new Screen();
    made.write("out ");
    made.write("err", "stderr");
    expect(shown(made.lines)[0]).toMatchObject([{ text: "out " }, { text: "err", look: { classes: "err" } }]);
  });
  it("never hold a colour that the text chose freely", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 999 }), { maxLength: 12 }), (parameters) => {
        const [line] = shown(screen(`${ESC}[${parameters.join(";")}mx`).lines);
        for (const run of Array.isArray(line) ? line : []) {
          for (const colour of [run.look.color, run.look.background]) {
            expect(colour ?? "rgb(0 0 0)").toMatch(/^rgb\(\d{1,3} \d{1,3} \d{1,3}\)$/);
          }
          expect(run.look.classes).toMatch(/^[a-z0-9 ]*$/);
        }
      }),
    );
  });
});

describe("hostile text", () => {
  it("shows control characters as pictures", () => {
    expect(screen("a\u0000b\u007fc\u009b31m").text).toBe("a\u2400b\u2421c\ufffd31m");
  });
  it("drops titles, links and unknown sequences", () => {
    expect(screen(`${ESC}]8;;http://evil/${ESC}\\link${ESC}]8;;${ESC}\\${ESC}[?25l${ESC}[6n.`).text).toBe("link.");
  });
  it("is not held back for ever by a sequence that never ends", () => {
    const made = screen(`${ESC}]${"x".repeat(10_000)}`);
    expect(made.text.length).toBeGreaterThan(1000);
  });
});

describe("changes", () => {
  it("name the first line that differs since they were last taken", () => {
    const made = screen("a\nb\n");
    expect(made.takeDirty()).toBe(0);
    made.write("c\n");
    expect(made.takeDirty()).toBe(2);
    expect(made.takeDirty()).toBe(made.lines.length);
    made.write(`${ESC}[2A!`);
    expect(made.takeDirty()).toBe(1);
  });
  it("of 100,000 lines are taken in quickly", () => {
    const made = new Screen();
    const began = performance.now();
    for (let i = 0; i < 100; i++) made.write(Array.from({ length: 1000 }, (_, j) => `line ${i * 1000 + j}\n`).join(""));
    expect(made.length).toBe(100_000);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe("runs", () => {
  it("join plain lines to one text", () => {
    const made = screen("a\nb\nc\n");
    expect(runsOf(made.lines, 0, 3)).toEqual([{ text: "a\nb\nc\n", look: PLAIN }]);
  });
  it("hold all the text, whatever the looks", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("ab", "\n", `${ESC}[32m`, `${ESC}[0m`), { maxLength: 30 }), (parts) => {
        const made = screen(parts.join(""));
        const text = runsOf(made.lines, 0, made.lines.length)
          .map((run) => run.text)
          .join("");
        expect(text).toBe(made.lines.map(lineText).join("\n"));
      }),
    );
  });
  it("cut very long lines and say how much is missing", () => {
    const made = screen("x".repeat(5000));
    expect(
      runsOf(made.lines, 0, 1, 100)
        .map((run) => run.text)
        .join(""),
    ).toBe(`${"x".repeat(100)} … 4900 more characters`);
  });
});
