import { expect, test } from "vitest";

import { readSpan, writeSpan } from "./span";

test.each([
  ["P90D", { count: 90, unit: "days" }],
  ["P2W", { count: 2, unit: "weeks" }],
  ["PT36H", { count: 36, unit: "hours" }],
  ["PT90M", { count: 90, unit: "minutes" }],
])("%s is edited in its own unit and stored as it was", (text, span) => {
  expect(readSpan(text)).toEqual(span);
  expect(writeSpan(span as never)).toBe(text);
});

test("mixed units become the largest that they fill", () => {
  expect(readSpan("P1DT12H")).toEqual({ count: 36, unit: "hours" });
  expect(readSpan("P1W3D")).toEqual({ count: 10, unit: "days" });
});

test.each([["P"], ["PT"], ["90"], ["P3M"], ["P0D"], ["PT30S"], [null], [90]])("%s is no span to edit", (text) => {
  expect(readSpan(text)).toBeNull();
});
