/** The graph as nested lists, for reading aloud and for small screens: the same steps in the same order. Pure. */

import type { Graph, Kinds, Told, Way } from "./graph";
import { branchesOf, reachable, stepsOf } from "./graph";

export type Entry =
  | { is: "step"; id: string; depth: number; branches: { branch: string; entries: Entry[] }[] }
  | { is: "leads"; to: string; way: Way }
  | { is: "end"; way: Way };

/** What follows the trigger; then, apart, the steps that nothing leads to. */
export function listed(graph: Graph, kinds: Kinds, told: Told = {}): { entries: Entry[]; detached: Entry[] } {
  const steps = stepsOf(graph);
  const placed = new Set<string>();
  const target = (id: string, branch: string) => {
    const to = steps.get(id)?.branches?.[branch];
    return to && steps.has(to) ? to : null;
  };

  function run(start: string | null, way: Way, stops: ReadonlySet<string>, depth: number): Entry[] {
    const entries: Entry[] = [];
    let [here, by] = [start, way];
    for (;;) {
      if (here === null) return [...entries, { is: "end", way: by }];
      if (placed.has(here) || stops.has(here)) return [...entries, { is: "leads", to: here, way: by }];
      placed.add(here);
      const id = here;
      const names = branchesOf(steps.get(id) ?? { id, kind: "" }, kinds, told);
      if (!names.length) return [...entries, { is: "step", id, depth, branches: [] }];
      if (names.length === 1) {
        entries.push({ is: "step", id, depth, branches: [] });
        by = { from: id, branch: names[0] as string };
        here = target(id, by.branch);
        continue;
      }
      const meeting = meetingPoint(id, names);
      const inner = meeting ? new Set([...stops, meeting]) : stops;
      const branches = names.map((branch) => ({ branch, entries: run(target(id, branch), { from: id, branch }, inner, depth + 1) }));
      entries.push({ is: "step", id, depth, branches });
      if (!meeting || placed.has(meeting) || stops.has(meeting)) return entries;
      here = meeting;
    }
  }

  /** The first step to which at least two branches lead, and all that don't end before. */
  function meetingPoint(id: string, names: string[]): string | null {
    const targets = names.map((branch) => target(id, branch)).filter((to) => to !== null && !placed.has(to)) as string[];
    if (targets.length < 2) return null;
    const reached = targets.map((to) => reachable(graph, to, id));
    const [first = new Set<string>(), ...others] = reached;
    const common = [...first].filter((step) => !placed.has(step) && others.every((set) => set.has(step)));
    return common.find((step) => common.every((other) => other === step || !reachable(graph, other, id).has(step))) ?? common[0] ?? null;
  }

  const start = graph.start && steps.has(graph.start) ? graph.start : null;
  const entries = run(start, { from: "trigger", branch: "next" }, new Set(), 1);
  const detached: Entry[] = [];
  const ledTo = new Set([...steps.values()].flatMap((step) => Object.values(step.branches ?? {})));
  const heads = [...steps.keys()].filter((id) => !placed.has(id) && !ledTo.has(id));
  for (const id of [...heads, ...steps.keys()]) {
    if (!placed.has(id)) detached.push(...run(id, { from: "", branch: "" }, new Set(), 1));
  }
  return { entries, detached };
}
