/** A journey's graph as it is stored, and the ways through it. Pure; a draft may be unfinished or broken. */

export type Json = Record<string, unknown>;
export interface Step {
  id: string;
  kind: string;
  settings?: Json;
  branches?: Record<string, string | null>;
  note?: string;
}
export interface Trigger extends Json {
  kind: string;
}
export interface Graph {
  trigger?: Trigger;
  start?: string | null;
  steps?: Step[];
  goals?: Json[];
  exits?: Json[];
  holdout?: Json | null;
}
/** One branch of one step, or the way in, which is the trigger's. */
export interface Way {
  from: string;
  branch: string;
}
export interface Kind {
  kind: string;
  title: string;
  description: string;
  group: string;
  icon: string;
  schema: Schema;
  branches: string[] | { from: string; also: string[] } | null;
  takes_next?: boolean;
  ends: boolean;
  sends: string | null;
  fresh: Json;
}
export interface Schema extends Json {
  type?: string;
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  widget?: string;
}
export type Kinds = ReadonlyMap<string, Kind>;
/** What the server says the branches of steps are, by their ids: it knows those that hang on settings. */
export type Told = Readonly<Record<string, string[]>>;

export const TRIGGER = "trigger";
export const NEXT = "next";
export const ENTRY: Way = { from: TRIGGER, branch: NEXT };
export const MOST_STEPS = 200;

/** The steps in their order; of several with one id, the first. */
export function stepsOf(graph: Graph): Map<string, Step> {
  const steps = new Map<string, Step>();
  for (const step of graph.steps ?? []) if (step?.id && !steps.has(step.id)) steps.set(step.id, step);
  return steps;
}

/** The names that a kind's settings give to branches, in their order; null: this is not known here. */
export function namedBranches(step: Step, kind: Kind | undefined): string[] | null {
  const branches = kind?.branches;
  if (!kind || branches === undefined) return null;
  if (branches === null) return [];
  if (Array.isArray(branches)) return branches;
  const cases = step.settings?.[branches.from];
  const named = Array.isArray(cases) ? cases.map((one) => (one as Json | null)?.branch) : [];
  return [...new Set([...named.filter((name): name is string => typeof name === "string" && name !== ""), ...branches.also])];
}

/**
 * The branches that are drawn, in their order: all of a step's, but one `next` for those that share its target by name of
 * `next`; then those that the graph has though its step doesn't know them.
 */
export function branchesOf(step: Step, kinds: Kinds, told: Told = {}): string[] {
  const kind = kinds.get(step.kind);
  const own = step.branches ?? {};
  const hangsOnList = kind?.branches != null && !Array.isArray(kind.branches);
  const named = hangsOnList ? namedBranches(step, kind) : (told[step.id] ?? namedBranches(step, kind));
  if (!named) return Object.keys(own).length ? Object.keys(own) : [NEXT];
  const sharesNext = own[NEXT] !== undefined && !named.includes(NEXT) && named.length > 0;
  const apart = sharesNext ? [...named.filter((name) => own[name] !== undefined), NEXT] : named;
  return [...apart, ...Object.keys(own).filter((name) => !apart.includes(name))];
}

/** All branches of a step that may lead somewhere of their own. */
export function allBranches(step: Step, kinds: Kinds, told: Told = {}): string[] {
  const { [NEXT]: _shared, ...rest } = step.branches ?? {};
  const named = branchesOf({ ...step, branches: rest }, kinds, told);
  return named.length || step.branches?.[NEXT] === undefined ? named : [NEXT];
}

/** The step that a way leads to; null: it ends there. */
export function targetOf(graph: Graph, way: Way): string | null {
  const steps = stepsOf(graph);
  const target = way.from === TRIGGER ? graph.start : steps.get(way.from)?.branches?.[way.branch];
  return target && steps.has(target) ? target : null;
}

