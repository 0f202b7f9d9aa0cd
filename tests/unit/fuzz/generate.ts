// Messages to throw at a guard: valid ones made from the documents, the same with wounds, and anything at all.

import fc from "fast-check";
import { EVENTS, type Messages, type Shape } from "./documented";

/** Names that reach a prototype, or are found on one. */
const TREACHEROUS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "toJSON",
  "then",
];

/** Lone surrogates, controls, bidi and separators among letters. */
const wild = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("\ud800", "\udfff\ud800", "\0", "\u202e", "\u2028", "..", "../x", "a\\b", "", "x".repeat(3_000)),
  fc.constantFrom(...TREACHEROUS),
);
const word = fc.oneof({ weight: 3, arbitrary: fc.string({ maxLength: 12 }) }, { weight: 1, arbitrary: wild });
const number = fc.oneof(
  fc.nat(),
  fc.double(),
  fc.constantFrom(-0, -1, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 53, Number.MAX_SAFE_INTEGER, 1e308, 5e-324),
);
const key = fc.oneof(fc.constantFrom(...TREACHEROUS), fc.string({ maxLength: 8 }));

/** Objects with own fields of any name, `__proto__` included, the way JSON.parse makes them. */
const object = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => {
    const made = {};
    for (const [name, entry] of entries) {
      Object.defineProperty(made, name, { value: entry, enumerable: true, writable: true, configurable: true });
    }
    return made;
  });

/** Anything JSON can hold. */
export const plain: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.oneof(word, number, fc.boolean(), fc.constant(null)),
    fc.array(tie("any"), { maxLength: 5 }),
    object(tie("any")),
  ),
})).any;

/** What only a live or a cloned value can be, and JSON can not. */
const alive: fc.Arbitrary<unknown> = fc
  .constantFrom<() => unknown>(
    () => undefined,
    () => 1n,
    () => Symbol("x"),
    () => () => 1,
    () => new Date(0),
    () => new Map([["type", "reset"]]),
    () => new Set([1]),
    () => new Uint8Array(64),
    () => new ArrayBuffer(8),
    () => new SharedArrayBuffer(8),
    () => new Blob(["x"]),
    () => new Error("x"),
    () => new Proxy({}, {}),
    () => new Array(50),
    () => Object.assign([1, 2], { extra: 1 }),
    () => Object.create({ type: "interrupt" }) as unknown,
    () => Object.assign(Object.create(null), { type: "interrupt" }) as unknown,
    () => new (class Sneaky extends Array {})(),
    () =>
      Object.defineProperty([1], Symbol.iterator, {
        value: function* () {
          for (;;) yield 1;
        },
      }),
    () => Object.defineProperty({}, "type", { get: () => "interrupt", enumerable: true }),
    () => cyclic(),
  )
  .map((make) => make());

function cyclic(): unknown {
  const list: unknown[] = [];
  for (let i = 0; i < 30; i++) list.push(list);
  return { list, again: list };
}

export const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: plain },
  { weight: 1, arbitrary: alive },
);

function valid(shape: Shape): fc.Arbitrary<unknown> {
  if (typeof shape === "string") return LEAVES[shape]();
  if ("one" in shape) return fc.constantFrom(...shape.one);
  if ("maybe" in shape) return fc.option(valid(shape.maybe));
  if ("list" in shape)
    return fc.array(valid(shape.list), shape.pair ? { minLength: 2, maxLength: 2 } : { maxLength: 3 });
  if ("map" in shape) return fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), valid(shape.map), { maxKeys: 3 });
  const names = Object.keys(shape.fields);
  const model = Object.fromEntries(names.map((name) => [name.replace("?", ""), valid(shape.fields[name] as Shape)]));
  return fc.record(model, { requiredKeys: names.filter((name) => !name.endsWith("?")), noNullPrototype: true });
}

