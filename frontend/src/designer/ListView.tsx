/** The journey as nested lists: the same steps, in the same order, for screen readers, small screens and who likes it better. */

import { useMemo } from "react";

import { Sign } from "../Value";
import { choose } from "./acts";
import { CardBody } from "./Card";
import { Figures } from "./Figures";
import type { Way } from "./graph";
import { ENTRY, TRIGGER } from "./graph";
import type { Entry } from "./linear";
import { wayId } from "./layout";
import { listed } from "./linear";
import { useDesk, useShared } from "./store";
import { branchLabel } from "./Ways";

export function ListView() {
  const desk = useDesk();
  const { t } = desk;
  const graph = useShared((state) => state.graph);
  const told = useShared((state) => state.check.branches);
  const { entries, detached } = useMemo(() => listed(graph, desk.kinds, told), [graph, desk, told]);
  return (
    <div className="d-list">
      <ol aria-label={t("steps_in_order")}>
        <li>
          <Item id={TRIGGER} />
        </li>
        <Between way={ENTRY} isShown={entries[0]?.is !== "end"} />
        <Entries entries={entries} />
      </ol>
      {detached.length > 0 && (
        <>
          <h3>{t("detached")}</h3>
          <ol aria-label={t("detached")}>
            <Entries entries={detached} />
          </ol>
        </>
      )}
    </div>
  );
}

function Item({ id }: { id: string }) {
  const desk = useDesk();
  const isChosen = useShared((state) => state.chosen.includes(id));
  const isHere = useShared((state) => state.at === id);
  return (
    <div
      className="d-item"
      onClick={(event) => {
        const { chosen } = desk.now;
        const isMore = event.shiftKey || event.ctrlKey || event.metaKey;
        choose(desk, isMore ? (isChosen ? chosen.filter((one) => one !== id) : [...chosen, id]) : [id], id);
      }}
    >
      <CardBody id={id} isChosen={isChosen} isHere={isHere} />
      <Figures id={id} />
    </div>
  );
}

function Entries({ entries }: { entries: Entry[] }) {
  const desk = useDesk();
  const { t } = desk;
  return (
    <>
      {entries.map((entry, at) => {
        if (entry.is === "end") return <Between key="end" way={entry.way} isShown isEnd />;
        if (entry.is === "leads") {
          return (
            <li key="leads" className="d-leads-on">
              <button type="button" onClick={() => choose(desk, [entry.to])}>
                <Sign name="subdirectory_arrow_right" />
                {t("goes_on_at", { title: desk.title(entry.to) })}
              </button>
              {entry.way.from && <Add way={entry.way} />}
            </li>
          );
        }
        const next = entries[at + 1];
        return (
          <Fragmented key={entry.id}>
            <li>
              <Item id={entry.id} />
              {entry.branches.length > 0 && (
                <ul className="d-branches" aria-label={t("branches_of", { title: desk.title(entry.id) })}>
                  {entry.branches.map(({ branch, entries: inner }) => {
                    const way = { from: entry.id, branch };
                    return (
                      <Branch key={branch} way={way}>
                        {inner[0]?.is === "step" && <Between way={way} isShown />}
                        <Entries entries={inner} />
                      </Branch>
                    );
                  })}
                </ul>
              )}
            </li>
            {next?.is === "step" && !entry.branches.length && <Between way={onlyWay(desk.now.steps.get(entry.id)?.branches, entry.id)} isShown />}
          </Fragmented>
        );
      })}
    </>
  );
}

/** A branch under its name, marked where the walk went by it. */
function Branch({ way, children }: { way: Way; children: React.ReactNode }) {
  const desk = useDesk();
  const isTaken = useShared((state) => state.lit?.ways.has(wayId(way)) ?? false);
  useShared((state) => state.numbers); // how many went stands in its name
  return (
    <li className={isTaken ? "d-branch-lit" : undefined}>
      <span className="d-branch-name">
        {isTaken && <Sign name="footprint" />}
        {branchLabel(desk, way)}
        {isTaken && <span className="s-hidden">{`. ${desk.t("lit_passed")}`}</span>}
      </span>
      <ol>{children}</ol>
    </li>
  );
}

function Fragmented({ children }: { children: React.ReactNode }) {
  return <>{children}</>;
}

/** The way of a step that has but one. */
function onlyWay(branches: Record<string, string | null> | undefined, id: string): Way {
  return { from: id, branch: Object.keys(branches ?? {})[0] ?? "next" };
}

function Between({ way, isShown, isEnd = false }: { way: Way; isShown: boolean; isEnd?: boolean }) {
  const { t, can } = useDesk();
  if (!isShown || (!can && !isEnd)) return null;
  return (
    <li className="d-between">
      {isEnd && <span className="s-note">{t("ends")}</span>}
      {way.from && <Add way={way} />}
    </li>
  );
}

function Add({ way }: { way: Way }) {
  const desk = useDesk();
  const { t } = desk;
  if (!desk.can) return null;
  const name = t("add_at", { title: desk.title(way.from), branch: desk.branchName(way.branch) });
  return (
    <button type="button" className="d-plus" aria-label={name} title={name} data-way={`${way.from}/${way.branch}`} onClick={() => desk.set({ adding: { way, isAfter: false } })}>
      <Sign name="add" />
    </button>
  );
}
