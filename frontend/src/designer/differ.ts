/** What the draft says that the live version doesn't, and the other way round, step by step. Pure. */

import type { Drawn, Graph, Kinds, Step, Told } from "./graph";
import { branchesOf, stepsOf, TRIGGER } from "./graph";
import type { Ghosts } from "./layout";

export type Change = "added" | "changed" | "removed";
export interface Difference {
  /** By the step's id; the trigger, with goals, exits and holdout, by its own. */
  changes: Map<string, Change>;
  ghosts: Ghosts;
  /** The removed steps, as they are live. */
  removed: Map<string, Step>;
}
const AROUND = ["trigger", "goals", "exits", "holdout"] as const;

/** A value with its keys in order and without what says nothing: two that mean the same are the same text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return one;
    const said = Object.entries(one).filter(([, own]) => own != null && own !== "" && !(Array.isArray(own) && own.length === 0));
    return Object.fromEntries(said.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function difference(live: Graph, draft: Graph, kinds: Kinds, told: Told = {}): Difference {
  const [was, is] = [stepsOf(live), stepsOf(draft)];
  const changes = new Map<string, Change>();
  if (AROUND.some((part) => canonical({ part: live[part] }) !== canonical({ part: draft[part] }))) changes.set(TRIGGER, "changed");
  for (const [id, step] of is) {
    const old = was.get(id);
    if (!old) changes.set(id, "added");
    else if (meaning(old) !== meaning(step)) changes.set(id, "changed");
  }
  const removed = new Map([...was].filter(([id]) => !is.has(id)));
  for (const id of removed.keys()) changes.set(id, "removed");
  const there = (id: string | null | undefined) => (id && (is.has(id) || removed.has(id)) ? id : null);
  const ways: Drawn[] = [];
  if (live.start && removed.has(live.start)) ways.push({ from: TRIGGER, branch: "next", to: live.start, isBack: false });
  for (const step of was.values()) {
    for (const branch of branchesOf(step, kinds, told)) {
      const to = there(step.branches?.[branch]);
      if (to && (removed.has(step.id) || removed.has(to))) ways.push({ from: step.id, branch, to, isBack: false });
    }
  }
  return { changes, removed, ghosts: { ids: [...removed.keys()], ways } };
}

function meaning({ kind, settings, branches }: Step): string {
  return canonical({ kind, settings, branches });
}
