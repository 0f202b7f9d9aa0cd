// Small parsers that rebuild a value from `unknown`, or throw a Malformed. What is not asked for does not get through.
//
// Rebuilding (never passing on) is the point: a fresh plain object has no getters, no foreign prototype, no
// "__proto__" that somebody chose, and no property that nobody validated.

/** The value is ours in kind but not in form; the message says where. */
export class Malformed extends Error {
  override name = "Malformed";
}

export type Parse<T> = (value: unknown, at: string) => T;

const fail = (at: string, wanted: string): never => {
  throw new Malformed(`${at} must be ${wanted}`);
};

export const text =
  (max: number): Parse<string> =>
  (value, at) =>
    typeof value === "string" && value.length <= max ? value : fail(at, `a text of at most ${max} characters`);

export const count = (): Parse<number> => (value, at) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(at, "a whole number from 0 up");

export const amount: Parse<number> = (value, at) =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : fail(at, "a number from 0 up");

export const flag: Parse<boolean> = (value, at) => (typeof value === "boolean" ? value : fail(at, "true or false"));

export const oneOf =
  <const T extends string>(...names: T[]): Parse<T> =>
  (value, at) =>
    names.includes(value as T) ? (value as T) : fail(at, `one of ${names.join(", ")}`);

export const list =
  <T>(item: Parse<T>, max: number): Parse<T[]> =>
  (value, at) => {
    if (!Array.isArray(value) || value.length > max) return fail(at, `a list of at most ${max}`);
    // By index: the list's own iterator might never end.
    const { length } = value;
    const out: T[] = [];
    for (let i = 0; i < length; i++) out.push(item(value[i], `${at}[${i}]`));
    return out;
  };

/** Neither a list nor bytes, a map, a date: of those, listing the entries alone could take all memory there is. */
const isPlain = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** null or absent becomes null. */
export const orNull =
  <T>(inner: Parse<T>): Parse<T | null> =>
  (value, at) =>
    value === null || value === undefined ? null : inner(value, at);

export const withDefault =
  <T>(inner: Parse<T>, fallback: T): Parse<T> =>
  (value, at) =>
    value === null || value === undefined ? fallback : inner(value, at);

/** An object with exactly the named fields; others are dropped. */
export const record =
  <T extends object>(fields: { [K in keyof T]-?: Parse<T[K]> }): Parse<T> =>
  (value, at) => {
    if (!isPlain(value)) return fail(at, "an object");
    const out: Partial<T> = {};
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      const own = Object.hasOwn(value, key) ? value[key] : undefined;
      const parsed = fields[key](own, `${at}.${key}`);
      if (parsed !== undefined) out[key] = parsed;
    }
    return out as T;
  };

/** A field that may be absent: it stays absent. */
export const optional =
  <T>(inner: Parse<T>): Parse<T | undefined> =>
  (value, at) =>
    value === null || value === undefined ? undefined : inner(value, at);

/** A map with arbitrary keys, rebuilt without the names that reach a prototype. */
export const mapOf =
  <T>(inner: Parse<T>, max: number): Parse<Record<string, T>> =>
  (value, at) => {
    if (!isPlain(value)) return fail(at, "an object");
    const entries = Object.entries(value);
    if (entries.length > max) return fail(at, `an object of at most ${max} entries`);
    const out: Record<string, T> = {};
    for (const [key, entry] of entries) {
      if (key === "__proto__") continue;
      out[key] = inner(entry, `${at}.${key.slice(0, 100)}`);
    }
    return out;
  };

/**
 * Any JSON value, rebuilt: at most `depth` levels deep and `size` values in all. What was cloned may hold one list a
 * thousand times, or itself; rebuilt, each is another, and a message of a kilobyte would fill the memory.
 */
export const json =
  (depth: number, size = 1_000_000): Parse<unknown> =>
  (value, at) => {
    let left = size;
    const within =
      (levels: number): Parse<unknown> =>
      (value, at) => {
        left -= 1;
        if (left < 0) return fail(at, `among at most ${size} values`);
        if (value === null || typeof value === "string" || typeof value === "boolean") return value;
        if (typeof value === "number") return Number.isFinite(value) ? value : null;
        if (levels === 0) return fail(at, "less deeply nested");
        return (Array.isArray(value) ? list : mapOf)(within(levels - 1), size)(value, at);
      };
    return within(depth)(value, at);
  };

export const buffer: Parse<ArrayBuffer> = (value, at) => (value instanceof ArrayBuffer ? value : fail(at, "bytes"));

export const blob: Parse<Blob> = (value, at) => (value instanceof Blob ? value : fail(at, "a file"));

type Parsed<P> = P extends Parse<infer T> ? T : never;

/** Kinds of messages: the parsers of the fields of each, by its `type`. */
type Kinds = Record<string, Record<string, Parse<unknown>>>;

/** The messages of some kinds, as a union discriminated by `type`. */
type Message<K extends Kinds> = {
  [T in keyof K & string]: { type: T } & { [F in keyof K[T]]: Parsed<K[T][F]> };
}[keyof K & string];

/** What a parser of messages gives. */
export type MessageOf<P extends (value: unknown) => unknown> = NonNullable<ReturnType<P>>;

/** Picks the parser by `type`. `null` when the value isn't one of ours at all. */
export function union<const K extends Kinds>(kinds: K): (value: unknown) => Message<K> | null {
  const table = new Map(
    Object.entries(kinds).map(([type, fields]) => [type, record<object>({ type: oneOf(type), ...fields })]),
  );
  return (value) => {
    if (typeof value !== "object" || value === null) return null;
    const type = Object.hasOwn(value, "type") ? (value as { type: unknown }).type : undefined;
    const parse = typeof type === "string" ? table.get(type) : undefined;
    return parse ? (parse(value, type as string) as Message<K>) : null;
  };
}
