/** Copies of steps and branches as text, for the clipboard: pasted with new ids, here or in another journey. Pure. */

import type { Edited } from "./edit";
import type { Graph, Json, Kinds, Schema, Step, Told, Way } from "./graph";
import { allBranches, branchesOf, drawnWays, freshId, led, MOST_STEPS, stepsOf, targetOf } from "./graph";
import { resolved } from "./schema";

const FORMAT = "sette-steps-1";
const ID = /^[A-Za-z0-9_-]{1,60}$/;
const ANSWERS = /\banswers\.([A-Za-z0-9_-]+)/g;
const MOST_CHARACTERS = 2_000_000;

export interface Clip {
  start: string;
  steps: Step[];
  /** Branches that led on to steps that were not copied. */
  opens: Way[];
}
/** Why a text can't be pasted here. */
export class NotPasted extends Error {
  constructor(readonly why: "not_steps" | "too_many" | "no_way_on") {
    super(why);
  }
}

/** The steps as they stand, the first in the order of reading at the head. */
export function copySteps(graph: Graph, ids: Iterable<string>, kinds: Kinds, told: Told = {}): Clip | null {
  const chosen = new Set(ids);
  const steps = stepsOf(graph);
  const order = drawnWays(graph, kinds, told).order.filter((id) => chosen.has(id) && steps.has(id));
  const start = order[0];
  if (start === undefined) return null;
  const opens: Way[] = [];
  const copies = order.map((id) => {
    const step = structuredClone(steps.get(id) as Step);
    const ways = Object.entries(step.branches ?? {}).map(([branch, target]) => {
      if (target && !chosen.has(target) && steps.has(target)) opens.push({ from: id, branch });
      return [branch, target && chosen.has(target) ? target : null] as const;
    });
    return step.branches ? { ...step, branches: Object.fromEntries(ways) } : step;
  });
  return { start, steps: chained(copies, start, opens), opens };
}

/** Steps that stood apart follow one another: whatever was chosen is pasted as one piece. */
function chained(steps: Step[], start: string, opens: Way[]): Step[] {
  const isLedTo = new Set([start, ...steps.flatMap((step) => Object.values(step.branches ?? {}))]);
  const byId = new Map(steps.map((step) => [step.id, step]));
  let last = steps[0] as Step;
  for (const step of steps.slice(1)) {
    if (!isLedTo.has(step.id)) {
      const open = opens.findIndex((way) => way.from === last.id);
      const branch = open >= 0 ? opens.splice(open, 1)[0]?.branch : Object.entries(last.branches ?? {}).find(([, to]) => to === null)?.[0];
      if (branch !== undefined) byId.set(last.id, { ...last, branches: { ...last.branches, [branch]: step.id } });
    }
    last = byId.get(step.id) as Step;
  }
  return steps.map((step) => byId.get(step.id) as Step);
}

export function writeClip(clip: Clip): string {
  return JSON.stringify({ format: FORMAT, ...clip }, null, 1);
}

/** The copy that a text holds; NotPasted where it is none. Whatever stands in it is taken as mere values. */
export function readClip(text: string): Clip {
  if (text.length > MOST_CHARACTERS) throw new NotPasted("too_many");
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new NotPasted("not_steps");
  }
  const { format, start, steps, opens } = (isObject(read) ? read : {}) as Json;
  if (format !== FORMAT || !Array.isArray(steps) || !steps.length || typeof start !== "string") throw new NotPasted("not_steps");
  if (steps.length > MOST_STEPS) throw new NotPasted("too_many");
  const taken = steps.map(readStep);
  const ids = new Set(taken.map((step) => step.id));
  if (!ids.has(start) || ids.size < taken.length) throw new NotPasted("not_steps");
  const open = (Array.isArray(opens) ? opens : []).filter(
    (way): way is Way => isObject(way) && typeof way.branch === "string" && ids.has(String(way.from)),
  );
  return { start, steps: taken, opens: open.map(({ from, branch }) => ({ from, branch })) };
}

