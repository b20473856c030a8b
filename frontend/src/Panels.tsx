/** Beside the tree: the sentence, how many and who, and why one customer is in or out. */

import { useId } from "react";

import { Combobox } from "./Combobox";
import { useDesk } from "./desk";
import type { Live } from "./live";
import type { Explanation, Person } from "./server";
import { Sign } from "./Value";

export function Sentence({ live }: { live: Live }) {
  const id = useId();
  const { t } = useDesk();
  const count = live.read.problems?.length ?? 0;
  return (
    <section className="b-panel" aria-labelledby={id}>
      <h3 id={id}>{t("in_words")}</h3>
      <p className="b-sentence" aria-live="polite">
        {live.read.sentence ?? ""}
      </p>
      {count > 0 && (
        <p className="b-unready" role="status">
          <Sign name="edit_note" />
          {count === 1 ? t("one_problem") : t("problems", { count })}
        </p>
      )}
    </section>
  );
}

export function Found({ live, choose }: { live: Live; choose: (person: Person) => void }) {
  const id = useId();
  const { t } = useDesk();
  const { count, isCounting, hasFailed } = live;
  const isStale = isCounting || live.read.problems !== undefined;
  return (
    <section className="b-panel" aria-labelledby={id} aria-busy={isCounting}>
      <h3 id={id}>{t("who_it_finds")}</h3>
      <div aria-live="polite">
        {hasFailed && <p className="b-unready">{t("no_answer")}</p>}
        {count?.slow && <p className="b-unready">{count.slow}</p>}
        {count?.count !== undefined ? (
          <p className={isStale ? "b-stale" : undefined}>
            <span className="s-figure">
              {count.is_estimate ? t("about", { count: count.count_words ?? "" }) : count.count_words}
            </span>{" "}
            {count.count === 1 ? t("customer_now") : t("customers_now")}
          </p>
        ) : (
          isCounting && <p className="b-waiting">{t("counting")}</p>
        )}
        {count?.warnings?.map((warning) => (
          <p className="b-unready" key={warning}>
            <Sign name="help" />
            {warning}
          </p>
        ))}
      </div>
      {count?.sample && count.sample.length > 0 && (
        <ul className={isStale ? "b-people b-stale" : "b-people"}>
          {count.sample.map((person) => (
            <li key={person.id}>
              <a className="s-plain" href={person.url} target="_blank" rel="noreferrer">
                {person.name}
              </a>
              {person.stage && (
                <span className={`s-stage stage-${person.stage.number}`}>
                  <i>{person.stage.number}</i>
                  {person.stage.label}
                </span>
              )}
              <button type="button" className="b-why" onClick={() => choose(person)} aria-label={t("why_of", { name: person.name })}>
                {t("why")}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface WhyProps {
  person: Person | null;
  reasons: { lines: Explanation; stages: Explanation } | null;
  choose: (person: Person | null) => void;
}

export function Why({ person, reasons, choose }: WhyProps) {
  const id = useId();
  const { server, t } = useDesk();
  const whole = reasons?.lines.answers?.[0];
  const problems = reasons?.lines.problems;
  return (
    <section className="b-panel" aria-labelledby={id}>
      <h3 id={id}>{t("why_title")}</h3>
      <p className="b-note">{t("why_hint")}</p>
      <div className="b-why-row">
        <Combobox
          label={t("find_customer")}
          text={person?.name ?? ""}
          isWide
          find={async (term, signal) => {
            const { customers, is_sample } = await server.customers(term, signal);
            const options = customers.map((one) => ({ key: one.id, value: one, label: one.name, note: one.stage?.label ?? "" }));
            return { options, isSample: is_sample };
          }}
          choose={(option) => choose(option.value as Person)}
        />
        {person && (
          <button type="button" className="b-icon" aria-label={t("why_stop")} title={t("why_stop")} onClick={() => choose(null)}>
            <Sign name="close" />
          </button>
        )}
      </div>
      <div aria-live="polite">
        {person && whole && (
          <p className={whole.holds ? "b-verdict b-holds" : "b-verdict b-fails"}>
            <Sign name={whole.holds ? "check_circle" : "cancel"} />
            {whole.holds ? t("is_in", { name: person.name }) : t("is_out", { name: person.name })}
          </p>
        )}
        {person && problems && <p className="b-unready">{t("why_not_yet")}</p>}
      </div>
      {person && reasons?.stages.stages && (
        <ol className="b-people">
          {reasons.stages.stages.map((stage) => (
            <li key={stage.number}>
              <span className={`s-stage stage-${stage.number}`}>
                <i>{stage.number}</i>
                {stage.label}
              </span>
              <span className={stage.holds ? "b-verdict b-holds" : "b-verdict b-fails"}>
                <Sign name={stage.holds ? "check_circle" : "cancel"} />
                {stage.holds ? t("holds") : t("holds_not")}
              </span>
              {stage.is_first && <strong>{t("stage_wins")}</strong>}
            </li>
          ))}
        </ol>
      )}
      {person && reasons?.stages.note && <p className="b-note">{reasons.stages.note}</p>}
    </section>
  );
}
