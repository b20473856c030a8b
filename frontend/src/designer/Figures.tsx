/** How many were at a step, under its card: each figure leads to the people behind it. */

import { TRIGGER } from "./graph";
import type { Desk } from "./store";
import { useDesk, useShared } from "./store";

const SHOWN = ["came", "waiting", "passed"] as const;
const OF_MESSAGES = ["came", "sent", "held", "suppressed", "failed", "opened", "clicked"] as const;
const FEW = 4; // as many have room

export function many(count: number): string {
  return new Intl.NumberFormat(document.documentElement.lang || "en").format(count);
}

/** Where the people behind a figure are told of, each with why; null for who may not see customers. */
function peopleOf(desk: Desk, values: Record<string, string>): string | null {
  const { people } = desk.boot.urls;
  const { period, simulation } = desk.now;
  if (simulation) return null; // nobody real stands behind its figures
  const asked = Object.entries({ ...values, ...period }).filter(([, value]) => value !== "");
  return people ? `${people}?${new URLSearchParams(asked)}` : null;
}

export function Figures({ id }: { id: string }) {
  const desk = useDesk();
  const { t } = desk;
  const numbers = useShared((state) => state.numbers);
  if (!numbers) return null;
  const figure = (what: string, count: number, word: string, values: Record<string, string>) => {
    const url = peopleOf(desk, { what, ...values });
    const shown = (
      <>
        <b>{many(count)}</b> {word}
      </>
    );
    if (!url || !count) return <span key={what}>{shown}</span>;
    return (
      <a key={what} className="nopan" href={url} target="_blank" rel="noopener" aria-label={t("people_of", { title: desk.title(id), what: word, count: many(count) })} onClick={(event) => event.stopPropagation()}>
        {shown}
      </a>
    );
  };
  if (id === TRIGGER) {
    return (
      <div className="d-figures">
        {figure("entered", numbers.entered, t("count_entered"), {})}
        {!desk.now.simulation && figure("converted", numbers.converted, t("count_converted"), {})}
      </div>
    );
  }
  const own = numbers.steps[id];
  if (!own) return <div className="d-figures d-nobody">{t("nobody")}</div>;
  const isSending = desk.kindOf(desk.now.steps.get(id))?.sends != null;
  const wanted = isSending ? OF_MESSAGES : SHOWN;
  const shown = wanted.filter((what, at) => at === 0 || (own[what] ?? 0) > 0).slice(0, FEW);
  return <div className="d-figures">{shown.map((what) => figure(what, own[what] ?? 0, t(`count_${what}`), { step: id }))}</div>;
}
