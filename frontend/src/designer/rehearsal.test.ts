import { describe, expect, it } from "vitest";

import type { Seen, Walked } from "./rehearsal";
import { beginning, happensAt, litAt, momentOf, reachOf, stopsOf } from "./rehearsal";
import { graph } from "./samples";

const DRAWN = graph("pause", { pause: ["wait", { next: "mail" }], mail: ["send_email", { sent: null, next: "bye" }], bye: ["exit"] });
const [START, LATER] = ["2026-03-02T09:00:00+00:00", "2026-03-04T09:00:00+00:00"];

function seen(at: string, kind: Seen["kind"], step = "", branch?: string): Seen {
  return { at, kind, step, branch, icon: "", title: "", note: "", until: null, why: [] };
}
const WALKED: Walked = {
  customer: null,
  zone: "Europe/Rome",
  starts_at: START,
  stands_at: LATER,
  is_cut: false,
  has_entered: true,
  seen: [seen(START, "entered", "pause"), seen(START, "waits", "pause"), seen(LATER, "passed", "pause", "next"), seen(LATER, "passed", "mail", "not_sent"), seen(LATER, "ended", "bye")],
};

describe("a walk", () => {
  it("lights what was passed up to the moment, and where the customer stands", () => {
    const first = litAt(DRAWN, WALKED, momentOf(START));
    expect([...first.cards]).toEqual([["trigger", "passed"], ["pause", "here"]]);
    expect([...first.ways]).toEqual(["trigger/next"]);
    const last = litAt(DRAWN, WALKED, momentOf(LATER));
    expect(Object.fromEntries(last.cards)).toEqual({ trigger: "passed", pause: "passed", mail: "passed", bye: "passed" });
    expect([...last.ways]).toEqual(["trigger/next", "pause/next", "mail/next"]);
  });

  it("lights nothing of a step that was taken out since", () => {
    expect([...litAt({ ...DRAWN, steps: [] }, WALKED, momentOf(LATER)).cards]).toEqual([["trigger", "passed"]]);
  });

  it("has a clock that stops where something is seen, and goes a while beyond", () => {
    expect(stopsOf(WALKED)).toEqual([momentOf(START), momentOf(LATER)]);
    expect(reachOf(WALKED)).toEqual([momentOf(START), momentOf("2026-03-05T09:00:00+00:00")]);
  });

  it("lets things happen after what was seen at that moment", () => {
    expect(happensAt(WALKED, momentOf(LATER))).toBe(momentOf("2026-03-04T09:01:00+00:00"));
    expect(happensAt(WALKED, momentOf(LATER) - 1)).toBe(momentOf(LATER) - 1);
  });
});

describe("the beginning", () => {
  it("is the event that sets the journey off, else that the customer enters", () => {
    expect(beginning({ kind: "event", event: "Order Completed" })).toEqual([{ at: "PT0S", kind: "event", event: "Order Completed", properties: {} }]);
    expect(beginning({ kind: "event", event: "$customer_created" })).toEqual([]);
    expect(beginning({ kind: "segment_entered", segment: "x" })).toEqual([{ at: "PT0S", kind: "enter", properties: {} }]);
    expect(beginning(undefined)).toEqual([{ at: "PT0S", kind: "enter", properties: {} }]);
  });
});
