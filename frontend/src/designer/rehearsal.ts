/** A rehearsal: what of a walk is seen up to a moment, and where that stands on the canvas. Pure. */

import type { Graph, Json, Trigger } from "./graph";
import { NEXT, stepsOf, TRIGGER } from "./graph";
import { wayId } from "./layout";

export interface Why {
  name: string;
  holds: boolean;
  is_taken: boolean;
  answers: { words: string; holds: boolean; found: string }[];
}
export interface Seen {
  at: string;
  kind: "input" | "customer" | "entered" | "passed" | "waits" | "message" | "goal" | "ended" | "failed" | "refused";
  step: string;
  icon: string;
  /** Empty: the step's own. */
  title: string;
  note: string;
  until: string | null;
  why: Why[];
  branch?: string;
  /** The events that it waits for. */
  awaits?: string;
  message?: number;
  state?: string;
  fate?: string;
  reason?: string;
  /** How the message looks; told once, where it is seen last. */
  frame?: string;
  subject?: string;
}
export interface Walked {
  customer: string | null;
  zone: string;
  starts_at: string;
  stands_at: string;
  is_cut: boolean;
  has_entered: boolean;
  seen: Seen[];
}
export interface Input extends Json {
  at: string;
  kind: string;
}
export interface Terms {
  person: Json;
  starts_at: string;
  inputs: Input[];
  until?: string;
}
/** Where the walk has led: which steps were passed, where the customer stands, which ways were taken. */
export interface Lit {
  cards: Map<string, "passed" | "here">;
  ways: Set<string>;
}
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

export function momentOf(text: string): number {
  return new Date(text).getTime();
}

/** What sets the journey off; a customer who enters whatever does, where that is no event of their own. */
export function beginning(trigger: Trigger | undefined): Input[] {
  const event = trigger?.kind === "event" ? trigger.event : undefined;
  if (event === "$customer_created") return []; // being made up sets it off
  if (typeof event === "string" && event && !event.startsWith("$")) return [{ at: "PT0S", kind: "event", event, properties: {} }];
  return [{ at: "PT0S", kind: "enter", properties: {} }];
}

export function seenUntil(walked: Walked, clock: number): Seen[] {
  return walked.seen.filter((one) => momentOf(one.at) <= clock);
}

/** The moments at which something was seen, and the start. */
export function stopsOf(walked: Walked): number[] {
  return [...new Set([walked.starts_at, ...walked.seen.map((one) => one.at)].map(momentOf))].sort((a, b) => a - b);
}

/** From when to when the clock can be set: some time after the last stop too, so that more can happen. */
export function reachOf(walked: Walked): [number, number] {
  const stops = stopsOf(walked);
  const start = momentOf(walked.starts_at);
  const last = Math.max(momentOf(walked.stands_at), stops[stops.length - 1] ?? start);
  return [start, last + Math.max(DAY, Math.round((last - start) / 10))];
}

/** When something happens that is let happen while the clock stands there: after all that was seen at that moment. */
export function happensAt(walked: Walked | null, clock: number): number {
  return walked?.seen.some((one) => momentOf(one.at) === clock) ? clock + MINUTE : clock;
}

export function litAt(graph: Graph, walked: Walked, clock: number): Lit {
  const steps = stepsOf(graph);
  const lit: Lit = { cards: new Map(), ways: new Set() };
  for (const { kind, step, branch = NEXT } of seenUntil(walked, clock)) {
    if (kind === "entered") {
      lit.cards.set(TRIGGER, "passed");
      lit.ways.add(wayId({ from: TRIGGER, branch: NEXT }));
    }
    if (!steps.has(step)) continue;
    if (kind === "entered" || kind === "waits" || kind === "failed") lit.cards.set(step, "here");
    if (kind === "passed" || kind === "ended") lit.cards.set(step, "passed");
    if (kind === "passed") lit.ways.add(wayId({ from: step, branch: steps.get(step)?.branches?.[branch] === undefined ? NEXT : branch }));
  }
  return lit;
}
