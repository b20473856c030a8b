import { describe, expect, it } from "vitest";

import type { Graph } from "./graph";
import { clearChoices, merged, partsOf } from "./merge";
import { graph, ways } from "./samples";

const BASE = graph("a", { a: ["wait", { next: "b" }, { span: "P1D" }], b: ["wait", { next: null }] });
const THEIRS = graph("a", { a: ["wait", { next: "b" }, { span: "P2D" }], b: ["wait", { next: "c" }], c: ["exit"] });
const MINE: Graph = { ...graph("a", { a: ["wait", { next: "d" }, { span: "P3D" }], d: ["exit"] }), holdout: { percent: 10 } };

function told(parts = partsOf(BASE, THEIRS, MINE)) {
  return Object.fromEntries(parts.map(({ key, theirs, mine }) => [key, [theirs, mine]]));
}

describe("two drafts of one origin", () => {
  it("differ by steps and by what is around them, each changed by one or by both", () => {
    expect(told()).toEqual({ a: ["changed", "changed"], b: ["changed", "removed"], c: ["added", null], d: [null, "added"], ":holdout": [null, "added"] });
  });

  it("say nothing of what both say, however it came about", () => {
    expect(partsOf(BASE, THEIRS, THEIRS)).toEqual([]);
  });

  it("need a choice only where both changed something", () => {
    expect(Object.fromEntries(clearChoices(partsOf(BASE, THEIRS, MINE)))).toEqual({ c: "theirs", d: "mine", ":holdout": "mine" });
  });

  it("become one by what is chosen, in which no way leads to a step that is gone", () => {
    const parts = partsOf(BASE, THEIRS, MINE);
    const choices = new Map([...clearChoices(parts), ["a", "theirs"], ["b", "mine"]] as [string, "theirs" | "mine"][]);
    const made = merged(THEIRS, MINE, parts, choices);
    expect(ways(made)).toEqual({ a: { next: null }, c: {}, d: {} });
    expect(made.holdout).toEqual({ percent: 10 });
    expect(merged(THEIRS, MINE, parts, new Map()).steps).toEqual(THEIRS.steps);
  });

  it("begin nowhere where the first step is gone", () => {
    const emptied: Graph = { ...BASE, steps: [] };
    const parts = partsOf(BASE, BASE, emptied);
    expect(merged(BASE, emptied, parts, clearChoices(parts))).toEqual({ ...BASE, start: "", steps: [] });
  });
});
