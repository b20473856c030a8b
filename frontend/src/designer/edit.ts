/** What is done to a graph: steps are put in and taken out, ways are led elsewhere. Pure; each gives a new graph. */

import type { Graph, Json, Kind, Kinds, Step, Told, Way } from "./graph";
import { allBranches, branchesOf, changedStep, freshId, led, NEXT, reachable, stepsOf, targetOf, TRIGGER } from "./graph";

export interface Edited {
  graph: Graph;
  /** The steps that it is about, to be shown; the first takes the focus. */
  ids: string[];
}

/** A new step of a kind. Where its branches may share one way on, they do. */
function newStep(id: string, kind: Kind, kinds: Kinds, onwards: string | null): Step {
  const step: Step = { id, kind: kind.kind, settings: structuredClone(kind.fresh) };
  const names = branchesOf(step, kinds);
  if (!names.length) return step;
  if (kind.sends !== null && kind.takes_next !== false) return { ...step, branches: { [NEXT]: onwards } };
  if (kind.takes_next === false) {
    const last = names[names.length - 1] as string; // a way back has yet to be led; one goes on by the other
    return { ...step, branches: Object.fromEntries(names.map((name) => [name, name === last ? onwards : null])) };
  }
  return { ...step, branches: Object.fromEntries(names.map((name) => [name, onwards])) };
}

/** The graph with a new step on a way; what followed there follows it, by each of its branches. */
export function addStep(graph: Graph, way: Way, kind: Kind, kinds: Kinds, taken: ReadonlySet<string>): Edited {
  const id = freshId(kind.kind, new Set([...taken, ...stepsOf(graph).keys()]));
  const step = newStep(id, kind, kinds, targetOf(graph, way));
  return { graph: led({ ...graph, steps: [...(graph.steps ?? []), step] }, way, id), ids: [id] };
}

/** Where those go on who stood at a step that is taken out: by its first branch that leads anywhere else. */
export function continuation(graph: Graph, id: string, kinds: Kinds, told: Told = {}): string | null {
  const step = stepsOf(graph).get(id);
  if (!step) return null;
  const targets = branchesOf(step, kinds, told).map((branch) => targetOf(graph, { from: id, branch }));
  return targets.find((target) => target !== null && target !== id) ?? null;
}

/** The graph without a step; what led to it leads on by `keep`, or its first branch. What only it led to goes too. */
export function removeStep(graph: Graph, id: string, kinds: Kinds, told: Told = {}, keep?: string): Graph {
  const onwards = keep === undefined ? continuation(graph, id, kinds, told) : targetOf(graph, { from: id, branch: keep });
  const joined = redirected(graph, id, onwards === id ? null : onwards);
  const without = { ...joined, steps: (joined.steps ?? []).filter((step) => step.id !== id) };
  return pruned(graph, without);
}

/** The graph without several steps, each taken out by itself. */
export function removeSteps(graph: Graph, ids: Iterable<string>, kinds: Kinds, told: Told = {}): Graph {
  let left = graph;
  for (const id of ids) if (stepsOf(left).has(id)) left = removeStep(left, id, kinds, told);
  return left;
}

/** The graph in which a way ends, without all that only this way led to. */
export function cutTail(graph: Graph, way: Way): Graph {
  return pruned(graph, led(graph, way, null));
}

/** The graph without a step and all that only it led to. */
export function removeTail(graph: Graph, id: string): Graph {
  const joined = redirected(graph, id, null);
  return pruned(graph, { ...joined, steps: (joined.steps ?? []).filter((step) => step.id !== id) });
}

/** The step, and all that customers come to through it alone. */
export function ownTail(graph: Graph, id: string): string[] {
  const around = reachable(graph, graph.start, id);
  return [...reachable(graph, id)].filter((step) => !around.has(step));
}

function redirected(graph: Graph, id: string, target: string | null): Graph {
  const steps = (graph.steps ?? []).map((step) => {
    if (!Object.values(step.branches ?? {}).includes(id)) return step;
    const branches = Object.entries(step.branches ?? {}).map(([name, to]) => [name, to !== id ? to : target === step.id ? null : target] as const);
    return { ...step, branches: Object.fromEntries(branches) };
  });
  return { ...graph, steps, start: graph.start === id ? (target ?? "") : graph.start };
}

/** `after` without the steps that were reached in `before` and no longer are. */
function pruned(before: Graph, after: Graph): Graph {
  const was = reachable(before, before.start);
  const is = reachable(after, after.start);
  return { ...after, steps: (after.steps ?? []).filter((step) => is.has(step.id) || !was.has(step.id)) };
}

/** The step with other settings: branches that it no longer has are forgotten, renamed ones keep where they lead. */
export function withSettings(graph: Graph, id: string, settings: Json, kinds: Kinds): Graph {
  const was = stepsOf(graph).get(id);
  if (!was) return graph;
  const [old, now] = [namesIn(was, kinds), namesIn({ ...was, settings }, kinds)];
  const changed = changedStep(graph, id, (step) => ({ ...step, settings, ...branchesKept(step, old, now) }));
  return old && now ? pruned(graph, changed) : changed;
}

/** The names that the settings' list gives to branches; null where the kind has no such list. */
function namesIn(step: Step, kinds: Kinds): string[] | null {
  const branches = kinds.get(step.kind)?.branches;
  if (branches == null || Array.isArray(branches)) return null;
  const cases = step.settings?.[branches.from];
  const named = Array.isArray(cases) ? cases.map((one) => String((one as Json | null)?.branch ?? "")) : [];
  return [...named, ...branches.also];
}

function branchesKept(step: Step, old: string[] | null, now: string[] | null): { branches?: Step["branches"] } {
  if (!old || !now || !step.branches) return {};
  const renamed = new Map<string, string>();
  if (old.length === now.length && [...old].sort().join("\0") !== [...now].sort().join("\0")) {
    old.forEach((name, at) => renamed.set(name, now[at] as string));
  }
  const kept = Object.entries(step.branches).flatMap(([name, target]) => {
    const called = renamed.get(name) ?? name;
    return now.includes(called) || called === NEXT || !old.includes(name) ? [[called, target] as const] : [];
  });
  return { branches: Object.fromEntries(kept) };
}

/** The step with each of its branches leading by itself to where all lead now. */
export function partedBranches(graph: Graph, id: string, kinds: Kinds, told: Told = {}): Graph {
  return changedStep(graph, id, (step) => {
    const shared = step.branches?.[NEXT] ?? null;
    const names = allBranches(step, kinds, told);
    return { ...step, branches: Object.fromEntries(names.map((name) => [name, step.branches?.[name] ?? shared])) };
  });
}

/** The step whose branches lead on together, to where the first of them does. */
export function joinedBranches(graph: Graph, id: string, kinds: Kinds, told: Told = {}): Graph {
  const onwards = continuation(graph, id, kinds, told);
  return pruned(graph, changedStep(graph, id, (step) => ({ ...step, branches: { [NEXT]: onwards } })));
}

/** The graph with a way that leads to a step or ends; what only it led to before goes. */
export function relead(graph: Graph, way: Way, target: string | null): Graph {
  if (way.from === target && way.from !== TRIGGER) return graph;
  return pruned(graph, led(graph, way, target));
}
