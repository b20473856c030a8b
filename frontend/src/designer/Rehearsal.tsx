/** The rehearsal beside the canvas: who walks, what was seen up to the clock, and what the customer does now. */

import { useEffect, useMemo, useRef, useState } from "react";

import { Sign } from "../Value";
import { momentIn } from "./ClockBar";
import { Happening } from "./Happening";
import { toldOf } from "./api";
import type { Input, Seen, Walked, Why } from "./rehearsal";
import { momentOf, seenUntil } from "./rehearsal";
import { useDesk, useShared } from "./store";
import { letHappen, termsOf } from "./walking";
import { Walker } from "./Walker";

export function RehearsalPanel() {
  const { t, can } = useDesk();
  const rehearsal = useShared((state) => state.rehearsal);
  const [edited, setEdited] = useState<Input | null>(null);
  if (!rehearsal) return null;
  const { walked, clock, errors } = rehearsal;
  return (
    <>
      <h2>{t("rehearsal")}</h2>
      <p className="s-note">{t("rehearsal_hint")}</p>
      <Walker rehearsal={rehearsal} />
      {errors.length > 0 && (
        <div className="s-problem" role="alert">
          <strong>{t("not_walked")}</strong>
          <ul>
            {errors.map((error) => (
              <li key={error}>{error}</li>
            ))}
          </ul>
        </div>
      )}
      {walked && !errors.length && <Path walked={walked} clock={clock} />}
      <Happening key={JSON.stringify(edited)} inputs={rehearsal.inputs} edited={edited} edit={setEdited} />
      {can && walked && <Keep />}
    </>
  );
}

/** What was seen, as far as the clock has come. */
function Path({ walked, clock }: { walked: Walked; clock: number }) {
  const { t } = useDesk();
  const chosen = useShared((state) => state.chosen);
  const list = useRef<HTMLOListElement>(null);
  const seen = useMemo(() => seenUntil(walked, clock), [walked, clock]);
  const looks = useMemo(() => new Map(walked.seen.flatMap((one) => (one.frame ? [[one.message, one] as const] : []))), [walked]);
  const newest = new Map(seen.flatMap((one, at) => (one.message === undefined ? [] : [[one.message, at] as const])));
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [seen.length]);
  return (
    <section className="d-section" aria-label={t("path")}>
      <h3>{t("path")}</h3>
      <small className="d-hint">{t("by_clocks_of", { zone: walked.zone })}</small>
      {walked.is_cut && <p className="s-problem">{t("walk_cut")}</p>}
      <ol className="d-path" ref={list}>
        {seen.map((one, at) => (
          <li key={at} className={`d-seen d-seen-${one.kind}${one.step && chosen.includes(one.step) ? " d-seen-chosen" : ""}`}>
            <Sign name={one.icon} />
            <div>
              <time dateTime={one.at}>{momentIn(walked.zone, momentOf(one.at))}</time>
              <Told one={one} zone={walked.zone} look={one.message !== undefined && newest.get(one.message) === at ? looks.get(one.message) : undefined} />
            </div>
          </li>
        ))}
      </ol>
      {!seen.length && <p className="s-note">{t("nothing_happened")}</p>}
      {!walked.has_entered && <p className="s-note">{t("not_entered")}</p>}
    </section>
  );
}

function Told({ one, zone, look }: { one: Seen; zone: string; look: Seen | undefined }) {
  const desk = useDesk();
  const { t } = desk;
  const until = one.until && (one.kind !== "message" || one.state === "held") ? t("until", { at: momentIn(zone, momentOf(one.until)) }) : "";
  const asked = one.awaits?.split(", ").filter((name) => name && !name.startsWith("$")) ?? [];
  return (
    <>
      <p>
        <b>{one.title || desk.title(one.step)}</b> {one.kind === "passed" && one.note ? <span className="s-chip">{one.note}</span> : one.note} {until}
      </p>
      {one.kind === "message" && (
        <p className={`fate-${one.state}`}>
          <span className={`s-fate fate-${one.state}`}>{one.fate}</span> {one.reason}
        </p>
      )}
      {one.why.map((why) => (
        <WhyTold key={why.name} why={why} />
      ))}
      {asked.map((event) => (
        <button type="button" key={event} className="b-add" onClick={() => letHappen(desk, { kind: "event", event, properties: {} })}>
          <Sign name="bolt" />
          {t("let_event", { event })}
        </button>
      ))}
      {look && one.state !== "suppressed" && <Look one={look} />}
      {look && SENT.has(one.state ?? "") && <Answers step={one.step} />}
    </>
  );
}
const SENT = new Set(["sent", "delivered", "uncertain"]);

function Look({ one }: { one: Seen }) {
  const { t } = useDesk();
  return (
    <details className="d-look" open>
      <summary>{one.subject || t("how_it_looks")}</summary>
      <iframe className="d-letter" sandbox="" srcDoc={one.frame} title={t("how_it_looks")} tabIndex={-1} />
    </details>
  );
}

/** What the customer does with a message. */
function Answers({ step }: { step: string }) {
  const desk = useDesk();
  const { t } = desk;
  const named = new Map(desk.boot.rehearsal.answers);
  const answer = (what: string) => letHappen(desk, { kind: "message", step, what });
  return (
    <span className="d-row">
      {["opened", "clicked"].map((what) => (
        <button type="button" key={what} className="b-add" onClick={() => answer(what)}>
          {named.get(what)}
        </button>
      ))}
      <select className="b-select" aria-label={t("else_with_it")} value="" onChange={(event) => answer(event.target.value)}>
        <option value="">{t("else_with_it")}</option>
        {[...named].map(([what, word]) => (
          <option key={what} value={what}>
            {word}
          </option>
        ))}
      </select>
    </span>
  );
}

/** The rule of a branch, line by line. */
function WhyTold({ why }: { why: Why }) {
  const { t } = useDesk();
  return (
    <details open={why.is_taken}>
      <summary>{`${why.name}: ${t(why.holds ? "holds" : "holds_not")}`}</summary>
      <ul className="d-why">
        {why.answers.map((line, at) => (
          <li key={at}>
            <Sign name={line.holds ? "check" : "close"} />
            <span className="s-hidden">{t(line.holds ? "yes" : "no")}: </span>
            {line.words} {line.found && <small>({line.found})</small>}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Keep the walk, as far as the clock, as a test that publishing runs. */
function Keep() {
  const desk = useDesk();
  const { t } = desk;
  const [name, setName] = useState("");
  const [told, setTold] = useState("");
  async function keep() {
    const { rehearsal } = desk.now;
    if (!rehearsal) return;
    try {
      if (!(await desk.flush())) return setTold(t(`save_${desk.now.saving.is}`));
      const kept = await desk.api.keepTest(name, { ...termsOf(rehearsal), until: new Date(rehearsal.clock).toISOString() });
      setTold(t("test_kept", { name: kept.name }));
      setName("");
    } catch (error) {
      setTold(toldOf(error, t).join(" "));
    }
  }
  return (
    <form
      className="d-section"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <h3>{t("keep_test")}</h3>
      <span className="d-row">
        <input className="b-input" aria-label={t("test_name")} placeholder={t("test_name")} maxLength={120} required value={name} onChange={(event) => setName(event.target.value)} />
        <button className="s-button">{t("keep")}</button>
      </span>
      <small className="d-hint">{t("keep_hint")}</small>
      <p role="status">{told}</p>
    </form>
  );
}
