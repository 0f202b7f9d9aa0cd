// What people do first, by the package that they do it with: the Python files of `trials`, in cells as editors know them. A
// snapshot is used like this once, before it is kept: the files that the first cells read go to its image's head, and
// code that runs goes to the hot halves. What is missed costs somebody a wait in the middle of a cell, so besides what is
// typical everything is called that can be called blindly; the interpreter in which that is done is thrown away. Nothing
// there may depend on chance or time: the same files, the same snapshot.
//
//   # %% first     the files that it reads are wanted with the start
//   # %%           so is the code that runs in it; an error in one is part of it
//   # %% broken    the same, for what is no Python: each line stands behind "# "

/** The files by their names. */
type Files = Readonly<Record<string, string>>;

export interface Trial {
  first: string;
  more: readonly string[];
}

const MARK = /^# %%(?: (\w+))?\n/m;

/** The cells of a file; none where there is no such file. */
function trial(files: Files, name: string): Trial {
  const [, ...parts] = (files[`${name}.py`] ?? "").split(MARK);
  const found = { first: "", more: [] as string[] };
  for (let at = 0; at < parts.length; at += 2) {
    const [kind, text = ""] = [parts[at], parts[at + 1]];
    const cell = `${text.trim()}\n`;
    if (kind === "first") found.first = cell;
    else found.more.push(kind === "broken" ? cell.replace(/^# /gm, "") : cell);
  }
  return found;
}

/** Of packages that are there together, in this order: one uses names of the others. */
const TOGETHER = ["pandas+matplotlib", "numpy+matplotlib", "numpy+pandas", "numpy+pandas+matplotlib"];

/** The trials of these packages: an import of another one would be waited for. */
export function trials(files: Files, load: readonly string[]): Trial {
  const of = (names: string): Trial => trial(files, names);
  const alone = ["python", ...load].map(of);
  const together = TOGETHER.filter((names) => names.split("+").every((name) => load.includes(name))).map(of);
  return {
    first: alone.map(({ first }) => first).join(""),
    more: [...alone, ...together].flatMap(({ more }) => more),
  };
}
