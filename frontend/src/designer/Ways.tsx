/** The lines between cards, and the places at which something can be added. */

import { memo } from "react";

import { Sign } from "../Value";
import { many } from "./Figures";
import type { Way } from "./graph";
import { NEXT, TRIGGER } from "./graph";
import type { Layout } from "./layout";
import { wayId } from "./layout";
import type { Desk } from "./store";
import { useDesk, useShared } from "./store";

/** How many went a way, where that is known: " · 12". A way that branches share counts all of theirs. */
export function counted(desk: Desk, way: Way): string {
  const { numbers, steps } = desk.now;
  const went = numbers?.edges[way.from];
  const led = steps.get(way.from)?.branches ?? {};
  const shared = Object.entries(went ?? {}).filter(([branch]) => branch === NEXT || (way.branch === NEXT && led[branch] === undefined));
  const all = shared.length ? shared.reduce((sum, [, many]) => sum + many, 0) : undefined;
  const count = way.from === TRIGGER ? numbers?.entered : (way.branch === NEXT ? all : went?.[way.branch]);
  return count === undefined ? "" : ` · ${many(count)}`;
}

/** What stands beside the "+" of a branch. */
export function branchLabel(desk: Desk, way: Way): string {
  const isShared = way.branch === NEXT && (desk.kindOf(desk.now.steps.get(way.from))?.branches ?? []) instanceof Array;
  const name = isShared && !isOwn(desk, way) ? desk.t("all_others") : desk.branchName(way.branch);
  return name + counted(desk, way);
}

function isOwn(desk: Desk, way: Way): boolean {
  const branches = desk.kindOf(desk.now.steps.get(way.from))?.branches;
  return Array.isArray(branches) && branches.includes(NEXT);
}

export const Lines = memo(function Lines({ layout }: { layout: Layout }) {
  const lit = useShared((state) => state.lit?.ways);
  return (
    <svg className="d-lines" aria-hidden="true" width={1} height={1}>
      <defs>
        <marker id="d-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">
          <path d="M1 1 7 4 1 7" />
        </marker>
      </defs>
      {layout.lines.map(({ id, path, look, way }) => (
        <path key={id} d={path} className={`d-line d-line-${look}${lit?.has(wayId(way)) ? " d-line-lit" : ""}`} markerEnd={way.to && (look !== "on" || id.endsWith(">")) ? "url(#d-tip)" : undefined} />
      ))}
    </svg>
  );
});

export const Spots = memo(function Spots({ layout }: { layout: Layout }) {
  const desk = useDesk();
  const { t } = desk;
  useShared((state) => state.numbers); // their figures stand here
  useShared((state) => state.check);
  return (
    <>
      {layout.spots.map(({ id, way, look, x, y, width, height }) => {
        const label = look === "pill" ? branchLabel(desk, way) : counted(desk, way).replace(" · ", "");
        const name = t("add_at", { title: desk.title(way.from), branch: desk.branchName(way.branch) });
        const place = { transform: `translate(${x}px, ${y}px)`, width: look === "pill" ? width : undefined, height };
        const Tag = desk.can ? "button" : "span";
        return (
          <Tag
            key={id}
            className={`d-spot d-spot-${look} nopan nodrag${way.to === null ? " d-open" : ""}`}
            style={place}
            {...(desk.can && { type: "button" as const, tabIndex: -1, "aria-label": look === "pill" ? `${label}. ${name}` : name, title: name })}
            data-way={id.slice(1)}
            onClick={desk.can ? () => desk.set({ adding: { way, isAfter: false } }) : undefined}
          >
            {look === "pill" && <span className="d-way-name">{label}</span>}
            {desk.can && (
              <i>
                <Sign name="add" />
              </i>
            )}
            {look !== "pill" && label && <small>{label}</small>}
          </Tag>
        );
      })}
    </>
  );
});
