/** Lengths of time as journeys store them: days and more by the calendar, hours and less by the watch. Pure. */

export const UNITS = ["minutes", "hours", "days", "weeks", "months", "years"] as const;
export type Unit = (typeof UNITS)[number];
export interface Duration {
  count: number;
  unit: Unit;
}
const LETTERS: Record<string, Unit> = { TM: "minutes", TH: "hours", D: "days", W: "weeks", M: "months", Y: "years" };
const ONE = /^P(T?)(\d{1,6})([YMWDH])$/;

/** A length of one unit; null for none, and for what is made of several. `P1D` and `PT24H` are not the same. */
export function readDuration(text: unknown): Duration | null {
  const found = typeof text === "string" ? ONE.exec(text) : null;
  const unit = found && LETTERS[`${found[1]}${found[3]}`];
  return found && unit && Number(found[2]) > 0 ? { count: Number(found[2]), unit } : null;
}

export function writeDuration({ count, unit }: Duration): string {
  const letters = Object.entries(LETTERS).find(([, one]) => one === unit)?.[0] ?? "D";
  return letters.startsWith("T") ? `PT${count}${letters.slice(1)}` : `P${count}${letters}`;
}
