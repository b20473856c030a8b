/** The rehearsal's clock, below the canvas: it goes back and forth along what was walked. */

import { Sign } from "../Value";
import { momentOf, reachOf, stopsOf } from "./rehearsal";
import { useDesk, useShared } from "./store";
import { rehearse, setClock, toStop } from "./walking";

const STEPS = 500; // of the slider

/** A moment by the customer's clocks. */
export function momentIn(zone: string, at: number): string {
  return new Intl.DateTimeFormat(document.documentElement.lang || "en", { weekday: "short", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZone: zone }).format(at);
}

export function ClockBar() {
  const desk = useDesk();
  const { t } = desk;
  const rehearsal = useShared((state) => state.rehearsal);
  if (!rehearsal) return null;
  const { walked, clock, isWalking, errors } = rehearsal;
  const [first, last] = walked ? reachOf(walked) : [clock, clock + 1];
  const stops = walked ? stopsOf(walked) : [];
  const shown = momentIn(walked?.zone ?? "UTC", clock);
  const messages = new Set(walked?.seen.filter((one) => one.kind === "message").map((one) => momentOf(one.at)));
  const button = (icon: string, word: string, act: () => void, isOff: boolean, keys?: string) => (
    <button type="button" className="b-icon" disabled={isOff} aria-label={t(word)} title={keys ? `${t(word)} (${keys})` : t(word)} onClick={act}>
      <Sign name={icon} />
    </button>
  );
  const state = isWalking ? "walking" : errors.length ? "not_walked" : null;
  return (
    <div className="d-clock" role="group" aria-label={t("clock")}>
      {button("first_page", "to_start", () => setClock(desk, first), !walked)}
      {button("skip_previous", "previous_stop", () => toStop(desk, -1), !stops.some((stop) => stop < clock), ",")}
      {button("skip_next", "next_stop", () => toStop(desk, 1), !stops.some((stop) => stop > clock), ".")}
      {button("last_page", "to_end", () => setClock(desk, stops[stops.length - 1] ?? first), !walked)}
      <span className="d-slider">
        <span className="d-stops" aria-hidden="true">
          {stops.map((stop) => (
            <i key={stop} className={messages.has(stop) ? "d-stop-message" : ""} style={{ left: `${(100 * (stop - first)) / (last - first)}%` }} />
          ))}
        </span>
        <input
          type="range"
          aria-label={t("clock")}
          aria-valuetext={shown}
          min={first}
          max={last}
          step={Math.max(1, Math.round((last - first) / STEPS))}
          value={clock}
          disabled={!walked}
          onChange={(event) => setClock(desk, Number(event.target.value))}
        />
      </span>
      <span className="d-clock-says">
        <b>{shown}</b>
        {state && <small role="status">{t(state)}</small>}
      </span>
      {button("close", "end_rehearsal", () => rehearse(desk), false)}
    </div>
  );
}
