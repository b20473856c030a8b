/** How often something comes round: every so many days or weeks, on which, until when; and the next dates. */

import type { ControlProps } from "./Controls";
import { Text } from "./Controls";
import type { Frequency, Recurrence } from "./recurrence";
import { DAYS, FREQUENCIES, readRecurrence, WHICH, writeRecurrence } from "./recurrence";
import { useDesk, useShared } from "./store";

/** The days of the week in the reader's language, by the two letters of RFC 5545. */
function dayNames(width: "long" | "short"): Map<string, string> {
  const format = new Intl.DateTimeFormat(document.documentElement.lang || "en", { weekday: width, timeZone: "UTC" });
  return new Map(DAYS.map((day, at) => [day, format.format(Date.UTC(2024, 0, 1 + at))])); // a Monday
}

export function RecurrenceField(props: ControlProps) {
  const { t } = useDesk();
  const { value, set, label } = props;
  const text = typeof value === "string" ? value : "";
  const read = readRecurrence(text || "FREQ=WEEKLY");
  return (
    <div className="d-recurrence" role="group" aria-label={label}>
      {read ? <Controls read={read} put={(next) => set(writeRecurrence(next))} /> : <Text {...props} />}
      {!read && <small className="d-hint">{t("recurrence_written")}</small>}
      <NextRuns />
    </div>
  );
}

function Controls({ read, put }: { read: Recurrence; put: (next: Recurrence) => void }) {
  const { t, can } = useDesk();
  const change = (part: Partial<Recurrence>) => put({ ...read, ...part });
  const ends = read.count !== null ? "count" : read.until ? "until" : "never";
  const names = dayNames("long");
  return (
    <fieldset className="d-fields d-plain" disabled={!can}>
      <span className="d-row">
        {t("every")}
        <input
          className="b-input b-number"
          inputMode="numeric"
          aria-label={t("every_how_many")}
          value={read.every}
          onChange={(event) => change({ every: Number(event.target.value.replace(/\D/g, "").slice(0, 3)) || 1 })}
        />
        <select className="b-select" aria-label={t("every_unit")} value={read.frequency} onChange={(event) => change({ frequency: event.target.value as Frequency })}>
          {FREQUENCIES.map((one) => (
            <option key={one} value={one}>
              {t(`freq_${one}`)}
            </option>
          ))}
        </select>
      </span>
      {read.frequency === "WEEKLY" && (
        <span className="d-pills" role="group" aria-label={t("on_days")}>
          {[...dayNames("short")].map(([day, name]) => {
            const isOn = read.days.includes(day);
            return (
              <button type="button" key={day} aria-pressed={isOn} aria-label={names.get(day)} onClick={() => change({ days: isOn ? read.days.filter((one) => one !== day) : [...read.days, day] })}>
                {name}
              </button>
            );
          })}
        </span>
      )}
      {read.frequency === "MONTHLY" && <OfMonth read={read} change={change} names={names} />}
      <span className="d-row">
        <select
          className="b-select"
          aria-label={t("ends_when")}
          value={ends}
          onChange={(event) => {
            const then = event.target.value;
            change({ count: then === "count" ? 10 : null, until: then === "until" ? `${new Date().getFullYear()}-12-31` : "" });
          }}
        >
          {["never", "until", "count"].map((one) => (
            <option key={one} value={one}>
              {t(`ends_${one}`)}
            </option>
          ))}
        </select>
        {ends === "until" && <input type="date" className="b-input" aria-label={t("ends_until")} value={read.until} onChange={(event) => event.target.value && change({ until: event.target.value })} />}
        {ends === "count" && (
          <input
            className="b-input b-number"
            inputMode="numeric"
            aria-label={t("ends_count")}
            value={read.count ?? ""}
            onChange={(event) => change({ count: Number(event.target.value.replace(/\D/g, "").slice(0, 3)) || 1 })}
          />
        )}
      </span>
    </fieldset>
  );
}

interface OfMonthProps {
  read: Recurrence;
  change: (part: Partial<Recurrence>) => void;
  names: Map<string, string>;
}
function OfMonth({ read, change, names }: OfMonthProps) {
  const { t } = useDesk();
  const how = read.weekday ? "weekday" : read.monthDay === -1 ? "last" : read.monthDay !== null ? "day" : "begins";
  function choose(next: string) {
    const days: Record<string, number> = { last: -1, day: 1 };
    change({ weekday: next === "weekday" ? { which: "1", day: "MO" } : null, monthDay: days[next] ?? null });
  }
  return (
    <span className="d-row">
      <select className="b-select" aria-label={t("on_days")} value={how} onChange={(event) => choose(event.target.value)}>
        {["begins", "day", "last", "weekday"].map((one) => (
          <option key={one} value={one}>
            {t(`month_${one}`)}
          </option>
        ))}
      </select>
      {how === "day" && (
        <input
          className="b-input b-number"
          inputMode="numeric"
          aria-label={t("month_day")}
          value={read.monthDay ?? ""}
          onChange={(event) => change({ monthDay: Math.min(31, Number(event.target.value.replace(/\D/g, "").slice(0, 2)) || 1) })}
        />
      )}
      {read.weekday && (
        <>
          <select className="b-select" aria-label={t("which_of_month")} value={read.weekday.which} onChange={(event) => change({ weekday: { which: event.target.value, day: read.weekday?.day ?? "MO" } })}>
            {WHICH.map((one) => (
              <option key={one} value={one}>
                {t(`which_${one}`)}
              </option>
            ))}
          </select>
          <select className="b-select" aria-label={t("which_weekday")} value={read.weekday.day} onChange={(event) => change({ weekday: { which: read.weekday?.which ?? "1", day: event.target.value } })}>
            {[...names].map(([day, name]) => (
              <option key={day} value={day}>
                {name}
              </option>
            ))}
          </select>
        </>
      )}
    </span>
  );
}

/** When it comes next, as the server reckons, by the clocks of the zone that is set. */
function NextRuns() {
  const { t } = useDesk();
  const runs = useShared((state) => state.check.runs);
  if (!runs?.length) return null;
  const format = new Intl.DateTimeFormat(document.documentElement.lang || "en", { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  return (
    <div className="d-runs">
      <small>{t("next_runs")}</small>
      <ol>
        {runs.map((run) => (
          <li key={run}>
            <time dateTime={run}>{format.format(new Date(`${run}Z`))}</time>
          </li>
        ))}
      </ol>
    </div>
  );
}
