// Blocks with prompts: what runs, what it should show, and when the two agree.

import { expect, test } from "vitest";
import { examples, hasPrompts, matches, withoutPrompts } from "../../../static/src/embed/doctest";

const BLOCK = `>>> def add(a, b):
...     return a + b
...
>>> add(1, 2)
3
>>> print("a\\n\\nb")
a
<BLANKLINE>
b
>>> 1 / 0
Traceback (most recent call last):
  ...
ZeroDivisionError: division by zero

What follows an empty line is prose.
>>> x = 5`;

test("a block is known by its first prompt, and nothing else is", () => {
  expect(hasPrompts(BLOCK)).toBe(true);
  expect(hasPrompts("\n\n  >>> 1")).toBe(true);
  expect(hasPrompts(">>>")).toBe(true);
  for (const code of ["x = 1", "x = 1\n>>> x", ">>>1", "a >>> b", ""]) expect(hasPrompts(code)).toBe(false);
});

test("prompts are stripped, and each example keeps the output and the line that it has in the block", () => {
  expect(examples(BLOCK)).toEqual([
    { source: "def add(a, b):\n    return a + b\n", want: "", line: 1 },
    { source: "add(1, 2)", want: "3", line: 4 },
    { source: 'print("a\\n\\nb")', want: "a\n<BLANKLINE>\nb", line: 6 },
    {
      source: "1 / 0",
      want: "Traceback (most recent call last):\n  ...\nZeroDivisionError: division by zero",
      line: 10,
    },
    { source: "x = 5", want: "", line: 16 },
  ]);
  expect(withoutPrompts(BLOCK)).toBe('def add(a, b):\n    return a + b\nadd(1, 2)\nprint("a\\n\\nb")\n1 / 0\nx = 5');
});

test("an indented block is read as one that isn't", () => {
  expect(examples("    >>> if True:\n    ...     print(1)\n    1")).toEqual([
    { source: "if True:\n    print(1)", want: "1", line: 1 },
  ]);
});

test.each([
  ["3", "3", true],
  ["3", "4", false],
  ["3 ", "3\n", true],
  ["array([2. ,  2.2,  2.4])", "array([2. , 2.2, 2.4])", true],
  ["array([2.])", "array([ 2.])", false],
  ["a\n<BLANKLINE>\nb", "a\n\nb", true],
  ["[0, 1, ..., 99]", "[0, 1, 2, 3, 99]", true],
  ["[0, ..., 98]", "[0, 1, 99]", false],
  ["a...a", "a", false],
  ["<f at 0x7f01>", "<f at 0x1234>", true],
  [
    "Traceback (most recent call last):\n  ...\nValueError: no",
    "Traceback (most recent call last):\n  File\nValueError: no",
    true,
  ],
  [
    "Traceback (most recent call last):\n  ...\nValueError: no",
    "Traceback (most recent call last):\n  File\nValueError: yes",
    false,
  ],
])("%j and %j agree: %s", (want, got, same) => {
  expect(matches(want, got)).toBe(same);
});

test("long blocks are read in time that grows with them", () => {
  const began = performance.now();
  examples(`${">>> x\n... y\nz\n".repeat(50_000)}${" ".repeat(500_000)}`);
  matches("...a".repeat(50_000), "a".repeat(500_000));
  matches(`${"<BLANKLINE>\n".repeat(50_000)}`, "\n".repeat(50_000));
  expect(performance.now() - began).toBeLessThan(2000);
});
