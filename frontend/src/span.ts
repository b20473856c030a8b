/** Spans of time: ISO 8601 durations as rules store them, a number and a unit as people edit them. Pure. */

export const UNITS = ["minutes", "hours", "days", "weeks"] as const;
export type Unit = (typeof UNITS)[number];
export interface Span {
  count: number;
  unit: Unit;
}

const SECONDS: Record<Unit, number> = { minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 };
const ISO = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** The span of a duration in its own unit, else in the largest one that it fills; null where it is none. */
export function readSpan(text: unknown): Span | null {
  const found = typeof text === "string" ? ISO.exec(text) : null;
  if (!found) return null;
  const [weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [
    number, number, number, number, number,
  ];
  if (weeks && !(days || hours || minutes || seconds)) return { count: weeks, unit: "weeks" };
  const total =
    weeks * SECONDS.weeks + days * SECONDS.days + hours * SECONDS.hours + minutes * SECONDS.minutes + seconds;
  const unit = (["days", "hours", "minutes"] as const).find((one) => total > 0 && total % SECONDS[one] === 0);
  return unit ? { count: total / SECONDS[unit], unit } : null;
}

/** The span as a rule stores it. */
export function writeSpan({ count, unit }: Span): string {
  const written = { minutes: `PT${count}M`, hours: `PT${count}H`, days: `P${count}D`, weeks: `P${count}W` };
  return written[unit];
}
