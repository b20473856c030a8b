/** One card: what the step is, what it says, what is wrong with it, and how many were there. */

import type { NodeProps } from "@xyflow/react";
import { memo } from "react";

import { Sign } from "../Value";
import { Figures } from "./Figures";
import type { CardNode } from "./Canvas";
import { TRIGGER } from "./graph";
import { useDesk, useShared } from "./store";

export const Card = memo(function Card({ id, data, selected }: NodeProps<CardNode>) {
  const isHere = useShared((state) => state.at === id);
  return (
    <>
      <CardBody id={id} isGhost={data.isGhost} isChosen={selected} isHere={isHere} />
      <Figures id={id} />
    </>
  );
});

interface Props {
  id: string;
  isGhost?: boolean;
  isChosen: boolean;
  isHere: boolean;
}
/** The card itself: a button that is chosen, on the canvas and in the list. */
export function CardBody({ id, isGhost = false, isChosen, isHere }: Props) {
  const desk = useDesk();
  const { t } = desk;
  const step = useShared((state) => state.steps.get(id) ?? state.difference?.removed.get(id));
  const trigger = useShared((state) => (id === TRIGGER ? state.graph.trigger : undefined));
  const saying = useShared((state) => state.check.sayings[id] ?? "");
  const faults = useShared((state) => state.check.faults.filter((fault) => (fault.step ?? TRIGGER) === id).length);
  const warnings = useShared((state) => state.check.warnings.filter((one) => (one.step ?? TRIGGER) === id).length);
  const change = useShared((state) => state.difference?.changes.get(id));
  const lit = useShared((state) => state.lit?.cards.get(id));
  const isFound = useShared((state) => state.found.includes(id));
  const kind = id === TRIGGER ? desk.triggers.get(trigger?.kind ?? "") : desk.kindOf(step);
  const title = desk.title(id, step);
  const said = isGhost ? id : saying || (id === TRIGGER ? t("trigger_hint") : id);
  const state = [
    change && t(`diff_${change}`),
    faults > 0 && t("faults", { count: faults }),
    warnings > 0 && t("warnings", { count: warnings }),
    step?.note && t("has_note"),
    lit && t(`lit_${lit}`),
  ].filter((one): one is string => typeof one === "string" && one !== "");
  return (
    <div
      className={["d-card", `d-g-${kind?.group ?? "more"}`, isChosen && "d-chosen", isGhost && "d-ghost", change && `d-${change}`, isFound && "d-found", faults > 0 && "d-wrong", lit && `d-lit-${lit}`]
        .filter(Boolean)
        .join(" ")}
      role="button"
      data-card={isGhost ? undefined : id}
      tabIndex={isHere && !isGhost ? 0 : -1}
      aria-disabled={isGhost || undefined}
      aria-pressed={isChosen}
      onFocus={() => isHere || isGhost || desk.set({ at: id })}
    >
      <span className="d-icon">
        <Sign name={kind?.icon ?? "extension"} />
      </span>
      <span className="d-words">
        <span className="d-title">
          <span>{title}</span>
          {step?.note && <Sign name="sticky_note_2" />}
        </span>
        <span className="d-saying" title={step?.note ? `${said}\n\n${step.note}` : said}>
          {said}
        </span>
      </span>
      {state.map((one) => (
        <span key={one} className="s-hidden">
          {`. ${one}`}
        </span>
      ))}
      {change && <span className={`d-badge d-is-${change}`} aria-hidden="true">{t(`diff_${change}`)}</span>}
      {!change && faults > 0 && <span className="d-badge d-is-wrong" aria-hidden="true">{faults}</span>}
      {lit === "here" && (
        <span className="d-here">
          <Sign name="person_pin_circle" />
        </span>
      )}
      {!change && !faults && warnings > 0 && <span className="d-badge d-is-warned" aria-hidden="true">{warnings}</span>}
    </div>
  );
}
