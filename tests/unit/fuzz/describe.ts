// Holds a rebuilt message against the documented shapes, and says in a sentence where it differs.

import { EVENTS, type Messages, type Shape } from "./documented";

/** Why `value` is not plain data all the way down: foreign prototypes, getters, symbols, holes, functions. */
export function notPlain(value: unknown, at = "message"): string | null {
  if (value === null || ["string", "boolean"].includes(typeof value)) return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : `${at} is ${value}`;
  if (value instanceof ArrayBuffer || value instanceof Blob) return null;
  if (typeof value !== "object") return `${at} is a ${typeof value}`;
  const prototype: unknown = Array.isArray(value) ? Array.prototype : Object.prototype;
  if (Object.getPrototypeOf(value) !== prototype) return `${at} has a foreign prototype`;
  for (const key of Reflect.ownKeys(value)) {
    if (Array.isArray(value) && key === "length") continue;
    const slot = Object.getOwnPropertyDescriptor(value, key);
    if (typeof key !== "string" || !slot?.enumerable || !("value" in slot))
      return `${at}.${String(key)} is no plain field`;
    if (key === "__proto__") return `${at} has a field __proto__`;
    const inner = notPlain(slot.value, `${at}.${key}`);
    if (inner) return inner;
  }
  if (Array.isArray(value) && Object.keys(value).length !== value.length) return `${at} has holes or extra fields`;
  return null;
}

/** Why `value` is not what the documents say of `shape`; null when it is. */
export function differs(value: unknown, shape: Shape, at: string): string | null {
  const wrong = `${at} is not ${JSON.stringify(shape).slice(0, 60)}`;
  if (typeof shape === "string") return fits(value, shape) ? null : wrong;
  if ("one" in shape) return shape.one.includes(value as string) ? null : wrong;
  if ("maybe" in shape) return value === null ? null : differs(value, shape.maybe, at);
  if ("list" in shape) {
    if (!Array.isArray(value) || (shape.pair && value.length !== 2)) return wrong;
    return first(value.map((entry, i) => () => differs(entry, shape.list, `${at}[${i}]`)));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong;
  const entries = Object.entries(value);
  if ("map" in shape)
    return first(
      entries.map(
        ([key, entry]) =>
          () =>
            differs(entry, shape.map, `${at}.${key}`),
      ),
    );
  const known = new Map(Object.entries(shape.fields).map(([name, inner]) => [name.replace("?", ""), inner]));
  const extra = entries.find(([key]) => !known.has(key));
  if (extra) return `${at}.${extra[0]} is a field that no document names`;
  const missing = Object.keys(shape.fields).find((name) => !name.endsWith("?") && !Object.hasOwn(value, name));
  if (missing) return `${at}.${missing} is missing`;
  return first(
    entries.map(
      ([key, entry]) =>
        () =>
          differs(entry, known.get(key) as Shape, `${at}.${key}`),
    ),
  );
}

/** The same for a whole message, by its type. */
export function undocumented(message: { type: string }, messages: Messages): string | null {
  const shapes = Object.hasOwn(messages, message.type) ? messages[message.type] : undefined;
  if (!shapes) return `no document names a message "${message.type}"`;
  return differs(message, { fields: { type: { one: [message.type] }, ...shapes } }, message.type);
}

function fits(value: unknown, shape: Extract<Shape, string>): boolean {
  switch (shape) {
    case "text":
    case "name":
      return typeof value === "string";
    case "id":
      return typeof value === "string" && value.length <= 64;
    case "path":
      return typeof value === "string" && value !== "" && !/(^|\/)(\.{0,2})(\/|$)|\\|\0|\n/.test(value);
    case "base64":
      return typeof value === "string" && !/[^\w+/=]|_/.test(value);
    case "count":
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case "amount":
      return Number.isFinite(value) && (value as number) >= 0;
    case "flag":
      return typeof value === "boolean";
    case "cell":
      return value === null || ["string", "number", "boolean"].includes(typeof value);
    case "json":
      return notPlain(value) === null;
    case "bytes":
      return value instanceof ArrayBuffer;
    case "blob":
      return value instanceof Blob;
    case "event":
      return undocumented(value as { type: string }, EVENTS) === null;
  }
}

function first(checks: (() => string | null)[]): string | null {
  for (const check of checks) {
    const found = check();
    if (found) return found;
  }
  return null;
}
