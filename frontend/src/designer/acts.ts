/** What is done with what is chosen, by mouse, by key or from a menu: one function each. */

import type { Clip } from "./clip";
import { copySteps, duplicateSteps, NotPasted, pasteClip, readClip, writeClip } from "./clip";
import type { Edited } from "./edit";
import { addStep, cutTail, ownTail, removeStep, removeSteps, removeTail } from "./edit";
import type { Kind, Way } from "./graph";
import { drawnWays, ENTRY, MOST_STEPS, targetOf, TRIGGER, waysFrom } from "./graph";
import type { Desk } from "./store";

const CLIP = "sette-clip";

/** Where steps go that are put behind a card: its first way that ends, else its first. */
export function wayAfter(desk: Desk, id: string): Way | null {
  const { graph, check } = desk.now;
  const ways = waysFrom(graph, id, desk.kinds, check.branches);
  return ways.find((way) => targetOf(graph, way) === null) ?? ways[0] ?? null;
}

/** Where something that has no place of its own goes: behind the card that is stood on, else at the first end. */
export function wayHere(desk: Desk): Way {
  const { graph, check, at } = desk.now;
  const here = at === TRIGGER && graph.start && targetOf(graph, ENTRY) ? null : wayAfter(desk, at);
  return here ?? drawnWays(graph, desk.kinds, check.branches).ways.find((way) => way.to === null) ?? ENTRY;
}

export function choose(desk: Desk, ids: string[], at?: string): void {
  desk.set({ chosen: ids, at: at ?? ids[ids.length - 1] ?? desk.now.at, told: "" });
}

function done(desk: Desk, { graph, ids }: Edited, said: string, values: Record<string, string | number> = {}): void {
  desk.change(graph);
  choose(desk, ids, ids[0]);
  desk.say(said, values);
}

export function add(desk: Desk, way: Way, kind: Kind): void {
  desk.set({ adding: null });
  if (desk.now.steps.size >= MOST_STEPS) return desk.tell("too_many", { most: MOST_STEPS });
  done(desk, addStep(desk.now.graph, way, kind, desk.kinds, desk.used), "added", { title: kind.title });
}

/** The steps that are chosen; without any, the one that is stood on. */
export function chosenSteps(desk: Desk): string[] {
  const { chosen, at, steps } = desk.now;
  return (chosen.length ? chosen : [at]).filter((id) => steps.has(id));
}

/** Take out what is chosen. The keyboard goes on from what stands above. */
export function remove(desk: Desk, ids = chosenSteps(desk), keep?: string): void {
  const { graph, check, steps } = desk.now;
  if (!ids.length) return;
  const above = before(desk, ids);
  const [first] = ids;
  const next =
    ids.length === 1 && first && keep !== undefined
      ? removeStep(graph, first, desk.kinds, check.branches, keep)
      : removeSteps(graph, ids, desk.kinds, check.branches);
  desk.change(next);
  choose(desk, [above]);
  desk.say("removed", { count: steps.size - desk.now.steps.size });
}

export function removeWithTail(desk: Desk, ids = chosenSteps(desk)): void {
  const above = before(desk, ids);
  const many = desk.now.steps.size;
  let { graph } = desk.now;
  for (const id of ids) graph = removeTail(graph, id);
  desk.change(graph);
  choose(desk, [above]);
  desk.say("removed", { count: many - desk.now.steps.size });
}

export function removeBranch(desk: Desk, way: Way): void {
  const many = desk.now.steps.size;
  desk.change(cutTail(desk.now.graph, way));
  desk.say("removed", { count: many - desk.now.steps.size });
}

function before(desk: Desk, ids: string[]): string {
  const { graph, check } = desk.now;
  const gone = new Set(ids);
  const { ways } = drawnWays(graph, desk.kinds, check.branches);
  let here = ids[0] ?? TRIGGER;
  for (let hops = 0; gone.has(here) && hops <= gone.size; hops++) here = ways.find((way) => way.to === here && !way.isBack)?.from ?? TRIGGER;
  return gone.has(here) ? TRIGGER : here;
}

/** The text for the clipboard; with `isBranch`, of all that follows too. Null: nothing that can be copied is chosen. */
export function copy(desk: Desk, isBranch = false): string | null {
  const { graph, check } = desk.now;
  const ids = chosenSteps(desk);
  const all = isBranch ? [...new Set(ids.flatMap((id) => ownTail(graph, id)))] : ids;
  const clip = copySteps(graph, all, desk.kinds, check.branches);
  if (!clip) return null;
  const text = writeClip(clip);
  keep(text);
  desk.say("copied", { count: clip.steps.length });
  return text;
}

/** For buttons: to the clipboard as far as the browser lets, and for other journeys of this browser in any case. */
export function copyOut(desk: Desk, isBranch = false): void {
  const text = copy(desk, isBranch);
  if (text) void navigator.clipboard?.writeText(text).catch(() => undefined);
}

function keep(text: string): void {
  try {
    localStorage.setItem(CLIP, text);
  } catch {
    // the browser's room is full: the clipboard has it
  }
}

export function keptClip(): string {
  try {
    return localStorage.getItem(CLIP) ?? "";
  } catch {
    return "";
  }
}

export function paste(desk: Desk, text: string, way: Way = wayHere(desk)): void {
  try {
    const clip: Clip = readClip(text);
    desk.set({ adding: null });
    done(desk, pasteClip(desk.now.graph, way, clip, desk.kinds, desk.used), "pasted", { count: clip.steps.length });
  } catch (error) {
    if (!(error instanceof NotPasted)) throw error;
    desk.tell(`paste_${error.why}`, { most: MOST_STEPS });
  }
}

export function duplicate(desk: Desk): void {
  try {
    const { graph, check } = desk.now;
    const made = duplicateSteps(graph, chosenSteps(desk), desk.kinds, desk.used, check.branches);
    if (made) done(desk, made, "pasted", { count: made.ids.length });
    else desk.tell("paste_no_way_on");
  } catch (error) {
    if (!(error instanceof NotPasted)) throw error;
    desk.tell(`paste_${error.why}`, { most: MOST_STEPS });
  }
}

/** To the next step of which something is said that must or should be seen to. */
export function nextIssue(desk: Desk): void {
  const { check, at, graph } = desk.now;
  const order = drawnWays(graph, desk.kinds, check.branches).order;
  const issues = [...check.faults, ...check.warnings];
  const places = [...new Set(issues.map((issue) => issue.step ?? TRIGGER))].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const next = places.find((id) => order.indexOf(id) > order.indexOf(at)) ?? places[0];
  if (next === undefined) return desk.say("no_issues");
  choose(desk, [next]);
  desk.say("issue_at", { title: desk.title(next), message: issues.find((issue) => (issue.step ?? TRIGGER) === next)?.message ?? "" });
}
