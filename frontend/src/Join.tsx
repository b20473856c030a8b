/** How the parts of a group are joined, be they questions or filters. */

import type { Path } from "react-querybuilder";

import { useDesk } from "./desk";
import type { Group } from "./tree";
import { joinGroup } from "./tree";

const JOINS = [
  { value: "all", combinator: "and", not: false },
  { value: "any", combinator: "or", not: false },
  { value: "none", combinator: "or", not: true },
  { value: "not_all", combinator: "and", not: true },
] as const;

export function joinOf(group: Group): string {
  return JOINS.find((one) => one.combinator === group.combinator && one.not === (group.not ?? false))?.value ?? "all";
}

export function JoinControl({ group, path }: { group: Group; path: Path }) {
  const desk = useDesk();
  const { t } = desk;
  return (
    <select
      className="b-select b-join"
      aria-label={t("join")}
      value={joinOf(group)}
      onChange={(event) => {
        const chosen = JOINS.find((one) => one.value === event.target.value);
        if (chosen) desk.change(joinGroup(desk.tree(), path, chosen.combinator, chosen.not));
      }}
    >
      {JOINS.map((one) => (
        <option key={one.value} value={one.value}>
          {t(`join_${one.value}`)}
        </option>
      ))}
    </select>
  );
}
