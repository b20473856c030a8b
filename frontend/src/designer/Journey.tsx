/** What is set of the journey as a whole: what lets customers in, what it is for, what ends it early, who is held out. */

import { Sign } from "../Value";
import type { Fault, Part } from "./api";
import { Fields } from "./Form";
import type { Graph, Json, Trigger } from "./graph";
import { Issues } from "./Panel";
import { faultsWithin } from "./schema";
import { useDesk, useShared } from "./store";

const KEPT = ["rule", "entry"]; // settings that any trigger has

export function Journey() {
  const desk = useDesk();
  const { t } = desk;
  const { goal, exit, holdout } = desk.boot.parts;
  const check = useShared((state) => state.check);
  const faults = check.faults.filter((fault) => !fault.step);
  const hasSteps = useShared((state) => state.steps.size > 0);
  const isShown = (fault: Fault) => /^(trigger|goals|exits|holdout)\./.test(fault.path);
  return (
    <>
      <header className="d-panel-head">
        <span className="d-icon d-g-done">
          <Sign name="route" />
        </span>
        <h2>{t("journey")}</h2>
      </header>
      <Issues faults={hasSteps ? faults.filter((fault) => !isShown(fault)) : [{ message: t("begin_with_a_step") }]} warnings={check.warnings.filter((warning) => !warning.step)} />
      <TriggerPart faults={faultsWithin(faults, "trigger")} />
      <Several name="goals" part={goal} faults={faultsWithin(faults, "goals")} />
      <Several name="exits" part={exit} faults={faultsWithin(faults, "exits")} />
      <HoldoutPart part={holdout} faults={faultsWithin(faults, "holdout")} />
    </>
  );
}

function TriggerPart({ faults }: { faults: Fault[] }) {
  const desk = useDesk();
  const { t, can } = desk;
  const trigger = useShared((state) => state.graph.trigger);
  const kind = desk.triggers.get(trigger?.kind ?? "");
  const put = (next: Trigger, tag?: string) => desk.change({ ...desk.now.graph, trigger: next }, tag);
  const groups = desk.boot.groups.filter((group) => desk.boot.triggers.some((one) => one.group === group.key));
  return (
    <section className="d-section">
      <h3>{t("trigger")}</h3>
      <select
        className="b-select d-wide"
        aria-label={t("trigger_kind")}
        disabled={!can}
        value={trigger?.kind ?? ""}
        onChange={(event) => {
          const next = desk.triggers.get(event.target.value);
          if (!next) return;
          const kept = Object.entries(trigger ?? {}).filter(([name]) => KEPT.includes(name) && next.schema.properties?.[name]);
          put({ ...structuredClone(next.fresh), ...Object.fromEntries(kept), kind: next.kind });
        }}
      >
        {!kind && <option value={trigger?.kind ?? ""}>{trigger?.kind ?? t("choose")}</option>}
        {groups.map((group) => (
          <optgroup key={group.key} label={group.title}>
            {desk.boot.triggers
              .filter((one) => one.group === group.key)
              .map((one) => (
                <option key={one.kind} value={one.kind}>
                  {one.title}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      {kind && <p className="s-note">{kind.description}</p>}
      <Issues faults={kind ? faults.filter((fault) => fault.path === "" || fault.path === "kind") : []} warnings={[]} />
      {kind && trigger && (
        <Fields
          key={kind.kind}
          schema={kind.schema}
          root={kind.schema}
          value={settingsOf(trigger)}
          onChange={(settings, tag) => put({ ...settings, kind: kind.kind }, `trigger.${tag}`)}
          faults={faults}
          given={{}}
        />
      )}
    </section>
  );
}

function settingsOf({ kind: _kind, ...settings }: Trigger): Json {
  return settings;
}

/** Goals, or exits: a list of parts that fold up. */
function Several({ name, part, faults }: { name: "goals" | "exits"; part: Part; faults: Fault[] }) {
  const desk = useDesk();
  const { t, can } = desk;
  const parts = useShared((state) => state.graph[name]) ?? [];
  const put = (next: Json[], tag?: string) => desk.change({ ...desk.now.graph, [name]: next }, tag);
  const called = (one: Json) => String(one.name ?? one.reason ?? "");
  const add = () => {
    const taken = parts.map(called);
    const fresh = structuredClone(part.fresh);
    const key = "name" in fresh ? "name" : "reason";
    const stem = String(fresh[key] ?? "");
    let own = stem;
    for (let number = 2; taken.includes(own); number++) own = `${stem}-${number}`;
    put([...parts, { ...fresh, [key]: own }]);
  };
  return (
    <section className="d-section">
      <h3>{t(name)}</h3>
      {!parts.length && <p className="s-note">{t(`no_${name}`)}</p>}
      {parts.map((one, at) => {
        const own = faultsWithin(faults, String(at));
        return (
          <details key={at} className="d-fold" open={own.length > 0 || parts.length === 1}>
            <summary>
              {called(one) || at + 1}
              {own.length > 0 && <span className="d-badge d-is-wrong">{own.length}</span>}
            </summary>
            <Fields
              schema={part.schema}
              root={part.schema}
              value={one}
              onChange={(next, tag) => put(parts.map((other, place) => (place === at ? next : other)), `${name}.${at}.${tag}`)}
              faults={own}
              given={{}}
            />
            {can && (
              <button type="button" className="b-add d-risky" onClick={() => put(parts.filter((_, place) => place !== at))}>
                <Sign name="delete" />
                {t("remove")}
              </button>
            )}
          </details>
        );
      })}
      {can && (
        <button type="button" className="b-add" onClick={add}>
          <Sign name="add" />
          {t(`add_${name}`)}
        </button>
      )}
    </section>
  );
}

function HoldoutPart({ part, faults }: { part: Part; faults: Fault[] }) {
  const desk = useDesk();
  const { t, can } = desk;
  const holdout = useShared((state) => state.graph.holdout);
  const put = (next: Json | null, tag?: string) => {
    const { holdout: _old, ...rest } = desk.now.graph;
    desk.change(next ? ({ ...rest, holdout: next } satisfies Graph) : rest, tag);
  };
  return (
    <section className="d-section">
      <h3>{t("holdout")}</h3>
      <p className="s-note">{t("holdout_hint")}</p>
      {holdout && <Fields schema={part.schema} root={part.schema} value={holdout} onChange={(next, tag) => put(next, `holdout.${tag}`)} faults={faults} given={{}} />}
      {can && (
        <button type="button" className={`b-add${holdout ? " d-risky" : ""}`} onClick={() => put(holdout ? null : structuredClone(part.fresh))}>
          <Sign name={holdout ? "delete" : "add"} />
          {t(holdout ? "remove" : "add_holdout")}
        </button>
      )}
    </section>
  );
}