const LEAVES: Record<Extract<Shape, string>, () => fc.Arbitrary<unknown>> = {
  text: () => word,
  name: () => fc.string({ maxLength: 20 }),
  id: () => fc.string({ maxLength: 20 }),
  path: () => fc.stringMatching(/^[a-zü]{1,8}(\/[a-z][a-z.]{0,5}){0,3}$/),
  base64: () => fc.base64String({ maxLength: 16 }),
  count: () => fc.nat(),
  amount: () => fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  flag: () => fc.boolean(),
  json: () => plain,
  cell: () => fc.oneof(word, number, fc.boolean(), fc.constant(null)),
  bytes: () => fc.constant(null).map(() => new ArrayBuffer(4)),
  blob: () => fc.constant(null).map(() => new Blob(["x"])),
  event: () => fc.oneof(...Object.keys(EVENTS).map((type) => validOf(EVENTS, type))),
};

function validOf(messages: Messages, type: string): fc.Arbitrary<unknown> {
  const shapes = messages[type] ?? {};
  // A table's rows must be as wide as its columns: the one rule that the shapes alone do not tell.
  return valid({ fields: { type: { one: [type] }, ...shapes } }).map(squared);
}

function squared(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { columns, rows, kind } = value as Record<string, unknown>;
  if (kind === "table" && Array.isArray(columns) && Array.isArray(rows)) {
    for (const row of rows as unknown[][]) {
      while (row.length < columns.length) row.push(null);
      row.length = columns.length;
    }
  }
  Object.values(value).forEach(squared);
  return value;
}

/** One message of each kind that the documents name. */
export const messagesOf = (messages: Messages): fc.Arbitrary<unknown> =>
  fc.oneof(...Object.keys(messages).map((type) => validOf(messages, type)));

interface Wound {
  where: number;
  how: "replace" | "delete" | "add" | "wrap" | "freeze" | "inherit" | "getter" | "share";
  what: unknown;
  name: string;
}

const wound: fc.Arbitrary<Wound> = fc.record({
  where: fc.nat({ max: 60 }),
  how: fc.constantFrom(
    "replace",
    "replace",
    "replace",
    "delete",
    "add",
    "wrap",
    "freeze",
    "inherit",
    "getter",
    "share",
  ),
  what: anything,
  name: key,
});

/** Every field of every object and list below `value`, each as its holder and its name. */
function slots(value: unknown, seen = new Set<unknown>()): [object, string][] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value)) return [];
  seen.add(value);
  const own = Object.keys(value).map((name): [object, string] => [value, name]);
  return [...own, ...own.flatMap(([holder, name]) => slots((holder as Record<string, unknown>)[name], seen))];
}

function apply(message: unknown, { where, how, what, name }: Wound): void {
  const all = slots(message);
  const slot = all[where % Math.max(1, all.length)];
  if (!slot) return;
  const [holder, field] = slot;
  // (A list's length can't be just anything.)
  const set = (on: object, at: string, descriptor: PropertyDescriptor) =>
    at !== "length" && Reflect.defineProperty(on, at, { configurable: true, enumerable: true, ...descriptor });
  const old = (holder as Record<string, unknown>)[field];
  if (how === "replace") set(holder, field, { value: what, writable: true });
  else if (how === "delete") Reflect.deleteProperty(holder, field);
  else if (how === "add") set(holder, name, { value: what, writable: true });
  else if (how === "wrap") set(holder, field, { value: [old], writable: true });
  else if (how === "freeze") Object.freeze(holder);
  else if (how === "inherit") Reflect.setPrototypeOf(holder, { polluted: 1, type: "interrupt" });
  else if (how === "getter") set(holder, field, { get: () => what });
  else set(holder, field, { value: message, writable: true });
}

/** Valid messages with one to three wounds. */
export const wounded = (whole: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(whole, fc.array(wound, { minLength: 1, maxLength: 3 })).map(([message, wounds]) => {
    for (const one of wounds) apply(message, one);
    return message;
  });
