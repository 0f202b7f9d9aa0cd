// Reads what a model's server sent: JSON that may be anything, asked for field by field.

import { ModelError, type ServerEvent } from "../model";
import { refusal } from "./refusals";

/** A JSON object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object in an event's data. Throws a `ModelError` for anything else. */
export function objectIn({ data }: ServerEvent): Fields {
  try {
    const value: unknown = JSON.parse(data);
    if (isFields(value)) return value;
  } catch {
    // Said below.
  }
  throw new ModelError("broken", "The model's server sent something that can't be read.", 0);
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** A number of tokens; undefined for what can't be one. */
export const tokensOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** An error that came within a stream. Overload passes; what else it is may not. */
export const errorIn = (said: unknown): ModelError => refusal({ said });
