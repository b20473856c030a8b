/** A rule as the server stores it, and as react-querybuilder edits it: groups and lines that have an id. Pure. */

import type { Path, RuleGroupType, RuleType } from "react-querybuilder";
import { add, findPath, generateID, insert, move, remove, update } from "react-querybuilder";

import type { Family, Setting } from "./vocabulary";

export type Line = RuleType & Record<string, unknown>;
export type Group = RuleGroupType<Line>;
export type Json = Record<string, unknown>;

const OWN = new Set(["id", "path", "valueSource"]);

export class NotATree extends Error {}

/** The tree of a stored rule; a single line gets a group around it. NotATree where it is no rule at all. */
export function readTree(rule: unknown): Group {
  const part = readPart(rule);
  return "rules" in part ? (part as Group) : { id: generateID(), combinator: "and", not: false, rules: [part as Line] };
}

function readPart(part: unknown): Group | Line {
  if (typeof part !== "object" || part === null || Array.isArray(part)) throw new NotATree();
  const json = part as Json;
  if ("field" in json) {
    const filters = Object.keys(json).filter((key) => isFilters(key) && json[key] != null);
    const read = Object.fromEntries(filters.map((key) => [key, readFilters(json[key])]));
    return { ...json, ...read, id: generateID() } as Line;
  }
  if ("rules" in json && !Array.isArray(json.rules)) throw new NotATree();
  const combinator = json.combinator === "or" ? "or" : "and";
  const rules = ((json.rules as unknown[] | undefined) ?? []).map(readPart);
  return { id: generateID(), combinator, not: json.not === true, rules };
}

/** Whether a setting of a line holds filters on an event's properties: `where`, `then_where`. */
export function isFilters(setting: string): boolean {
  return /(^|_)where$/.test(setting);
}

/** Filters are a tree too: a list of them is a group of which all must hold. */
export function readFilters(stored: unknown): Group {
  const group = Array.isArray(stored) ? { combinator: "and", not: false, rules: stored as unknown[] } : (stored as Json);
  if (typeof group !== "object" || !Array.isArray(group.rules ?? [])) throw new NotATree();
  const rules = ((group.rules ?? []) as unknown[]).map((part) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) throw new NotATree();
    return "rules" in part ? readFilters(part) : ({ ...part, id: generateID() } as unknown as Line);
  });
  return { id: generateID(), combinator: group.combinator === "or" ? "or" : "and", not: group.not === true, rules };
}

/** Whether filters are stored as a mere list. */
export function isPlain({ combinator, not }: Group): boolean {
  return combinator === "and" && !not;
}

/** The path of a filter as the server names it: where.0.rules.1, or where.rules.0 within a group. */
export function filterName(setting: string, root: Group, path: Path): string {
  const [first, ...rest] = path;
  if (first === undefined) return setting;
  return [setting, isPlain(root) ? String(first) : `rules.${first}`, pathName(rest)].filter(Boolean).join(".");
}

/** The rule that a tree stands for, without what only the builder needs. */
export function writeTree(part: Group | Line): Json {
  if ("rules" in part) {
    const { combinator, not, rules } = part as Group;
    return { combinator, not: not ?? false, rules: rules.map((one) => writeTree(one as Group | Line)) };
  }
  const told = Object.entries(part).filter(([key, value]) => !OWN.has(key) && value !== undefined);
  return Object.fromEntries(told.map(([key, value]) => [key, isFilters(key) && value ? writeFilters(value as Group) : value]));
}

export function writeFilters(root: Group): unknown {
  const written = writeTree(root);
  return isPlain(root) ? written.rules : written;
}

/** The path of a part as the server names it: rules.0.rules.1. */
export function pathName(path: Path): string {
  return path.map((place) => `rules.${place}`).join(".");
}

/** A new line of a family, with what it begins with and what was chosen already. */
export function newLine(family: Family, chosen: Json = {}): Line {
  const operator = family.settings.find((one) => one.name === "operator")?.choices[0]?.value;
  const first = family.settings.filter((one) => one.kind === "choice" && !one.is_optional && one.name !== "operator");
  const choices = Object.fromEntries(first.map((one) => [one.name, one.choices[0]?.value]));
  const line = { field: family.family, ...choices, operator, ...family.start, ...chosen };
  return { ...line, id: generateID() } as unknown as Line;
}

