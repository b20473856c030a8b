import { expect, test } from "vitest";

import { readList, readNumber, readScalar } from "./values";

test.each([["12", 12], ["12,5", 12.5], ["-0.25", -0.25], [" 7 ", 7]])("%s is a number", (text, number) => {
  expect(readNumber(text)).toBe(number);
});

test.each([["1.000,5"], ["12 kg"], [""], ["1e9"], ["."]])("%s is none", (text) => {
  expect(readNumber(text)).toBeNull();
});

test("numbers stay numbers and texts texts", () => {
  expect(readScalar("00100", "text")).toBe("00100");
  expect(readScalar("100", "number")).toBe(100);
  expect(readScalar("many", "number")).toBe("many");
  expect(readScalar("true", "yesno")).toBe(true);
});

test.each([
  ["a, b ,c", ["a", "b", "c"]],
  ["a\nb\r\nc\n", ["a", "b", "c"]],
  ["a\tb\ta", ["a", "b"]],
  ['"Rome, Italy"\n"Bari"', ["Rome, Italy", "Bari"]],
  ["a;b", ["a", "b"]],
  [" , ", []],
])("the list %j is read", (text, values) => {
  expect(readList(text, "text")).toEqual(values);
});

test("a list of numbers is numbers", () => {
  expect(readList("1\n2,5\n3", "number")).toEqual([1, 2.5, 3]);
});
