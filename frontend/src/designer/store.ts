/** What all parts of the page share: the draft with its history, what is chosen, what the server has said. */

import { createContext, useContext } from "react";
import type { TemporalState } from "zundo";
import { temporal } from "zundo";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

import type { Boot, Check, Numbers, Simulated } from "./api";
import { Api } from "./api";
import type { Difference } from "./differ";
import { difference } from "./differ";
import type { Graph, Json, Kind, Kinds, Step, Way } from "./graph";
import { NEXT, stepsOf, TRIGGER } from "./graph";
import type { Input, Lit, Walked } from "./rehearsal";
import type { State as SaveState } from "./saving";

const TOGETHER = 900; // milliseconds within which changes of one tag are undone together

export interface Adding {
  way: Way;
  /** Whether a step was chosen, so that its branch may still be chosen. */
  isAfter: boolean;
}
export interface Period {
  from: string;
  to: string;
  version: string;
}
/** Who walks, what happens to them, and what came of it. */
export interface Rehearsal {
  person: Json;
  /** What one who is there is called. */
  name: string;
  startsAt: string;
  inputs: Input[];
  walked: Walked | null;
  clock: number;
  isWalking: boolean;
  errors: string[];
}
export interface State {
  graph: Graph;
  steps: Map<string, Step>;
  chosen: string[];
  /** The card that the keyboard stands on. */
  at: string;
  check: Check;
  saving: SaveState;
  adding: Adding | null;
  open: "find" | "help" | "numbers" | "simulate" | null;
  isList: boolean;
  /** What differs from what is live, while that is shown. */
  difference: Difference | null;
  period: Period | null;
  /** Those of the period, or of the simulation that is shown. */
  numbers: Numbers | null;
  /** The one that is under way, or whose numbers stand in place of the live ones. */
  simulation: Simulated | null;
  rehearsal: Rehearsal | null;
  lit: Lit | null;
  found: string[];
  said: string;
  /** What stands over the page until it is closed, or the draft changes. */
  told: string;
}
export type Patch = Partial<Omit<State, "graph" | "steps">>;

export class Desk {
  readonly api: Api;
  readonly kinds: Kinds;
  readonly triggers: ReadonlyMap<string, Kind>;
  readonly store;
  /** All ids that this journey has, has live, or had while the page was open: none is given twice. */
  readonly used = new Set<string>();
  private tag: string | undefined;
  private taggedAt = 0;
  onChange: (graph: Graph) => void = () => undefined;
  /** Save now, before the page is left for another one of the journey; whether all is saved. */
  flush: () => Promise<boolean> = async () => true;

  constructor(
    readonly boot: Boot,
    graph: Graph,
  ) {
    this.api = new Api(boot.urls);
    this.kinds = new Map(boot.steps.map((kind) => [kind.kind, kind]));
    this.triggers = new Map(boot.triggers.map((kind) => [kind.kind, kind]));
    const isNarrow = globalThis.matchMedia?.("(max-width: 700px)").matches ?? false;
    const first: State = {
      graph,
      steps: stepsOf(graph),
      chosen: [],
      at: TRIGGER,
      check: boot.check ?? { faults: [], warnings: [], sayings: {}, branches: {} },
      saving: { is: "saved" },
      adding: null,
      open: null,
      isList: isNarrow,
      difference: null,
      period: null,
      numbers: null,
      simulation: null,
      rehearsal: null,
      lit: null,
      found: [],
      said: "",
      told: "",
    };
    this.store = createStore<State>()(
      temporal(() => first, {
        partialize: ({ graph: kept }) => ({ graph: kept }),
        equality: (past, now) => past.graph === now.graph,
      }),
    );
    this.remember(graph);
    if (boot.live) this.remember(boot.live);
  }

  get now(): State {
    return this.store.getState();
  }

  get can(): boolean {
    return this.boot.can.edit;
  }

  set(patch: Patch): void {
    this.store.setState(patch);
  }

  /** What the server says of the draft. Branches that are the same stay the same, so that nothing is laid out anew. */
  check(check: Check): void {
    const { branches } = this.now.check;
    const isSame = JSON.stringify(branches) === JSON.stringify(check.branches);
    this.set({ check: isSame ? { ...check, branches } : check });
  }

