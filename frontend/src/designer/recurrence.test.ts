import { describe, expect, it } from "vitest";

import { readRecurrence, writeRecurrence } from "./recurrence";

describe("a recurrence", () => {
  it.each([
    "FREQ=HOURLY;INTERVAL=6",
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;COUNT=5",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20261231",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=YEARLY;UNTIL=20301231",
  ])("is read and written as it was: %s", (text) => {
    const read = readRecurrence(text);
    expect(read && writeRecurrence(read)).toBe(text);
  });

  it("is read in small letters and another order", () => {
    const read = readRecurrence("byday=th,mo;freq=weekly;");
    expect(read && writeRecurrence(read)).toBe("FREQ=WEEKLY;BYDAY=MO,TH");
  });

  it.each(["", "FREQ=SECONDLY", "FREQ=DAILY;BYHOUR=9,17", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;UNTIL=20261231T180000", "x"])(
    "that has no controls stays as it is written: %s",
    (text) => {
      expect(readRecurrence(text)).toBeNull();
    },
  );
});