/** The graph with a way that leads elsewhere. */
export function led(graph: Graph, way: Way, target: string | null): Graph {
  if (way.from === TRIGGER) return { ...graph, start: target ?? "" };
  return changedStep(graph, way.from, (step) => ({ ...step, branches: { ...step.branches, [way.branch]: target } }));
}

export function changedStep(graph: Graph, id: string, change: (step: Step) => Step): Graph {
  return { ...graph, steps: (graph.steps ?? []).map((step) => (step.id === id ? change(step) : step)) };
}

/** All ways of a step, or of the trigger, in their order. */
export function waysFrom(graph: Graph, id: string, kinds: Kinds, told: Told = {}): Way[] {
  if (id === TRIGGER) return [ENTRY];
  const step = stepsOf(graph).get(id);
  return step ? branchesOf(step, kinds, told).map((branch) => ({ from: id, branch })) : [];
}

/** The ways that lead to a step. */
export function waysTo(graph: Graph, id: string): Way[] {
  const into = [...stepsOf(graph).values()].flatMap((step) =>
    Object.entries(step.branches ?? {}).flatMap(([branch, target]) => (target === id ? [{ from: step.id, branch }] : [])),
  );
  return graph.start === id ? [ENTRY, ...into] : into;
}

export interface Drawn extends Way {
  to: string | null;
  /** It leads back to a step that was passed before. */
  isBack: boolean;
}
/** All ways in the order in which a reader comes to them, depth first; those of steps that nothing leads to at the end. */
export function drawnWays(graph: Graph, kinds: Kinds, told: Told = {}): { ways: Drawn[]; order: string[] } {
  const steps = stepsOf(graph);
  const ways: Drawn[] = [];
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  const branchesAt = (id: string) => (id === TRIGGER ? [NEXT] : branchesOf(steps.get(id) as Step, kinds, told));
  const target = (id: string, branch: string) => {
    const to = id === TRIGGER ? graph.start : steps.get(id)?.branches?.[branch];
    return to && steps.has(to) ? to : null;
  };
  const walk = (root: string) => {
    const path = [{ id: root, left: branchesAt(root) }];
    state.set(root, "open");
    order.push(root);
    while (path.length) {
      const here = path[path.length - 1] as { id: string; left: string[] };
      const [branch, ...left] = here.left;
      if (branch === undefined) {
        state.set(here.id, "done");
        path.pop();
        continue;
      }
      here.left = left;
      const to = target(here.id, branch);
      ways.push({ from: here.id, branch, to, isBack: to !== null && state.get(to) === "open" });
      if (to === null || state.has(to)) continue;
      state.set(to, "open");
      order.push(to);
      path.push({ id: to, left: branchesAt(to) });
    }
  };
  walk(TRIGGER);
  const isLedTo = new Set([...steps.values()].flatMap((step) => Object.values(step.branches ?? {})));
  for (const id of steps.keys()) if (!state.has(id) && !isLedTo.has(id)) walk(id);
  for (const id of steps.keys()) if (!state.has(id)) walk(id); // loops that nothing leads to
  return { ways, order };
}

/** The steps that customers can come to from a step, itself included; `without` is passed by. */
export function reachable(graph: Graph, from: string | null | undefined, without?: string): Set<string> {
  const steps = stepsOf(graph);
  const seen = new Set<string>();
  const waiting = [from];
  while (waiting.length) {
    const id = waiting.pop();
    const step = id && id !== without ? steps.get(id) : undefined;
    if (!id || !step || seen.has(id)) continue;
    seen.add(id);
    waiting.push(...Object.values(step.branches ?? {}));
  }
  return seen;
}

/** A new id that nobody has or had: what is counted by a step's id must not mix two steps. */
export function freshId(kind: string, taken: ReadonlySet<string>): string {
  const stem = kind.replace(/[^A-Za-z0-9_-]+/g, "-").replaceAll("_", "-").slice(0, 50) || "step";
  for (let number = 1; ; number++) {
    const id = number === 1 ? stem : `${stem}-${number}`;
    if (!taken.has(id)) return id;
  }
}
