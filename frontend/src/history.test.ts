import { expect, test } from "vitest";

import { step } from "./history";

const START = { past: [] as number[], now: 0, future: [] as number[], tag: undefined as string | undefined, at: 0 };
const change = (next: number, tag?: string, at = 10_000) => ({ do: "change" as const, next, tag, at });

test("what was done is undone and done again", () => {
  const done = step(step(START, change(1)), change(2));
  const undone = step(step(done, { do: "undo" }), { do: "undo" });

  expect(undone.now).toBe(0);
  expect(step(undone, { do: "redo" }).now).toBe(1);
  expect(step(undone, { do: "undo" })).toBe(undone);
});

test("typing in one field is one step", () => {
  const typed = step(step(START, change(1, "value", 10_000)), change(12, "value", 10_300));

  expect(step(typed, { do: "undo" }).now).toBe(0);
});

test("typing after a while, or elsewhere, is another step", () => {
  const later = step(step(START, change(1, "value", 10_000)), change(12, "value", 12_000));
  const elsewhere = step(step(START, change(1, "value", 10_000)), change(12, "within", 10_100));

  expect(step(later, { do: "undo" }).now).toBe(1);
  expect(step(elsewhere, { do: "undo" }).now).toBe(1);
});

test("a change after undoing forgets what was undone", () => {
  const undone = step(step(START, change(1)), { do: "undo" });

  expect(step(undone, change(5)).future).toEqual([]);
});
