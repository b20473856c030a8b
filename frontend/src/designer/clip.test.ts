import { describe, expect, it } from "vitest";

import { copySteps, duplicateSteps, NotPasted, pasteClip, readClip, writeClip } from "./clip";
import { ownTail } from "./edit";
import type { Graph } from "./graph";
import { ENTRY, MOST_STEPS } from "./graph";
import { graph, KINDS, PARTED, ways } from "./samples";

const NONE = new Set<string>();
const copied = (of: Graph, ids: string[]) => readClip(writeClip(copySteps(of, ids, KINDS)!));

describe("copies", () => {
  it("of one step go in between, under a new id", () => {
    const { graph: next, ids } = pasteClip(PARTED, ENTRY, copied(PARTED, ["pause"]), KINDS, NONE);
    expect(ids).toEqual(["pause-2"]);
    expect(next.start).toBe("pause-2");
    expect(ways(next)["pause-2"]).toEqual({ next: "ask" });
  });

  it("of a whole branch end as it does, and are only pasted where nothing follows", () => {
    const clip = copied(PARTED, ownTail(PARTED, "pause"));
    const { graph: next } = pasteClip(PARTED, { from: "mail", branch: "next" }, clip, KINDS, NONE);
    expect(ways(next)).toMatchObject({ mail: { next: "pause-2" }, "pause-2": { next: "bye-2" }, "bye-2": {} });
    expect(() => pasteClip(PARTED, ENTRY, clip, KINDS, NONE)).toThrow(new NotPasted("no_way_on"));
  });

  it("name their own steps in settings, texts and ways", () => {
    const asks = graph("mail", {
      mail: ["send_email", { next: "look" }],
      look: ["branch_message", { opened: "mail", else: null }, { step: "mail", cases: [{ branch: "opened" }], text: "answers.mail.ok" }],
    });
    const { graph: next } = pasteClip({}, ENTRY, copied(asks, ["mail", "look"]), KINDS, new Set(["mail"]));
    expect(next.steps?.[1]).toMatchObject({ id: "look", settings: { step: "mail-2", text: "answers.mail-2.ok" }, branches: { opened: "mail-2", else: null } });
  });

  it("of steps that stood apart follow one another", () => {
    const { graph: next } = pasteClip({}, ENTRY, copied(PARTED, ["mail", "pause"]), KINDS, NONE);
    expect(ways(next)).toEqual({ mail: { next: "pause" }, pause: { next: null } });
  });

  it("stand right behind what they are copies of", () => {
    const done = duplicateSteps(PARTED, ["pause"], KINDS, NONE);
    expect(ways(done!.graph)).toMatchObject({ pause: { next: "pause-2" }, "pause-2": { next: "bye" } });
  });
});

describe("what is pasted", () => {
  it.each(["", "hello", "[]", '{"format":"sette-steps-1"}', '{"format":"sette-steps-1","start":"x","steps":[{"id":"x"}]}', '{"format":"sette-steps-1","start":"<img>","steps":[{"id":"<img>","kind":"wait"}]}'])(
    "is refused where it is no copy: %s",
    (text) => expect(() => readClip(text)).toThrow(new NotPasted("not_steps")),
  );

  it("is refused where it is too much", () => {
    const steps = Array.from({ length: 1000 }, (_, at) => ({ id: `s${at}`, kind: "wait" }));
    expect(() => readClip(JSON.stringify({ format: "sette-steps-1", start: "s0", steps }))).toThrow(new NotPasted("too_many"));
    const full = graph("s0", Object.fromEntries(steps.slice(0, MOST_STEPS).map(({ id }) => [id, ["wait"]])));
    expect(() => pasteClip(full, ENTRY, copied(PARTED, ["mail"]), KINDS, NONE)).toThrow(new NotPasted("too_many"));
  });

  it("is mere values: what is no setting, branch or note is left out", () => {
    const text = JSON.stringify({ format: "sette-steps-1", start: "a", steps: [{ id: "a", kind: "wait", branches: { next: 7 }, note: "<b>", run: "x" }] });
    expect(readClip(text).steps).toEqual([{ id: "a", kind: "wait", settings: {}, branches: { next: null }, note: "<b>" }]);
  });
});
