import { describe, expect, it } from "vitest";

import { difference } from "./differ";
import type { Graph, Step } from "./graph";
import { drawnWays } from "./graph";
import { layOut } from "./layout";
import { listed } from "./linear";
import { graph, KINDS, PARTED } from "./samples";

/** A tree of branches; the same for the same seed. */
function random(seed: number, most: number): Graph {
  let state = seed;
  const draw = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % below; // its low bits hardly vary
  };
  const steps: Step[] = [];
  const grow = (): string => {
    const id = `s${steps.length}`;
    const isParted = draw(3) === 0;
    const step: Step = { id, kind: isParted ? "branch" : "wait", branches: {} };
    if (isParted) step.settings = { rules: Array.from({ length: 1 + draw(3) }, (_, at) => ({ branch: `b${at}` })) };
    steps.push(step);
    for (const branch of isParted ? [...(step.settings?.rules as { branch: string }[]).map((one) => one.branch), "else"] : ["next"]) {
      step.branches![branch] = steps.length < most && draw(8) > 0 ? grow() : null;
    }
    return id;
  };
  return { start: grow(), steps };
}

describe("the layout", () => {
  it("keeps the order of branches, whatever the journey", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { spots } = layOut(random(seed, 30), { kinds: KINDS });
      const pills = spots.filter((spot) => spot.look === "pill");
      for (const from of new Set(pills.map((pill) => pill.way.from))) {
        const xs = pills.filter((pill) => pill.way.from === from).map((pill) => pill.x + pill.width / 2);
        expect(xs, `seed ${seed}`).toEqual([...xs].sort((a, b) => a - b));
      }
    }
  });

  it("lets nothing overlap, and leads down", () => {
    const of = random(7, 60);
    const { cards, spots } = layOut(of, { kinds: KINDS, hasNumbers: true });
    const places = [...cards, ...spots.filter((spot) => spot.look !== "plus")];
    for (const [at, one] of places.entries()) {
      for (const other of places.slice(at + 1)) {
        const isApart = one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
        expect(isApart, `${one.id} and ${other.id}`).toBe(true);
      }
    }
    const y = new Map(cards.map((card) => [card.id, card.y]));
    for (const way of drawnWays(of, KINDS).ways) if (way.to) expect(y.get(way.to)).toBeGreaterThan(y.get(way.from)!);
  });

  it("leads loops back beside everything, and shows what nothing leads to", () => {
    const loop = graph("a", { a: ["wait", { next: "b" }], b: ["goto", { again: "a", exhausted: null }], alone: ["exit"] });
    const { cards, lines, spots } = layOut(loop, { kinds: KINDS });
    expect(cards.map((card) => card.id)).toEqual(["trigger", "a", "b", "alone"]);
    expect(lines.filter((line) => line.look === "back").map((line) => line.way.branch)).toEqual(["again"]);
    expect(spots.map((spot) => [spot.id, spot.look])).toEqual([
      ["+trigger/next", "plus"],
      ["+a/next", "plus"],
      ["+b/again", "pill"],
      ["+b/exhausted", "pill"],
    ]);
  });

  it("draws what is no longer there where it stood", () => {
    const without = graph("ask", { ask: ["branch", { yes: null, maybe: null, else: null }, { rules: [{ branch: "yes" }, { branch: "maybe" }] }], mail: ["wait", { next: null }] });
    const { changes, ghosts } = difference(PARTED, without, KINDS);
    expect(Object.fromEntries(changes)).toEqual({ ask: "changed", mail: "changed", pause: "removed", bye: "removed" });
    const { cards, lines } = layOut(without, { kinds: KINDS, ghosts });
    expect(cards.filter((card) => card.isGhost).map((card) => card.id)).toEqual(["pause", "bye"]);
    expect(lines.filter((line) => line.look === "gone").map((line) => line.way.to)).toEqual(["pause", "pause", "bye"]);
  });

  it("is quick for the largest journeys", () => {
    const [largest] = Array.from({ length: 40 }, (_, seed) => random(seed, 200)).sort((a, b) => b.steps!.length - a.steps!.length);
    expect(largest!.steps!.length).toBe(200);
    const began = performance.now();
    layOut(largest!, { kinds: KINDS });
    expect(performance.now() - began).toBeLessThan(1500);
  });
});

describe("the difference", () => {
  it("is nothing where only the order of keys, empty values or notes differ", () => {
    const live = graph("a", { a: ["wait", { next: null }, { span: "P1D", b: [] }] });
    const draft = { ...live, goals: [], steps: [{ note: "why", branches: { next: null }, settings: { b: null, span: "P1D" }, kind: "wait", id: "a" }] };
    expect(difference(live, draft, KINDS).changes.size).toBe(0);
    expect(difference(live, { ...draft, goals: [{ name: "x" }] }, KINDS).changes.get("trigger")).toBe("changed");
  });
});

describe("the list", () => {
  it("nests branches and goes on after them where they meet", () => {
    const { entries, detached } = listed(PARTED, KINDS);
    expect(entries.map((entry) => entry.is === "step" && entry.id)).toEqual(["ask"]);
    const [ask] = entries;
    expect(ask).toMatchObject({
      branches: [
        { branch: "yes", entries: [{ is: "step", id: "mail" }, { is: "end", way: { from: "mail" } }] },
        { branch: "maybe", entries: [{ is: "step", id: "pause" }, { is: "step", id: "bye" }] },
        { branch: "else", entries: [{ is: "leads", to: "pause" }] },
      ],
    });
    expect(detached).toEqual([]);
  });

  it("shows every step once, loops and lost ones too", () => {
    const shown = (of: Graph) => JSON.stringify(listed(of, KINDS)).match(/"is":"step"/g)?.length;
    for (let seed = 1; seed <= 20; seed++) {
      const of = random(seed, 25);
      expect(shown(of)).toBe(of.steps!.length);
    }
    const meeting = graph("ask", { ask: ["holdout", { held_out: "end", next: "mail" }], mail: ["send_email", { next: "end" }], end: ["wait", { next: "ask" }], lost: ["wait", { next: "lost" }] });
    const { entries, detached } = listed(meeting, KINDS);
    expect(entries.map((entry) => (entry.is === "step" ? entry.id : entry.is))).toEqual(["ask", "end", "leads"]);
    expect(detached).toMatchObject([{ is: "step", id: "lost" }, { is: "leads", to: "lost" }]);
  });
});
