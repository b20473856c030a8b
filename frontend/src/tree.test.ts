import { expect, test } from "vitest";

import { changed, copyPart, filterName, movePart, newLine, NotATree, pathName, readTree, replacePart, shared, taken, wrapPart, writeTree } from "./tree";
import type { Line } from "./tree";
import type { Family, Setting } from "./vocabulary";

const ORDER = { field: "event", event: "Order Completed", operator: "at_least", value: 2, within: "P90D", where: [{ property: "total", operator: "greater", value: 10 }] };
const ROMAN = { field: "trait", trait: "city", operator: "equals", value: "Roma" };
const RULE = { combinator: "and", not: false, rules: [ORDER, { combinator: "or", not: true, rules: [ROMAN] }] };

function setting(name: string, more: Partial<Setting> = {}): Setting {
  return { name, kind: "text", label: name, suggests: null, is_optional: false, default: null, choices: [], only_with: null, ...more };
}

const SETTINGS = [
  setting("aggregate", { kind: "choice", choices: [{ value: "count", label: "", takes: null }, { value: "sum", label: "", takes: null }] }),
  setting("property", { kind: "path", is_optional: true, only_with: ["aggregate", ["sum"]] }),
  setting("operator", {
    kind: "choice",
    choices: [
      { value: "equals", label: "", takes: "scalar" },
      { value: "is_any_of", label: "", takes: "list" },
      { value: "less", label: "", takes: "number" },
      { value: "is_set", label: "", takes: "none" },
    ],
  }),
  setting("value", { kind: "any" }),
];

test("a rule comes back as it was", () => {
  expect(writeTree(readTree(RULE))).toEqual(RULE);
});

test("a single line gets a group around it, and nothing is an empty group", () => {
  expect(writeTree(readTree(ROMAN))).toEqual({ combinator: "and", not: false, rules: [ROMAN] });
  expect(writeTree(readTree({}))).toEqual({ combinator: "and", not: false, rules: [] });
});

test.each([[null], [[]], ["rule"], [{ rules: 5 }], [{ rules: [7] }]])("%j is no tree", (rule) => {
  expect(() => readTree(rule)).toThrow(NotATree);
});

test("filters in groups come back as they were, and a list stays one", () => {
  const grouped = { combinator: "or", not: true, rules: [{ property: "a", operator: "is_set" }, { combinator: "and", not: false, rules: [{ property: "b" }] }] };
  const rule = { combinator: "and", not: false, rules: [{ ...ORDER, where: grouped, then_where: [{ property: "c" }, grouped] }] };

  expect(writeTree(readTree(rule))).toEqual(rule);
  expect(() => readTree({ ...ORDER, where: 5 })).toThrow(NotATree);
  expect(() => readTree({ ...ORDER, where: [5] })).toThrow(NotATree);
});

test("paths of filters are those of the server", () => {
  const plain = { combinator: "and", not: false, rules: [] };

  expect(filterName("where", plain, [])).toBe("where");
  expect(filterName("where", plain, [0, 2])).toBe("where.0.rules.2");
  expect(filterName("then_where", { ...plain, not: true }, [0, 2])).toBe("then_where.rules.0.rules.2");
});

test("a copy of a line with filters has none of its ids", () => {
  const tree = copyPart(readTree(RULE), [0]);
  const ids = tree.rules.map((part) => ((part as Line).where as typeof tree | undefined)?.rules[0]?.id);

  expect(ids[0]).toBeTruthy();
  expect(ids[1]).toBeTruthy();
  expect(ids[0]).not.toBe(ids[1]);
});

test("paths are those of the server", () => {
  expect(pathName([])).toBe("");
  expect(pathName([0, 2])).toBe("rules.0.rules.2");
});

test("a property goes with what it belongs to", () => {
  const sum = { field: "event", aggregate: "sum", property: "total", operator: "less", value: 5 };

  expect(changed(sum, SETTINGS, "aggregate", "count")).toEqual({ field: "event", aggregate: "count", operator: "less", value: 5 });
});

test.each([
  ["equals", "is_any_of", "Roma", ["Roma"]],
  ["is_any_of", "equals", ["Roma", "Bari"], "Roma"],
  ["equals", "is_set", "Roma", undefined],
  ["equals", "less", "Roma", undefined],
  ["equals", "less", 5, 5],
])("from %s to %s a value stays where it can", (from, to, value, expected) => {
  expect(changed({ operator: from, value }, SETTINGS, "operator", to).value).toEqual(expected);
});

test("an operator tells the kind of its value", () => {
  expect(taken(SETTINGS, { operator: "is_any_of" })).toBe("list");
  expect(taken([setting("value", { kind: "number" })], {})).toBe("number");
});

test("a new line begins with what its family says and with what was chosen", () => {
  const family: Family = { family: "event", group: "events", label: "", settings: SETTINGS, start: { operator: "less", value: 1 } };

  expect(writeTree(newLine(family, { event: "E" }))).toEqual({ field: "event", aggregate: "count", operator: "less", value: 1, event: "E" });
});

test("lines move up into a group and down out of it", () => {
  const tree = readTree({ combinator: "and", not: false, rules: [{ combinator: "or", not: false, rules: [ROMAN] }, ORDER] });
  const inside = movePart(tree, [1], "up");

  expect(writeTree(inside)).toEqual({ combinator: "and", not: false, rules: [{ combinator: "or", not: false, rules: [ROMAN, ORDER] }] });
  expect(writeTree(movePart(inside, [0, 1], "down"))).toEqual(writeTree(tree));
});

test("a line is copied behind itself with an id of its own", () => {
  const tree = copyPart(readTree(RULE), [0]);

  expect((writeTree(tree) as { rules: unknown[] }).rules.slice(0, 2)).toEqual([ORDER, ORDER]);
  expect(new Set(tree.rules.map((part) => (part as Line).id)).size).toBe(3);
});

test("a line is put into a group of its own", () => {
  expect(writeTree(wrapPart(readTree({ combinator: "and", not: false, rules: [ROMAN] }), [0]))).toEqual({
    combinator: "and",
    not: false,
    rules: [{ combinator: "or", not: false, rules: [ROMAN] }],
  });
});

test("a line that is changed keeps its id, deep down too", () => {
  const tree = readTree(RULE);
  const line = { ...ROMAN, id: "mine", value: "Bari" } as unknown as Line;
  const next = replacePart(tree, [1, 0], line);

  expect(((next.rules[1] as typeof tree).rules[0] as Line).id).toBe("mine");
  expect(writeTree(next)).toEqual({ ...RULE, rules: [ORDER, { ...RULE.rules[1], rules: [{ ...ROMAN, value: "Bari" }] }] });
});

test("a line of another family keeps what both have", () => {
  const family = (name: string, settings: Setting[]): Family => ({ family: name, group: "events", label: "", settings, start: {} });
  const from = family("event", [setting("event"), setting("within", { kind: "span" }), setting("value", { kind: "number" }), setting("which")]);
  const to = family("event_time", [setting("event"), setting("within", { kind: "text" }), setting("value", { kind: "number" })]);

  expect(shared({ event: "E", within: "P1D", value: 5, which: "x" }, from, to)).toEqual({ event: "E" });
});
