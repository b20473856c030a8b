/** The figures on the canvas: of which days and which version, and what they come to. */

import { useEffect, useState } from "react";

import { Sign } from "../Value";
import { many } from "./Figures";
import { Modal } from "./Modal";
import type { Period as PeriodOf } from "./store";
import { useDesk, useShared } from "./store";

const DAYS = [7, 30, 90];
const ALL = "all";

function daysAgo(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() - days);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** Ask for the figures whenever a period is chosen. */
export function useNumbers(): void {
  const desk = useDesk();
  const period = useShared((state) => state.period);
  useEffect(() => {
    if (!period) return; // whoever hid it has put them away
    const asking = new AbortController();
    desk.api.numbers({ ...period }, asking.signal).then(
      (numbers) => {
        if (asking.signal.aborted) return;
        if (numbers.slow === undefined) return desk.set({ numbers });
        desk.set({ period: null, numbers: null, said: numbers.slow });
      },
      () => {
        if (asking.signal.aborted) return;
        desk.set({ numbers: null, period: null });
        desk.say("no_server");
      },
    );
    return () => asking.abort();
  }, [desk, period]);
}

export function PeriodDialog() {
  const desk = useDesk();
  const { t } = desk;
  const isOpen = useShared((state) => state.open === "numbers");
  const period = useShared((state) => state.period);
  const [own, setOwn] = useState<PeriodOf>(period ?? { from: daysAgo(6), to: daysAgo(0), version: ALL });
  if (!isOpen) return null;
  const close = () => desk.set({ open: null });
  const show = (next: PeriodOf | null) => desk.set({ period: next, open: null, numbers: null, simulation: null });
  return (
    <Modal title={t("numbers")} close={close}>
      <form
        className="d-fields"
        onSubmit={(event) => {
          event.preventDefault();
          show(own);
        }}
      >
        <span className="d-pills" role="group" aria-label={t("period")}>
          {DAYS.map((days) => (
            <button type="button" key={days} aria-pressed={own.from === daysAgo(days - 1) && own.to === daysAgo(0)} onClick={() => setOwn({ ...own, from: daysAgo(days - 1), to: daysAgo(0) })}>
              {t("last_days", { count: days })}
            </button>
          ))}
          <button type="button" aria-pressed={own.from === "" && own.to === ""} onClick={() => setOwn({ ...own, from: "", to: "" })}>
            {t("all_time")}
          </button>
        </span>
        <span className="d-row">
          <label>
            {t("from_day")} <input type="date" className="b-input" value={own.from} max={own.to || undefined} onChange={(event) => setOwn({ ...own, from: event.target.value })} />
          </label>
          <label>
            {t("to_day")} <input type="date" className="b-input" value={own.to} min={own.from || undefined} onChange={(event) => setOwn({ ...own, to: event.target.value })} />
          </label>
        </span>
        <label className="d-row">
          {t("version")}
          <select className="b-select" value={own.version} onChange={(event) => setOwn({ ...own, version: event.target.value })}>
            <option value={ALL}>{t("all_versions")}</option>
            {desk.boot.versions.map(({ number, published_at }) => (
              <option key={number} value={String(number)}>
                {`${number} · ${new Date(published_at).toLocaleDateString(document.documentElement.lang)}`}
              </option>
            ))}
          </select>
        </label>
        <span className="d-row">
          <button type="submit" className="s-button s-button-main">
            {t("show")}
          </button>
          {period && (
            <button type="button" className="s-button" onClick={() => show(null)}>
              {t("hide_numbers")}
            </button>
          )}
        </span>
      </form>
    </Modal>
  );
}

/** What is shown now, over the canvas. */
export function PeriodBar() {
  const desk = useDesk();
  const { t } = desk;
  const period = useShared((state) => state.period);
  const numbers = useShared((state) => state.numbers);
  if (!period) return null;
  const day = (text: string) => new Date(`${text}T12:00`).toLocaleDateString(document.documentElement.lang);
  const days = period.from || period.to ? `${period.from ? day(period.from) : "…"} – ${period.to ? day(period.to) : "…"}` : t("all_time");
  const version = period.version === ALL ? t("all_versions") : `${t("version")} ${period.version}`;
  const told = numbers ? [t("entered", { count: many(numbers.entered) }), t("converted", { count: many(numbers.converted) }), ...numbers.value.map(worth)] : ["…"];
  return (
    <div className="d-period" role="status">
      <button type="button" onClick={() => desk.set({ open: "numbers" })}>
        {`${days} · ${version}`}
      </button>
      <span>{told.join(" · ")}</span>
      <button type="button" className="b-icon" aria-label={t("hide_numbers")} title={t("hide_numbers")} onClick={() => desk.set({ period: null, numbers: null })}>
        <Sign name="close" />
      </button>
    </div>
  );
}

/** An amount as the reader writes money. */
function worth({ currency, amount }: { currency: string; amount: string }): string {
  try {
    return new Intl.NumberFormat(document.documentElement.lang || "en", { style: "currency", currency }).format(Number(amount));
  } catch {
    return `${amount} ${currency}`; // no currency that browsers know
  }
}
