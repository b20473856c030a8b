/** Simulations on the canvas: asked for, followed, cancelled, and their numbers in place of the live ones. */

import { useEffect, useState } from "react";

import { Sign } from "../Value";
import type { Simulated } from "./api";
import { toldOf } from "./api";
import { many } from "./Figures";
import { Modal } from "./Modal";
import type { Desk } from "./store";
import { useDesk, useShared } from "./store";

const EVERY = 1500; // milliseconds

function isOpen({ state }: Simulated): boolean {
  return state === "queued" || state === "running";
}

function hide(desk: Desk): void {
  desk.set({ simulation: null, numbers: null });
}

/** Follow the one that is under way, and show its numbers once it is over. */
export function useSimulation(): void {
  const desk = useDesk();
  const simulation = useShared((state) => state.simulation);
  const followed = simulation && isOpen(simulation) ? simulation : null;
  useEffect(() => {
    if (!desk.boot.simulation.is_running) return;
    desk.api.simulations().then(
      (all) => desk.set({ simulation: all.find(isOpen) ?? null }),
      () => undefined, // it can be looked up by hand
    );
  }, [desk]);
  useEffect(() => {
    if (!followed) return;
    const asking = new AbortController();
    const timer = setTimeout(() => void show(desk, followed, asking.signal), EVERY);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [desk, followed]);
}

async function show(desk: Desk, one: Simulated, signal?: AbortSignal): Promise<void> {
  try {
    const told = await desk.api.simulated(one, signal);
    if (signal?.aborted) return;
    if (told.numbers) desk.set({ simulation: told, numbers: told.numbers, period: null });
    else if (isOpen(told)) desk.set({ simulation: told });
    else desk.set({ simulation: null, said: told.error || told.said });
  } catch {
    if (signal?.aborted) return;
    desk.set({ simulation: isOpen(one) ? { ...one } : null }); // asked again after a while
  }
}

export function SimulationBar() {
  const desk = useDesk();
  const { t } = desk;
  const simulation = useShared((state) => state.simulation);
  if (!simulation) return null;
  if (isOpen(simulation)) {
    return (
      <div className="d-period d-simulating" role="status">
        <span>{t(simulation.state === "queued" ? "simulation_queued" : "simulating", { percent: simulation.percent })}</span>
        <progress max={100} value={simulation.percent} aria-label={t("simulation")} />
        {desk.can && (
          <button type="button" className="s-button" onClick={() => void desk.api.stop(simulation).then(() => hide(desk), () => desk.say("no_server"))}>
            {t("cancel")}
          </button>
        )}
      </div>
    );
  }
  return (
    <div className="d-period d-simulated" role="status">
      <Sign name="science" />
      <b>{t("simulated_numbers")}</b>
      <span>{told(desk, simulation)}</span>
      {!simulation.is_of_draft && <span className="d-warned">{t("simulated_other")}</span>}
      <a href={simulation.urls.page}>{t("whole_report")}</a>
      <button type="button" className="b-icon" aria-label={t("hide_numbers")} title={t("hide_numbers")} onClick={() => hide(desk)}>
        <Sign name="close" />
      </button>
    </div>
  );
}

function told({ t }: Desk, { days, customers, drawn, asked_at }: Simulated): string {
  const at = new Date(asked_at).toLocaleString(document.documentElement.lang || "en", { dateStyle: "medium", timeStyle: "short" });
  return `${t("last_days", { count: days })} · ${t("of_customers", { count: many(drawn ?? customers) })} · ${at}`;
}

export function SimulationDialog() {
  const desk = useDesk();
  const isShown = useShared((state) => state.open === "simulate");
  return isShown && <Asking desk={desk} />;
}

function Asking({ desk }: { desk: Desk }) {
  const { t, boot, can } = desk;
  const [days, setDays] = useState(boot.simulation.days[1]?.[0] ?? 30);
  const [customers, setCustomers] = useState(boot.simulation.customers[0] ?? 1000);
  const [rows, setRows] = useState<Simulated[]>([]);
  const [errors, setErrors] = useState<string[]>([]);
  const hasFaults = useShared((state) => state.check.faults.length > 0);
  useEffect(() => {
    desk.api.simulations().then(setRows, (error: unknown) => setErrors(toldOf(error, t)));
  }, [desk, t]);
  const close = () => desk.set({ open: null });

  async function ask() {
    try {
      if (!(await desk.flush())) return setErrors([t(`save_${desk.now.saving.is}`)]);
      desk.set({ simulation: await desk.api.simulate(days, customers), numbers: null, period: null, open: null });
    } catch (error) {
      setErrors(toldOf(error, t));
    }
  }

  return (
    <Modal title={t("simulation")} close={close}>
      <p className="s-note">{t("simulation_hint")}</p>
      {can && (
        <form
          className="d-row"
          onSubmit={(event) => {
            event.preventDefault();
            void ask();
          }}
        >
          <select className="b-select" aria-label={t("period")} value={days} onChange={(event) => setDays(Number(event.target.value))}>
            {boot.simulation.days.map(([one]) => (
              <option key={one} value={one}>
                {t("last_days", { count: one })}
              </option>
            ))}
          </select>
          <select className="b-select" aria-label={t("customers")} value={customers} onChange={(event) => setCustomers(Number(event.target.value))}>
            {boot.simulation.customers.map((one) => (
              <option key={one} value={one}>
                {t("of_customers", { count: many(one) })}
              </option>
            ))}
          </select>
          <button className="s-button s-button-main" data-first disabled={hasFaults}>
            {t("simulate")}
          </button>
        </form>
      )}
      {hasFaults && <p className="s-note">{t("simulation_faults")}</p>}
      {errors.map((error) => (
        <p key={error} className="s-problem" role="alert">
          {error}
        </p>
      ))}
      {rows.length > 0 && (
        <ul className="d-choices" aria-label={t("simulations_before")}>
          {rows.map((row) => (
            <li key={row.id}>
              <button
                type="button"
                className="s-button d-wide"
                disabled={row.state === "failed" || row.state === "cancelled"}
                onClick={() => {
                  close();
                  if (isOpen(row)) desk.set({ simulation: row });
                  else void show(desk, row);
                }}
              >
                <span>
                  <b>{told(desk, row)}</b>
                  <small>{row.error || row.said}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Modal>
  );
}
