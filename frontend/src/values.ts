/** Values as they are typed and pasted: numbers stay numbers, lists come from any spreadsheet. Pure. */

export type Scalar = string | number | boolean;
export type ScalarKind = "text" | "number" | "yesno";

const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/** The number that was typed, with a point or a comma; null where it is none. */
export function readNumber(text: string): number | null {
  const trimmed = text.trim();
  return NUMBER.test(trimmed) ? Number(trimmed.replace(",", ".")) : null;
}

/** The kind of a value that is there. */
export function kindOf(value: unknown): ScalarKind | null {
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "yesno";
  return typeof value === "string" && value !== "" ? "text" : null;
}

/** A text as a value of a kind; what can't be one stays the text, which the server then names as wrong. */
export function readScalar(text: string, kind: ScalarKind): Scalar {
  if (kind === "number") return readNumber(text) ?? text;
  return kind === "yesno" ? text === "true" : text;
}

/** The values of a pasted or typed list: between lines, tabs, semicolons or commas, without quotes, once each. */
export function readList(text: string, kind: ScalarKind): Scalar[] {
  const between = /[\n\t;]/.test(text) ? /[\n\r\t;]+/ : /,+/;
  const parts = text.split(between).map((part) => part.trim().replace(/^"(.*)"$/, "$1"));
  return [...new Set(parts.filter(Boolean).map((part) => readScalar(part, kind)))];
}
