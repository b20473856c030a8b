/** Rehearsing: the draft is walked anew after each change of it, of who walks or of what happens. */

import { useEffect } from "react";

import { toldOf } from "./api";
import type { Input, Terms } from "./rehearsal";
import { beginning, happensAt, litAt, momentOf, reachOf, stopsOf } from "./rehearsal";
import type { Desk, Rehearsal } from "./store";
import { useDesk, useShared } from "./store";

const AFTER = 400; // milliseconds without a further change

/** Begin to rehearse, or end it. */
export function rehearse(desk: Desk): void {
  const { rehearsal, graph } = desk.now;
  if (rehearsal) return desk.set({ rehearsal: null, lit: null });
  const { person, now } = desk.boot.rehearsal;
  const first = { person, name: "", startsAt: now, inputs: beginning(graph.trigger), walked: null, clock: momentOf(now), isWalking: true, errors: [] };
  desk.set({ rehearsal: first, chosen: [] });
}

export function change(desk: Desk, part: Partial<Rehearsal>): void {
  const { rehearsal } = desk.now;
  if (rehearsal) desk.set({ rehearsal: { ...rehearsal, ...part } });
}

export function termsOf({ person, startsAt, inputs }: Rehearsal): Terms {
  return { person, starts_at: startsAt, inputs };
}

/** Let something happen where the clock stands, which then stands behind it. */
export function letHappen(desk: Desk, given: Omit<Input, "at"> & { kind: string }): void {
  const { rehearsal } = desk.now;
  if (!rehearsal) return;
  const at = happensAt(rehearsal.walked, rehearsal.clock);
  change(desk, { clock: at, inputs: [...rehearsal.inputs, { ...given, at: new Date(at).toISOString() }] });
}

/** Set the clock, as far as it reaches. */
export function setClock(desk: Desk, to: number): void {
  const walked = desk.now.rehearsal?.walked;
  if (!walked) return;
  const [first, last] = reachOf(walked);
  const clock = Math.min(Math.max(to, first), last);
  change(desk, { clock });
  desk.set({ lit: litAt(desk.now.graph, walked, clock) });
}

/** To the next moment at which something is seen, or the one before. */
export function toStop(desk: Desk, by: 1 | -1): void {
  const { rehearsal } = desk.now;
  if (!rehearsal?.walked) return;
  const { clock, walked } = rehearsal;
  const stops = stopsOf(walked);
  const next = by === 1 ? stops.find((stop) => stop > clock) : stops.filter((stop) => stop < clock).pop();
  if (next !== undefined) setClock(desk, next);
}

/** Walk whenever something has changed. */
export function useWalk(): void {
  const desk = useDesk();
  const isOn = useShared((state) => state.rehearsal !== null);
  const graph = useShared((state) => state.graph);
  const person = useShared((state) => state.rehearsal?.person);
  const startsAt = useShared((state) => state.rehearsal?.startsAt);
  const inputs = useShared((state) => state.rehearsal?.inputs);
  const trigger = useShared((state) => state.graph.trigger);
  useFirstInput(desk);
  useEffect(() => {
    if (!isOn) return;
    const asking = new AbortController();
    change(desk, { isWalking: true });
    const timer = setTimeout(() => void walk(desk, asking.signal), AFTER);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [desk, isOn, graph, person, startsAt, inputs, trigger]);
}

async function walk(desk: Desk, signal: AbortSignal): Promise<void> {
  const { rehearsal, graph } = desk.now;
  if (!rehearsal) return;
  try {
    const walked = await desk.api.walk(graph, termsOf(rehearsal), signal);
    change(desk, { walked, isWalking: false, errors: [] });
    setClock(desk, rehearsal.walked ? (desk.now.rehearsal?.clock ?? 0) : momentOf(walked.starts_at));
    desk.say("walked");
  } catch (error) {
    if (signal.aborted) return;
    change(desk, { isWalking: false, errors: toldOf(error, desk.t) });
  }
}

/** What sets the journey off goes along with its trigger, as long as nobody has said otherwise. */
function useFirstInput(desk: Desk): void {
  const trigger = useShared((state) => state.graph.trigger);
  useEffect(() => {
    const first = JSON.stringify(beginning(trigger));
    return () => {
      const { rehearsal, graph } = desk.now;
      if (rehearsal && JSON.stringify(rehearsal.inputs) === first) change(desk, { inputs: beginning(graph.trigger) });
    };
  }, [desk, trigger]);
}
