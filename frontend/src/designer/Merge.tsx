/** Where two have edited: theirs and mine side by side, step by step, until one draft is made of both. */

import { useEffect, useMemo, useState } from "react";

import { Sign } from "../Value";
import type { Check, Theirs } from "./api";
import { canonical } from "./differ";
import type { Change } from "./differ";
import type { Graph } from "./graph";
import { stepsOf } from "./graph";
import type { Part, Side } from "./merge";
import { clearChoices, merged, partsOf } from "./merge";
import { Modal } from "./Modal";
import type { Saving } from "./saving";
import type { Desk } from "./store";
import { useDesk } from "./store";

const SHOWN = 5; // faults of the result
const SIDES: Side[] = ["theirs", "mine"];

/** What the server says of a graph; of another one while that is not known. */
function useCheck(desk: Desk, graph: Graph): Check | null {
  const [check, setCheck] = useState<Check | null>(null);
  useEffect(() => {
    const asking = new AbortController();
    setCheck(null);
    desk.api.check(graph, asking.signal).then(
      (told) => asking.signal.aborted || setCheck(told),
      () => undefined, // the next save tells it
    );
    return () => asking.abort();
  }, [desk, graph]);
  return check;
}

export function Merge({ theirs, saving, back }: { theirs: Theirs; saving: Saving; back: () => void }) {
  const desk = useDesk();
  const { t } = desk;
  const mine = desk.now.graph;
  const parts = useMemo(() => partsOf(saving.base, theirs.graph, mine), [saving, theirs, mine]);
  const [choices, setChoices] = useState(() => clearChoices(parts));
  const made = useMemo(() => merged(theirs.graph, mine, parts, choices), [theirs, mine, parts, choices]);
  const ofTheirs = useCheck(desk, theirs.graph);
  const check = useCheck(desk, made);
  const open = parts.filter((part) => !choices.has(part.key)).length;
  const words = { theirs: theirs.by || t("somebody"), mine: t("mine") };
  const sayings = { theirs: ofTheirs?.sayings ?? {}, mine: desk.now.check.sayings };
  const graphs = { theirs: theirs.graph, mine };

  function take() {
    saving.rebase(theirs);
    desk.change(made);
    desk.say("merged");
  }

  return (
    <Modal title={t("merge")} close={back} look="d-wide-modal">
      <p className="s-note">{t("merge_hint")}</p>
      <div className="s-scroll">
        <table className="s-table d-merge">
          <thead>
            <tr>
              <th>{t("merge_part")}</th>
              {SIDES.map((side) => (
                <th key={side}>{words[side]}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <tr key={part.key} className={choices.has(part.key) ? "" : "d-open-choice"}>
                <th scope="row">{titleOf(desk, part, graphs)}</th>
                {SIDES.map((side) => (
                  <td key={side}>
                    <label className="d-merge-choice">
                      <input
                        type="radio"
                        name={`merge-${part.key}`}
                        checked={choices.get(part.key) === side}
                        onChange={() => setChoices(new Map(choices).set(part.key, side))}
                      />
                      <span>
                        <ChangeBadge change={part[side]} />
                        <small>{part.isStep ? saidOf(desk, graphs[side], part.key, sayings[side]) : said(graphs[side][part.key.slice(1) as keyof Graph])}</small>
                      </span>
                    </label>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="d-row" role="status">
        {open > 0 ? t("merge_open", { count: open }) : check && (check.faults.length ? t("merge_faults", { count: check.faults.length }) : t("merge_good"))}
      </div>
      {open === 0 && check && check.faults.length > 0 && (
        <ul className="d-issues">
          {check.faults.slice(0, SHOWN).map((fault) => (
            <li key={fault.path + fault.message} className="d-fault">
              <Sign name="error" />
              {fault.step ? `${fault.step}: ${fault.message}` : fault.message}
            </li>
          ))}
        </ul>
      )}
      <span className="d-row">
        <button type="button" className="s-button s-button-main" disabled={open > 0} onClick={take}>
          {t("merge_take")}
        </button>
        <button type="button" className="s-button" onClick={back}>
          {t("cancel")}
        </button>
      </span>
    </Modal>
  );
}

function ChangeBadge({ change }: { change: Change | null }) {
  const { t } = useDesk();
  return <b className={change ? `d-merge-${change}` : ""}>{t(change ? `diff_${change}` : "unchanged")}</b>;
}

function titleOf(desk: Desk, { key, isStep }: Part, graphs: Record<Side, Graph>): string {
  if (!isStep) return desk.t({ ":trigger": "trigger", ":start": "first_step", ":goals": "goals", ":exits": "exits", ":holdout": "holdout" }[key] ?? key);
  const step = stepsOf(graphs.theirs).get(key) ?? stepsOf(graphs.mine).get(key);
  return `${desk.title(key, step)} · ${key}`;
}

/** A step in a line, and where it leads. */
function saidOf(desk: Desk, graph: Graph, id: string, sayings: Record<string, string>): string {
  const step = stepsOf(graph).get(id);
  if (!step) return "";
  const leads = Object.entries(step.branches ?? {}).map(([branch, to]) => `${desk.branchName(branch)} → ${to ?? desk.t("end")}`);
  return [sayings[id] ?? said(step.settings), step.note ?? "", ...leads].filter(Boolean).join(" · ");
}

function said(value: unknown): string {
  return typeof value === "string" ? value : value == null ? "" : canonical(value);
}
