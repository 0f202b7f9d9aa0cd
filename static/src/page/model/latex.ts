// A formula's source without the marks that begin and end it.

const BEFORE = ["$$", "$", "\\["];
const AFTER = ["$$", "$", "\\]"];
const DISPLAY = "\\displaystyle";

/** "$\\displaystyle x^2$" → "x^2". */
export function formulaOf(latex: string): string {
  let formula = latex.trim();
  const before = BEFORE.find((mark) => formula.startsWith(mark));
  if (before !== undefined) {
    formula = formula.slice(before.length);
    if (formula.startsWith(DISPLAY)) formula = formula.slice(DISPLAY.length);
  }
  const after = AFTER.find((mark) => formula.endsWith(mark));
  if (after !== undefined) formula = formula.slice(0, -after.length);
  return formula.trim();
}
