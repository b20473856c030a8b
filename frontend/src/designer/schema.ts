/** Reading a JSON Schema as a form: what it refers to, what may be left out, its fields in order. Pure. */

import type { Json, Schema } from "./graph";

/** What a schema says once its reference is followed, and `null` taken from its choices. */
export function resolved(schema: Schema, root: Schema): Schema {
  let shape = schema;
  for (let hops = 0; shape.$ref && hops < 8; hops++) {
    const { $ref, ...own } = shape;
    const name = $ref.split("/").pop() ?? "";
    shape = { ...(root.$defs?.[name] ?? {}), ...own };
  }
  if (shape.items) shape = { ...shape, items: resolved(shape.items, root) };
  const choices = shape.anyOf?.filter((one) => one.type !== "null");
  if (choices && choices.length === 1 && choices[0]) {
    const { anyOf: _all, ...own } = shape;
    return { ...resolved(choices[0], root), ...own };
  }
  return shape;
}

/** Whether null is among what a schema allows. */
export function isNullable(schema: Schema): boolean {
  return schema.anyOf?.some((one) => one.type === "null") ?? false;
}

export interface Field {
  name: string;
  schema: Schema;
  isRequired: boolean;
  isNullable: boolean;
}
/** The fields of an object, in the order in which they are declared: what must be said first, then the rest. */
export function fieldsOf(schema: Schema, root: Schema): Field[] {
  const required = new Set(schema.required ?? []);
  const all = Object.entries(schema.properties ?? {}).map(([name, own]) => ({
    name,
    schema: resolved(own, root),
    isRequired: required.has(name),
    isNullable: isNullable(own),
  }));
  return [...all.filter((field) => field.isRequired), ...all.filter((field) => !field.isRequired)];
}

export type Control =
  | "rule" | "filter" | "duration" | "time" | "date" | "moment" | "local" | "choice" | "yesno" | "number"
  | "object" | "list" | "texts" | "choices" | "union" | "pick" | "picks" | "step" | "goal" | "value" | "recurrence" | "text";

const OWN: Record<string, Control> = {
  rule: "rule", filter: "filter", "filter:context": "filter", duration: "duration", time: "time", date: "date", moment: "moment",
  "moment:local": "local", "step:sending": "step", goal: "goal", value: "value", rrule: "recurrence",
};
const PICKED = /^(content(:@?\w+)?|segment|list|stage|journey|topic|trait|event|property)$/;
const FORMATS: Record<string, Control> = { duration: "duration", time: "time", date: "date", "date-time": "moment" };

/** The control that a field is drawn with: as its `widget` asks, else by its type. */
export function controlOf(schema: Schema): Control {
  const widget = schema.widget ?? "";
  const byType = controlByType(schema);
  if (OWN[widget]) return OWN[widget];
  if (byType === "texts" && PICKED.test(String(schema.items?.widget ?? widget))) return "picks";
  if (schema.enum || byType === "list" || byType === "object" || byType === "choices") return byType;
  return PICKED.test(widget) ? "pick" : byType;
}

function controlByType(schema: Schema): Control {
  if (schema.enum) return "choice";
  if (schema.oneOf) return "union";
  if (schema.format && FORMATS[String(schema.format)]) return FORMATS[String(schema.format)] as Control;
  if (schema.anyOf?.some((one) => one.format === "date")) return "date";
  const types = new Set(schema.anyOf?.map((one) => one.type));
  if (types.has("number") && !types.has("boolean")) return "number"; // an exact decimal, which may be written as text
  switch (schema.type) {
    case "boolean":
      return "yesno";
    case "integer":
    case "number":
      return "number";
    case "object":
      return schema.properties ? "object" : "value";
    case "array":
      return schema.items?.enum ? "choices" : schema.items?.type === "string" ? "texts" : "list";
    case "string":
      return "text";
    default:
      return schema.type === undefined ? "value" : "text";
  }
}

/** What a new part of a list begins with: what must be there, as far as it can be known. */
export function freshPart(schema: Schema, root: Schema, taken: Json[] = []): Json {
  const entries = fieldsOf(schema, root).flatMap(({ name, schema: own, isRequired }): [string, unknown][] => {
    if (name === "branch") return [[name, freeName(taken.map((one) => String(one.branch ?? "")))]];
    if (!isRequired) return [];
    if (own.const !== undefined) return [[name, own.const]];
    if (own.enum) return [[name, own.enum.find((one) => !taken.some((other) => other[name] === one)) ?? own.enum[0]]];
    return controlOf(own) === "object" ? [[name, freshPart(own, root)]] : [];
  });
  return Object.fromEntries(entries);
}

/** a, b, c … as far as they are free. */
function freeName(taken: string[]): string {
  const names = [..."abcdefghijklmnopqrstuvwxyz"];
  return names.find((name) => !taken.includes(name)) ?? `branch-${taken.length + 1}`;
}

/** The value at a dotted path has a fault: by the path within the part, what is said. */
export function faultsWithin(faults: readonly { path: string; message: string }[], path: string): { path: string; message: string }[] {
  return faults.flatMap(({ path: at, message }) => {
    if (at === path) return [{ path: "", message }];
    return at.startsWith(`${path}.`) ? [{ path: at.slice(path.length + 1), message }] : [];
  });
}
