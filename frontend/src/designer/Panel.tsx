/** What is set beside the canvas: of the chosen step, or of the journey as a whole. */

import { useEffect, useMemo, useState } from "react";

import type { Desk as BuilderDesk } from "../desk";
import { DeskProvider as BuilderDeskProvider } from "../desk";
import { Sign } from "../Value";
import { choose, copyOut, duplicate, remove, removeWithTail, wayAfter } from "./acts";
import { withSettings } from "./edit";
import { Fields } from "./Form";
import type { Json, Step } from "./graph";
import { changedStep, TRIGGER } from "./graph";
import { Journey } from "./Journey";
import { Leads } from "./Leads";
import { RehearsalPanel } from "./Rehearsal";
import { faultsWithin } from "./schema";
import { useDesk, useShared } from "./store";

/** Pickers are those of the rule builder: they ask for words only. */
export function Pickers({ children }: { children: React.ReactNode }) {
  const desk = useDesk();
  const own = useMemo(() => ({ t: desk.t }) as unknown as BuilderDesk, [desk]);
  return <BuilderDeskProvider value={own}>{children}</BuilderDeskProvider>;
}

export function SidePanel() {
  const desk = useDesk();
  const chosen = useShared((state) => state.chosen);
  const isRehearsed = useShared((state) => state.rehearsal !== null);
  const [isWalk, setWalk] = useState(true);
  useEffect(() => setWalk(true), [isRehearsed]);
  const step = useShared((state) => (state.chosen.length === 1 ? state.steps.get(state.chosen[0] ?? "") : undefined));
  const title = chosen.length > 1 ? desk.t("many_chosen", { count: chosen.length }) : step ? desk.title(step.id, step) : desk.t("journey");
  const isWalkShown = isRehearsed && isWalk;
  return (
    <aside
      className={chosen.length || isWalkShown ? "d-panel d-panel-open" : "d-panel"}
      aria-label={isWalkShown ? desk.t("rehearsal") : desk.t("settings_of", { title })}
      data-panel
    >
      <button type="button" className="b-icon d-panel-close" aria-label={desk.t("close")} onClick={() => (isWalkShown ? setWalk(false) : choose(desk, []))}>
        <Sign name="close" />
      </button>
      {isRehearsed && (
        <span className="d-pills" role="group" aria-label={desk.t("panel")}>
          {[true, false].map((one) => (
            <button type="button" key={String(one)} aria-pressed={isWalk === one} onClick={() => setWalk(one)}>
              {desk.t(one ? "rehearsal" : "settings")}
            </button>
          ))}
        </span>
      )}
      <Pickers>{isWalkShown ? <RehearsalPanel /> : chosen.length > 1 ? <Several count={chosen.length} /> : step ? <OneStep step={step} key={step.id} /> : <Journey />}</Pickers>
    </aside>
  );
}

function Act({ icon, word, act, isRisky }: { icon: string; word: string; act: () => void; isRisky?: boolean }) {
  return (
    <button type="button" className={`b-add${isRisky ? " d-risky" : ""}`} onClick={act}>
      <Sign name={icon} />
      {word}
    </button>
  );
}

function Several({ count }: { count: number }) {
  const desk = useDesk();
  const { t } = desk;
  return (
    <>
      <h2>{t("many_chosen", { count })}</h2>
      {desk.can && (
        <div className="d-acts">
          <Act icon="content_copy" word={t("copy")} act={() => copyOut(desk)} />
          <Act icon="control_point_duplicate" word={t("duplicate")} act={() => duplicate(desk)} />
          <Act icon="delete" word={t("remove")} act={() => remove(desk)} isRisky />
        </div>
      )}
    </>
  );
}

/** What is said of a part that no field of it shows. */
export function Issues({ faults, warnings }: { faults: readonly { message: string }[]; warnings: readonly { message: string }[] }) {
  if (!faults.length && !warnings.length) return null;
  return (
    <ul className="d-issues">
      {faults.map(({ message }) => (
        <li key={message} className="d-fault">
          <Sign name="error" />
          {message}
        </li>
      ))}
      {warnings.map(({ message }) => (
        <li key={message}>
          <Sign name="info" />
          {message}
        </li>
      ))}
    </ul>
  );
}

function OneStep({ step }: { step: Step }) {
  const desk = useDesk();
  const { t, can } = desk;
  const kind = desk.kindOf(step);
  const check = useShared((state) => state.check);
  const trigger = useShared((state) => state.graph.trigger);
  const faults = check.faults.filter((fault) => fault.step === step.id);
  const path = `steps.${step.id}`;
  const inFields = faultsWithin(faults, `${path}.settings`);
  const others = faults.filter((fault) => !fault.path.startsWith(`${path}.settings.`));
  const set = (settings: Json, tag: string) => desk.change(withSettings(desk.now.graph, step.id, settings, desk.kinds), `${step.id}.${tag}`);
  const event = trigger?.kind === "event" && typeof trigger.event === "string" ? trigger.event : undefined;
  return (
    <>
      <header className="d-panel-head">
        <span className={`d-icon d-g-${kind?.group ?? "more"}`}>
          <Sign name={kind?.icon ?? "extension"} />
        </span>
        <div>
          <h2>{desk.title(step.id, step)}</h2>
          <code>{step.id}</code>
        </div>
      </header>
      {kind?.description && <p className="s-note">{kind.description}</p>}
      <Issues faults={others} warnings={check.warnings.filter((warning) => warning.step === step.id)} />
      {kind ? (
        <Fields schema={kind.schema} root={kind.schema} value={step.settings ?? {}} onChange={set} faults={inFields} given={{ event }} />
      ) : (
        <pre className="s-mono">{JSON.stringify(step.settings ?? {}, null, 2)}</pre>
      )}
      <Leads step={step} />
      <label className="d-field">
        <span className="d-label">{t("note")}</span>
        <textarea
          className="b-input d-wide"
          rows={2}
          maxLength={2000}
          readOnly={!can}
          value={step.note ?? ""}
          onChange={(event) => {
            const { note: _old, ...rest } = step;
            const note = event.target.value;
            desk.change(changedStep(desk.now.graph, step.id, () => (note ? { ...rest, note } : rest)), `${step.id}.note`);
          }}
        />
        <small className="d-hint">{t("note_hint")}</small>
      </label>
      {can && (
        <div className="d-acts">
          <Act icon="add" word={t("add_after_this")} act={() => openAfter(desk, step.id)} />
          <Act icon="control_point_duplicate" word={t("duplicate")} act={() => duplicate(desk)} />
          <Act icon="content_copy" word={t("copy")} act={() => copyOut(desk)} />
          <Act icon="account_tree" word={t("copy_branch")} act={() => copyOut(desk, true)} />
          <Act icon="delete" word={t("remove")} act={() => remove(desk)} isRisky />
          <Act icon="delete_sweep" word={t("remove_tail")} act={() => removeWithTail(desk)} isRisky />
        </div>
      )}
    </>
  );
}

/** Choose what to add behind a card. */
export function openAfter(desk: ReturnType<typeof useDesk>, id: string): void {
  const way = wayAfter(desk, id);
  if (way) desk.set({ adding: { way, isAfter: id !== TRIGGER } });
  else desk.tell("ends_here");
}
