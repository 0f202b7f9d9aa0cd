// What the attributes of a cell say, and what is wrong with them. Knows no DOM: names and values in, settings and sentences out.

import { nearest } from "../common/nearest";

export const AUTORUN = ["never", "visible", "load"] as const;
export const EDITORS = ["full", "plain"] as const;
export const THEMES = ["auto", "light", "dark", "furo", "pydata", "material"] as const;

export type Theme = (typeof THEMES)[number];

export interface NamedAddress {
  /** Path in the working directory. */
  name: string;
  /** As it stands in the attribute: relative to the page. */
  url: string;
}

export interface Settings {
  /** Cells of one name share variables. */
  session: string;
  /** Hidden code, or "#id" of the element whose text it is. */
  setup: string | undefined;
  files: NamedAddress[];
  packages: string[];
  autorun: (typeof AUTORUN)[number];
  readonly: boolean;
  /** "#id" of the element with the expected output; "" for the one beside the cell. */
  output: string | undefined;
  /** Milliseconds. */
  timeout: number | undefined;
  editor: (typeof EDITORS)[number];
  theme: Theme;
  /** Address of the server or the export, where it isn't where the script came from. */
  base: string | undefined;
  label: string | undefined;
}

export const NAMES = [
  "session",
  "setup",
  "files",
  "packages",
  "autorun",
  "readonly",
  "output",
  "timeout",
  "editor",
  "theme",
  "base",
  "label",
] as const;

export type Name = (typeof NAMES)[number];

/** What any element may have. */
const GLOBAL =
  /^(?:accesskey|autofocus|class|contenteditable|dir|draggable|enterkeyhint|exportparts|hidden|id|inert|inputmode|is|item(?:id|prop|ref|scope|type)|lang|nonce|part|popover|role|slot|spellcheck|style|tabindex|title|translate|xml:lang|data-.+|aria-.+|on.+|v-.+|x-.+|:.+|@.+)$/;

const LONGEST_SESSION = 180;
const MOST_SECONDS = 86_400;

/** `given`: the attributes by name, of which others' are passed over. */
export function settingsOf(given: ReadonlyMap<string, string>): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  const read = (name: Name): string | undefined => given.get(name);
  const oneOf = <const T extends readonly string[]>(name: Name, values: T): T[number] => {
    const value = read(name)?.trim().toLowerCase();
    if (value === undefined || value === "") return values[0] as T[number];
    if (values.includes(value)) return value;
    problems.push(`${name}="${short(value)}" can't be: ${values.join(", ")} can. "${values[0]}" is used.`);
    return values[0] as T[number];
  };
  const settings: Settings = {
    session: "page",
    setup: read("setup") || undefined,
    files: files(read("files") ?? "", problems),
    packages: list(read("packages") ?? "", problems),
    autorun: oneOf("autorun", AUTORUN),
    readonly: given.has("readonly") && read("readonly") !== "false",
    output: read("output"),
    timeout: seconds(read("timeout"), problems),
    editor: oneOf("editor", EDITORS),
    theme: oneOf("theme", THEMES),
    base: read("base") || undefined,
    label: read("label")?.slice(0, 200) || undefined,
  };
  const session = read("session")?.trim();
  if (session) {
    if (session.length <= LONGEST_SESSION) settings.session = session;
    else problems.push(`The name of the session has more than ${LONGEST_SESSION} characters. "page" is used.`);
  }
  return { settings, problems };
}

/** A sentence for each attribute of a `<bell-jar>` that means nothing, and may have been meant. */
export function unknownAttributes(names: Iterable<string>): string[] {
  const known: readonly string[] = [...NAMES, "selector"];
  const problems: string[] = [];
  for (const name of names) {
    if (known.includes(name) || GLOBAL.test(name)) continue;
    const near = nearest(name, known);
    const hint = near ? `did you mean "${near}"?` : `known are ${known.join(", ")}.`;
    problems.push(`There is no attribute "${short(name)}": ${hint}`);
  }
  return problems;
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

function seconds(value: string | undefined, problems: string[]): number | undefined {
  if (value === undefined || value.trim() === "") return undefined;
  const number = Number(value);
  if (number > 0 && number <= MOST_SECONDS) return Math.round(number * 1000);
  problems.push(`timeout="${short(value)}" can't be: it is a number of seconds. The server's own is used.`);
  return undefined;
}

/** Names of packages between commas, or spaces. */
function list(value: string, problems: string[]): string[] {
  const names = value.split(/[\s,]+/).filter(Boolean);
  const wrong = names.find((name) => !/^[A-Za-z0-9][\w.-]{0,99}$/.test(name));
  if (wrong !== undefined) problems.push(`packages names "${short(wrong)}", which is no name of a package.`);
  return names.filter((name) => name !== wrong).slice(0, 100);
}

/** "a.csv" and "b.csv=https://…" between spaces. */
function files(value: string, problems: string[]): NamedAddress[] {
  const found: NamedAddress[] = [];
  for (const part of value.split(/\s+/).filter(Boolean)) {
    const [, given, rest] = /^([^=/?#:]+)=(.+)$/.exec(part) ?? [];
    const url = rest ?? part;
    const name = given ?? decoded(url.split(/[?#]/)[0]?.split("/").at(-1) ?? "");
    if (!name || name.startsWith(".") || /[\\/]/.test(name)) {
      problems.push(`files names "${short(part)}", which has no file name: write name=address.`);
    } else found.push({ name, url });
  }
  return found;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
