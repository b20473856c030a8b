import { describe, expect, it } from "vitest";

import { layOut } from "./layout";
import { graph, KINDS } from "./samples";
import { MARGIN, movedToSee } from "./sight";

const LAYOUT = layOut(graph("ask", { ask: ["branch", { yes: null, else: "pause" }, { rules: [{ branch: "yes" }] }], pause: ["wait", { next: null }] }), {
  kinds: KINDS,
});
const [ASK, PAUSE] = ["ask", "pause"].map((name) => LAYOUT.cards.find(({ id }) => id === name)!) as [(typeof LAYOUT.cards)[0], (typeof LAYOUT.cards)[0]];
const PLUS = LAYOUT.spots.find(({ way }) => way.from === "pause")!;
const LEFT = Math.min(ASK.x, ...LAYOUT.spots.filter(({ way }) => way.from === "ask").map((branch) => branch.x));
const WINDOW = { x: MARGIN, y: MARGIN, zoom: 1, width: 2000, height: PLUS.y + PLUS.height + 2 * MARGIN };

describe("the canvas", () => {
  it("stays where a card and the + below it are seen", () => {
    expect(movedToSee(LAYOUT, "pause", WINDOW)).toBeNull();
    expect(movedToSee(LAYOUT, "nowhere", WINDOW)).toBeNull();
  });

  it("moves just as far as the + of a card lies below its edge", () => {
    expect(movedToSee(LAYOUT, "pause", { ...WINDOW, height: WINDOW.height - 7 })).toEqual({ x: MARGIN, y: MARGIN - 7 });
    expect(movedToSee(LAYOUT, "ask", { ...WINDOW, x: MARGIN - LEFT - 5 })).toEqual({ x: MARGIN - LEFT, y: MARGIN });
  });

  it("heeds the branches of a card only as far as they have room beside each other", () => {
    const width = ASK.width + 2 * MARGIN;

    expect(movedToSee(LAYOUT, "ask", { ...WINDOW, x: MARGIN - ASK.x, width })).toBeNull();
  });

  it("puts into the middle what lies far away, and the card alone where no more has room", () => {
    const height = PAUSE.height + 2 * MARGIN;

    expect(movedToSee(LAYOUT, "pause", { ...WINDOW, y: -10_000 })).toEqual({ x: MARGIN, y: WINDOW.height / 2 - (PAUSE.y + PLUS.y + PLUS.height) / 2 });
    expect(movedToSee(LAYOUT, "pause", { ...WINDOW, y: -10_000, height })).toEqual({ x: MARGIN, y: MARGIN - PAUSE.y });
  });
});
