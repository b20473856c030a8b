import { expect, test } from "vitest";

import { byLikeness } from "./likeness";

const FOUND = [
  { label: "How often", group: "Events" },
  { label: "A stage that they reached", group: "Stages" },
  { label: "Stage", group: "Stages" },
  { label: "stages_done", group: "Trait" },
];

test("what is meant most likely comes first, and groups stay together", () => {
  expect(byLikeness(FOUND, " stage").map((one) => one.label)).toEqual(["Stage", "A stage that they reached", "stages_done", "How often"]);
  expect(byLikeness(FOUND, "STAGES_").map((one) => one.label)[0]).toBe("stages_done");
});

test("without a word all stay as they are", () => {
  expect(byLikeness(FOUND, " ")).toEqual(FOUND);
});
