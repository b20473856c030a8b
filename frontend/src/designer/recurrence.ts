/** Recurrences (RFC 5545) as the designer sets them: those that people mean, every so often on some days, until. Pure. */

export const FREQUENCIES = ["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export const WHICH = ["1", "2", "3", "4", "-1"] as const;
export type Frequency = (typeof FREQUENCIES)[number];
export interface Recurrence {
  frequency: Frequency;
  every: number;
  /** Weekly: on these days. None: on that of the beginning. */
  days: string[];
  /** Monthly: on a day of the month (-1: the last), or on a weekday of it. */
  monthDay: number | null;
  weekday: { which: string; day: string } | null;
  /** The last local day, as 2026-12-31. */
  until: string;
  count: number | null;
}
const PLAIN: Recurrence = { frequency: "WEEKLY", every: 1, days: [], monthDay: null, weekday: null, until: "", count: null };

/** What can be set by controls; null for any other rule, which is written as it is. */
export function readRecurrence(text: string): Recurrence | null {
  const parts = new Map(text.toUpperCase().split(";").filter(Boolean).map((part) => part.split("=", 2) as [string, string]));
  const frequency = FREQUENCIES.find((one) => one === parts.get("FREQ"));
  const every = number(parts.get("INTERVAL") ?? "1");
  if (!frequency || every === null) return null;
  const read: Recurrence = { ...PLAIN, frequency, every };
  for (const [name, value] of parts) if (!(name === "FREQ" || name === "INTERVAL" || put(read, name, value))) return null;
  return read;
}

function put(read: Recurrence, name: string, value: string): boolean {
  if (name === "COUNT") return (read.count = number(value)) !== null;
  if (name === "UNTIL") {
    const found = /^(\d{4})(\d\d)(\d\d)$/.exec(value);
    read.until = found ? found.slice(1).join("-") : "";
    return found !== null;
  }
  if (name === "BYMONTHDAY" && read.frequency === "MONTHLY") {
    read.monthDay = value === "-1" ? -1 : number(value);
    return read.monthDay !== null && read.monthDay <= 31;
  }
  if (name !== "BYDAY") return false;
  if (read.frequency === "WEEKLY") {
    read.days = DAYS.filter((day) => value.split(",").includes(day));
    return read.days.length === value.split(",").length;
  }
  const [, which, day] = /^(-?\d)([A-Z]{2})$/.exec(value) ?? [];
  if (read.frequency !== "MONTHLY" || !WHICH.some((one) => one === which) || !DAYS.some((one) => one === day)) return false;
  read.weekday = { which: which ?? "1", day: day ?? "MO" };
  return true;
}

function number(text: string): number | null {
  return /^\d{1,3}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

export function writeRecurrence({ frequency, every, days, monthDay, weekday, until, count }: Recurrence): string {
  const parts = [`FREQ=${frequency}`];
  if (every > 1) parts.push(`INTERVAL=${every}`);
  if (frequency === "WEEKLY" && days.length) parts.push(`BYDAY=${DAYS.filter((day) => days.includes(day)).join(",")}`);
  if (frequency === "MONTHLY" && weekday) parts.push(`BYDAY=${weekday.which}${weekday.day}`);
  else if (frequency === "MONTHLY" && monthDay !== null) parts.push(`BYMONTHDAY=${monthDay}`);
  if (count !== null) parts.push(`COUNT=${count}`);
  else if (until) parts.push(`UNTIL=${until.replaceAll("-", "")}`);
  return parts.join(";");
}