function readStep(raw: unknown): Step {
  if (!isObject(raw) || typeof raw.kind !== "string" || typeof raw.id !== "string" || !ID.test(raw.id)) throw new NotPasted("not_steps");
  const branches = isObject(raw.branches) ? Object.entries(raw.branches) : [];
  return {
    id: raw.id,
    kind: raw.kind,
    settings: isObject(raw.settings) ? raw.settings : {},
    ...(branches.length && { branches: Object.fromEntries(branches.map(([name, to]) => [name, typeof to === "string" ? to : null])) }),
    ...(typeof raw.note === "string" && { note: raw.note }),
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The graph with the copy on a way, under new ids. What followed there follows the copy. */
export function pasteClip(graph: Graph, way: Way, clip: Clip, kinds: Kinds, used: ReadonlySet<string>): Edited {
  const here = stepsOf(graph);
  if (here.size + clip.steps.length > MOST_STEPS) throw new NotPasted("too_many");
  const taken = new Set([...used, ...here.keys()]);
  const ids = new Map<string, string>();
  for (const step of clip.steps) {
    const id = freshId(stem(step.id), taken);
    taken.add(id);
    ids.set(step.id, id);
  }
  const onwards = targetOf(graph, way);
  const opens = clip.opens.length ? clip.opens : openWays(clip, kinds);
  if (onwards && !opens.length) throw new NotPasted("no_way_on");
  const pasted = clip.steps.map((step) => renamed(step, ids, kinds));
  let next: Graph = { ...graph, steps: [...(graph.steps ?? []), ...pasted] };
  for (const open of opens) next = led(next, { from: ids.get(open.from) ?? "", branch: open.branch }, onwards);
  return { graph: led(next, way, ids.get(clip.start) ?? null), ids: [...ids.values()] };
}

/** An id without its number, so that copies of copies are counted on: wait-2 → wait. */
function stem(id: string): string {
  return id.replace(/-\d+$/, "");
}

/** The ways of a copy that end. A step that can go on by none (an exit) has none. */
function openWays(clip: Clip, kinds: Kinds): Way[] {
  return clip.steps.flatMap((step) => branchesOf(step, kinds).flatMap((branch) => (step.branches?.[branch] ? [] : [{ from: step.id, branch }])));
}

/** A step under its new id; what names steps of the copy in its branches and settings names their copies. */
function renamed(step: Step, ids: ReadonlyMap<string, string>, kinds: Kinds): Step {
  const schema = kinds.get(step.kind)?.schema;
  const settings = renamedIn(step.settings ?? {}, schema, schema ?? {}, ids) as Json;
  const branches = Object.entries(step.branches ?? {}).map(([name, to]) => [name, to === null ? null : (ids.get(to) ?? null)] as const);
  return {
    ...step,
    id: ids.get(step.id) ?? step.id,
    settings,
    ...(step.branches && { branches: Object.fromEntries(branches) }),
  };
}

function renamedIn(value: unknown, schema: Schema | undefined, root: Schema, ids: ReadonlyMap<string, string>): unknown {
  const shape = schema && resolved(schema, root);
  if (typeof value === "string") {
    if (shape?.widget?.startsWith("step")) return ids.get(value) ?? value;
    return value.replace(ANSWERS, (whole, id: string) => (ids.has(id) ? `answers.${ids.get(id)}` : whole));
  }
  if (Array.isArray(value)) return value.map((one) => renamedIn(one, shape?.items, root, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamedIn(one, shape?.properties?.[key], root, ids)]));
}

/** A copy of the steps, right behind the last of them. */
export function duplicateSteps(graph: Graph, ids: Iterable<string>, kinds: Kinds, used: ReadonlySet<string>, told: Told = {}): Edited | null {
  const clip = copySteps(graph, ids, kinds, told);
  if (!clip) return null;
  const last = clip.opens[clip.opens.length - 1] ?? openWays(clip, kinds).pop();
  if (last) {
    const steps = stepsOf(graph);
    const step = steps.get(last.from) as Step;
    const branch = step.branches?.[last.branch] !== undefined ? last.branch : (allBranches(step, kinds, told)[0] ?? last.branch);
    return pasteClip(graph, { from: last.from, branch }, clip, kinds, used);
  }
  return null;
}