  /** Say something to those who can't see it. */
  say(key: string, values: Record<string, string | number> = {}): void {
    this.set({ said: this.t(key, values) });
  }

  /** Say something that nothing on the page shows, so that everybody learns of it. */
  tell(key: string, values: Record<string, string | number> = {}): void {
    this.say(key, values);
    this.set({ told: this.now.said });
  }

  /** A word of the page, filled in; of one thing it may be another than of several: `removed_one`. */
  t = (key: string, values: Record<string, string | number> = {}): string => {
    const { words } = this.boot;
    const word = (values.count === 1 ? words[`${key}_one`] : undefined) ?? words[key] ?? key;
    return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, () => String(value)), word);
  };

  /** Another draft in the place of this one. Changes of one `tag` in a row are undone together. */
  change(graph: Graph, tag?: string): void {
    if (!this.can || graph === this.now.graph) return;
    const isSame = tag !== undefined && tag === this.tag && Date.now() - this.taggedAt < TOGETHER;
    this.tag = tag;
    this.taggedAt = Date.now();
    if (isSame) this.history.pause();
    this.store.setState(this.derived(graph));
    if (isSame) this.history.resume();
    this.onChange(graph);
  }

  undo = (): void => this.travel("undo", this.history.pastStates.length, "undone");
  redo = (): void => this.travel("redo", this.history.futureStates.length, "redone");

  get history(): TemporalState<Pick<State, "graph">> {
    return this.store.temporal.getState();
  }

  compare(isOn: boolean): void {
    this.set({ difference: isOn ? this.differences(this.now.graph) : null });
  }

  kindOf(step: Step | undefined): Kind | undefined {
    return step && this.kinds.get(step.kind);
  }

  branchName(branch: string): string {
    return branch === NEXT ? this.t("onwards") : (this.boot.branch_names?.[branch] ?? branch);
  }

  /** What a card is called: by its kind; of the trigger, by what sets it off. */
  title(id: string, step: Step | undefined = this.now.steps.get(id) ?? this.now.difference?.removed.get(id)): string {
    if (id !== TRIGGER) return this.kindOf(step)?.title ?? step?.kind ?? id;
    const trigger = this.now.graph.trigger;
    return this.triggers.get(trigger?.kind ?? "")?.title ?? this.t("no_trigger");
  }

  saying(id: string): string {
    return this.now.check.sayings[id] ?? "";
  }

  private travel(how: "undo" | "redo", steps: number, said: string): void {
    if (!steps || !this.can) return;
    this.tag = undefined;
    this.history[how]();
    const { graph } = this.now;
    this.store.setState(this.derived(graph));
    this.onChange(graph);
    this.say(said);
  }

  private derived(graph: Graph): Partial<State> {
    this.remember(graph);
    const { chosen, at, difference: shown } = this.now;
    const steps = stepsOf(graph);
    const isThere = (id: string) => id === TRIGGER || steps.has(id);
    return {
      graph,
      steps,
      chosen: chosen.filter(isThere),
      at: isThere(at) ? at : TRIGGER,
      difference: shown && this.differences(graph),
      told: "",
    };
  }

  private differences(graph: Graph): Difference | null {
    return this.boot.live && difference(this.boot.live, graph, this.kinds, this.now.check.branches);
  }

  private remember(graph: Graph): void {
    for (const id of stepsOf(graph).keys()) this.used.add(id);
  }
}

const DeskContext = createContext<Desk | null>(null);
export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("The designer's parts stand within a DeskProvider.");
  return desk;
}

/** A part of what is shared, drawn anew as it changes. */
export function useShared<T>(pick: (state: State) => T): T {
  return useStore(useDesk().store, pick);
}

export function useHistory(): { canUndo: boolean; canRedo: boolean } {
  const { temporal: past } = useDesk().store;
  const canUndo = useStore(past, (state) => state.pastStates.length > 0);
  const canRedo = useStore(past, (state) => state.futureStates.length > 0);
  return { canUndo, canRedo };
}