/** What of a line a line of another family can keep: settings of the same name and kind, but not how they are compared. */
export function shared(line: Json, from: Family, to: Family): Json {
  const kinds = new Map(from.settings.map((one) => [one.name, one.kind]));
  const kept = to.settings.filter(({ name, kind, choices }) => {
    return kinds.get(name) === kind && !choices.length && name !== "value" && line[name] !== undefined;
  });
  return Object.fromEntries(kept.map(({ name }) => [name, line[name]]));
}

/** Whether a setting is asked for, given the others: a property only of what is summed. */
export function applies(setting: Setting, line: Json): boolean {
  if (!setting.only_with) return true;
  const [other, values] = setting.only_with;
  return values.includes(String(line[other]));
}

/** The kind of value that the line's operator takes. */
export function taken(settings: Setting[], line: Json): string {
  const operators = settings.find((one) => one.name === "operator")?.choices ?? [];
  const own = settings.find((one) => one.name === "value");
  return operators.find((one) => one.value === line.operator)?.takes ?? (own && !operators.length ? own.kind : "none");
}

/** The line with one setting changed, and without what no longer belongs to it. */
export function changed<L extends Json>(line: L, settings: Setting[], name: string, value: unknown): L {
  const next: Json = { ...line, [name]: value };
  if (value === undefined) delete next[name];
  for (const setting of settings) if (!applies(setting, next)) delete next[setting.name];
  if (name === "operator" && "value" in next) {
    const [was, is] = [taken(settings, line), taken(settings, next)];
    if (was !== is) next.value = converted(next.value, is);
    if (next.value === undefined) delete next.value;
  }
  return next as L;
}

function converted(value: unknown, kind: string): unknown {
  const one = Array.isArray(value) ? value[0] : value;
  if (kind === "list") return one === undefined || one === "" ? undefined : Array.isArray(value) ? value : [one];
  if (kind === "scalar") return one;
  if (kind === "text" || kind === "pattern") return typeof one === "string" ? one : undefined;
  if (kind === "number") return typeof one === "number" ? one : undefined;
  return undefined;
}

/** The tree with another part in the place of one. It keeps the id that it has: what is typed in stays drawn. */
export function replacePart(tree: Group, path: Path, part: Group | Line): Group {
  const [place, ...rest] = path;
  if (place === undefined) return part as Group;
  const rules = tree.rules.map((one, at) => {
    if (at !== place) return one;
    return rest.length ? replacePart(one as Group, rest, part) : part;
  });
  return { ...tree, rules };
}

export function addPart(tree: Group, part: Group | Line, path: Path): Group {
  return add(tree, part, path) as Group;
}

export function removePart(tree: Group, path: Path): Group {
  return remove(tree, path) as Group;
}

export function movePart(tree: Group, path: Path, to: Path | "up" | "down"): Group {
  return move(tree, path, to) as Group;
}

export function joinGroup(tree: Group, path: Path, combinator: "and" | "or", not: boolean): Group {
  return update(update(tree, "combinator", combinator, path), "not", not, path) as Group;
}

function withNewIds<P extends Group | Line>(part: P): P {
  const copy: Json = { ...part, id: generateID() };
  for (const [key, value] of Object.entries(copy)) if (isFilters(key) && value) copy[key] = withNewIds(value as Group);
  if ("rules" in part) copy.rules = (part as Group).rules.map((one) => withNewIds(one as Group | Line));
  return copy as unknown as P;
}

/** The tree with a copy of a part right behind it. */
export function copyPart(tree: Group, path: Path): Group {
  const part = findPath(path, tree) as Group | Line;
  const copy = withNewIds(part);
  const behind = [...path.slice(0, -1), (path.at(-1) ?? 0) + 1];
  return insert(tree, copy, behind) as Group;
}

/** The tree with a new group around a part. */
export function wrapPart(tree: Group, path: Path): Group {
  const part = findPath(path, tree) as Group | Line;
  const around: Group = { id: generateID(), combinator: "or", not: false, rules: [part] };
  return replacePart(tree, path, around);
}

export function partAt(tree: Group, path: Path): Group | Line | null {
  return findPath(path, tree) as Group | Line | null;
}

/** An empty group, to be filled. */
export function newGroup(): Group {
  return { id: generateID(), combinator: "or", not: false, rules: [] };
}

/** No filters yet: all that come must hold. */
export function newFilters(): Group {
  return { id: generateID(), combinator: "and", not: false, rules: [] };
}

export function newFilter(operator: string | undefined): Line {
  return { id: generateID(), operator } as unknown as Line;
}
