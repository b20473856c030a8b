/** Two drafts of one origin, and what becomes of both: step by step, what they and we changed. Pure. */

import type { Change } from "./differ";
import { canonical } from "./differ";
import type { Graph, Step } from "./graph";
import { stepsOf } from "./graph";

const AROUND = ["trigger", "start", "goals", "exits", "holdout"] as const;
export type Side = "theirs" | "mine";
/** A step by its id, or a part around the steps by its name. */
export interface Part {
  key: string;
  isStep: boolean;
  theirs: Change | null;
  mine: Change | null;
}
export type Choices = ReadonlyMap<string, Side>;

function values(graph: Graph): Map<string, unknown> {
  const around = AROUND.map((name) => [`:${name}`, graph[name]] as const); // no id of a step has a colon
  return new Map<string, unknown>([...around, ...stepsOf(graph)]);
}

function changeOf(before: unknown, now: unknown): Change | null {
  const [was, is] = [canonical({ before }), canonical({ before: now })];
  if (was === is) return null;
  return was === "{}" ? "added" : is === "{}" ? "removed" : "changed";
}

/** All that the two say differently, in the order of their steps, then of ours. */
export function partsOf(base: Graph, theirs: Graph, mine: Graph): Part[] {
  const [was, their, our] = [base, theirs, mine].map(values) as [Map<string, unknown>, Map<string, unknown>, Map<string, unknown>];
  const keys = [...new Set([...their.keys(), ...our.keys()])];
  return keys.flatMap((key) => {
    if (changeOf(their.get(key), our.get(key)) === null) return [];
    const isStep = !key.startsWith(":");
    return [{ key, isStep, theirs: changeOf(was.get(key), their.get(key)), mine: changeOf(was.get(key), our.get(key)) }];
  });
}

/** What needs no choice: where only one of both changed something, that is taken. */
export function clearChoices(parts: readonly Part[]): Map<string, Side> {
  return new Map(parts.flatMap(({ key, theirs, mine }) => (theirs && mine ? [] : [[key, mine ? "mine" : "theirs"] as [string, Side]])));
}

/** The draft that the choices make, theirs where nothing is chosen. Ways to steps that are not in it end. */
export function merged(theirs: Graph, mine: Graph, parts: readonly Part[], choices: Choices): Graph {
  const [their, our] = [stepsOf(theirs), stepsOf(mine)];
  const isMine = (key: string) => choices.get(key) === "mine";
  const differ = new Set(parts.map((part) => part.key));
  const taken = [...new Set([...their.keys(), ...our.keys()])].flatMap((id): Step[] => {
    const step = (differ.has(id) && isMine(id) ? our : their).get(id);
    return step ? [step] : [];
  });
  const ids = new Set(taken.map((step) => step.id));
  const around = AROUND.flatMap((name) => {
    const value = (isMine(`:${name}`) ? mine : theirs)[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const graph: Graph = { ...Object.fromEntries(around), steps: taken.map((step) => withoutLooseWays(step, ids)) };
  return graph.start && !ids.has(graph.start) ? { ...graph, start: "" } : graph;
}

function withoutLooseWays(step: Step, ids: ReadonlySet<string>): Step {
  const ways = Object.entries(step.branches ?? {});
  if (ways.every(([, to]) => to === null || ids.has(to))) return step;
  return { ...step, branches: Object.fromEntries(ways.map(([name, to]) => [name, to !== null && ids.has(to) ? to : null])) };
}
