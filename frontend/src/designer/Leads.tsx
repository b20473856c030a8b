/** Where each branch of a step leads: on to a step, back to one, to one that others lead to as well, or out. */

import { Sign } from "../Value";
import { removeBranch } from "./acts";
import { joinedBranches, partedBranches, relead } from "./edit";
import type { Step } from "./graph";
import { allBranches, branchesOf, NEXT, stepsOf, targetOf } from "./graph";
import { useDesk, useShared } from "./store";

export function Leads({ step }: { step: Step }) {
  const desk = useDesk();
  const { t, can } = desk;
  const graph = useShared((state) => state.graph);
  const told = useShared((state) => state.check.branches);
  const kind = desk.kindOf(step);
  const drawn = branchesOf(step, desk.kinds, told);
  const all = allBranches(step, desk.kinds, told);
  if (!drawn.length) return null;
  const isTogether = step.branches?.[NEXT] !== undefined && !all.includes(NEXT) && all.length > 1;
  const others = [...stepsOf(graph).values()].filter((other) => other.id !== step.id);
  return (
    <fieldset className="d-leads">
      <legend>{t("leads_to")}</legend>
      {drawn.map((branch) => {
        const way = { from: step.id, branch };
        const target = targetOf(graph, way);
        const name = branch === NEXT && isTogether ? t(drawn.length > 1 ? "all_others" : "in_any_case") : desk.branchName(branch);
        return (
          <div className="d-row" key={branch}>
            <label>
              <span>{name}</span>
              <select className="b-select" disabled={!can} value={target ?? ""} onChange={(event) => desk.change(relead(desk.now.graph, way, event.target.value || null))}>
                <option value="">{t("ends")}</option>
                {others.map((other) => (
                  <option key={other.id} value={other.id}>
                    {`${desk.title(other.id, other)} · ${other.id}`}
                  </option>
                ))}
              </select>
            </label>
            {can && target && drawn.length > 1 && (
              <button type="button" className="b-icon" aria-label={t("cut_branch", { name })} title={t("cut_branch", { name })} onClick={() => removeBranch(desk, way)}>
                <Sign name="content_cut" />
              </button>
            )}
          </div>
        );
      })}
      {can && kind?.takes_next !== false && all.length > 1 && !all.includes(NEXT) && (
        <button type="button" className="b-add" onClick={() => desk.change((isTogether ? partedBranches : joinedBranches)(desk.now.graph, step.id, desk.kinds, told))}>
          <Sign name={isTogether ? "call_split" : "call_merge"} />
          {t(isTogether ? "part_branches" : "join_branches")}
        </button>
      )}
    </fieldset>
  );
}
