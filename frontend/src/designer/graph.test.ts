import { describe, expect, it } from "vitest";

import { addStep, joinedBranches, ownTail, partedBranches, relead, removeStep, removeSteps, removeTail, withSettings, cutTail } from "./edit";
import { branchesOf, drawnWays, ENTRY, freshId, stepsOf } from "./graph";
import { graph, kindOf, KINDS, PARTED, ways } from "./samples";

const NONE = new Set<string>();

describe("branches", () => {
  it("are those of the settings, in their order, then the fixed ones", () => {
    const step = { id: "a", kind: "branch", settings: { rules: [{ branch: "b" }, { branch: "a" }, {}] } };
    expect(branchesOf(step, KINDS)).toEqual(["b", "a", "else"]);
  });

  it("share one way where the graph doesn't tell them apart", () => {
    expect(branchesOf({ id: "a", kind: "send_email", branches: { next: "b" } }, KINDS)).toEqual(["next"]);
    expect(branchesOf({ id: "a", kind: "send_email", branches: { sent: "c", next: "b" } }, KINDS)).toEqual(["sent", "next"]);
    expect(branchesOf({ id: "a", kind: "send_email" }, KINDS)).toEqual(["sent", "not_sent"]);
  });

  it("that the step doesn't know are shown all the same, as are those of unknown kinds", () => {
    expect(branchesOf({ id: "a", kind: "wait", branches: { next: null, odd: "b" } }, KINDS)).toEqual(["next", "odd"]);
    expect(branchesOf({ id: "a", kind: "strange", branches: { x: "b" } }, KINDS)).toEqual(["x"]);
  });

  it("are as the server says where that hangs on settings", () => {
    expect(branchesOf({ id: "a", kind: "send_email" }, KINDS, { a: ["next"] })).toEqual(["next"]);
  });
});

describe("adding a step", () => {
  it("puts it on the way, and what followed follows it by each branch", () => {
    const first = graph("mail", { mail: ["send_email", { next: null }] });
    const { graph: next, ids } = addStep(first, ENTRY, kindOf("branch"), KINDS, NONE);
    expect(next.start).toBe("branch");
    expect(ids).toEqual(["branch"]);
    expect(ways(next)).toEqual({ mail: { next: null }, branch: { yes: "mail", else: "mail" } });
  });

  it("puts it into one branch only", () => {
    const { graph: next } = addStep(PARTED, { from: "ask", branch: "maybe" }, kindOf("wait"), KINDS, NONE);
    expect(ways(next).ask).toEqual({ yes: "mail", maybe: "wait", else: "pause" });
    expect(ways(next).wait).toEqual({ next: "pause" });
  });

  it("leads a way back nowhere yet, and on by the other branch", () => {
    const { graph: next } = addStep(PARTED, { from: "pause", branch: "next" }, kindOf("goto"), KINDS, NONE);
    expect(ways(next).goto).toEqual({ again: null, exhausted: "bye" });
  });

  it("begins an empty journey", () => {
    const { graph: next } = addStep({}, ENTRY, kindOf("send_email"), KINDS, NONE);
    expect(next).toEqual({ start: "send-email", steps: [{ id: "send-email", kind: "send_email", settings: {}, branches: { next: null } }] });
  });

  it("never takes an id that was used before", () => {
    expect(freshId("wait_for", new Set(["wait-for", "wait-for-2"]))).toBe("wait-for-3");
    expect(freshId("<b>ä", NONE)).toBe("-b-");
  });
});

describe("taking steps out", () => {
  it("joins what stood before to what follows", () => {
    expect(ways(removeStep(PARTED, "pause", KINDS))).toEqual({ ask: { yes: "mail", maybe: "bye", else: "bye" }, mail: { next: null }, bye: {} });
  });

  it("keeps the first branch, or the one that is asked for, and drops what only the others led to", () => {
    expect(removeStep(PARTED, "ask", KINDS).start).toBe("mail");
    expect([...stepsOf(removeStep(PARTED, "ask", KINDS)).keys()]).toEqual(["mail"]);
    expect([...stepsOf(removeStep(PARTED, "ask", KINDS, {}, "else")).keys()]).toEqual(["pause", "bye"]);
  });

  it("ends where a branch's whole tail goes, and keeps what others lead to", () => {
    const next = cutTail(PARTED, { from: "ask", branch: "maybe" });
    expect(ways(next).ask).toEqual({ yes: "mail", maybe: null, else: "pause" });
    expect(stepsOf(next).size).toBe(4);
    expect([...stepsOf(cutTail(next, { from: "ask", branch: "else" })).keys()]).toEqual(["ask", "mail"]);
    expect([...stepsOf(removeTail(PARTED, "pause")).keys()]).toEqual(["ask", "mail"]);
    expect(ownTail(PARTED, "pause")).toEqual(["pause", "bye"]);
  });

  it("survives loops and steps that nothing leads to", () => {
    const loop = graph("a", { a: ["wait", { next: "b" }], b: ["goto", { again: "a", exhausted: null }], alone: ["wait", { next: "alone" }] });
    const next = removeSteps(loop, ["a", "alone"], KINDS);
    expect(ways(next)).toEqual({ b: { again: null, exhausted: null } });
    expect(next.start).toBe("b");
    expect(drawnWays(loop, KINDS).ways.filter((way) => way.isBack).map((way) => way.from)).toEqual(["b", "alone"]);
  });
});

describe("branches that are led elsewhere", () => {
  it("join another branch, and drop what nobody comes to any more", () => {
    const next = relead(PARTED, { from: "ask", branch: "yes" }, "bye");
    expect(ways(next).ask?.yes).toBe("bye");
    expect(stepsOf(next).has("mail")).toBe(false);
  });

  it("part where they led on together, and join again", () => {
    const parted = partedBranches(PARTED, "mail", KINDS);
    expect(ways(parted).mail).toEqual({ sent: null, not_sent: null });
    const { graph: more } = addStep(parted, { from: "mail", branch: "sent" }, kindOf("wait"), KINDS, NONE);
    expect(ways(joinedBranches(more, "mail", KINDS)).mail).toEqual({ next: "wait" });
  });

  it("keep their way where they are renamed, and lose it where they are taken out", () => {
    const renamed = withSettings(PARTED, "ask", { rules: [{ branch: "sure" }, { branch: "maybe" }] }, KINDS);
    expect(ways(renamed).ask).toEqual({ sure: "mail", maybe: "pause", else: "pause" });
    const fewer = withSettings(PARTED, "ask", { rules: [{ branch: "maybe" }] }, KINDS);
    expect(ways(fewer).ask).toEqual({ maybe: "pause", else: "pause" });
    expect(stepsOf(fewer).has("mail")).toBe(false);
  });
});
