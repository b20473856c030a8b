/** The keyboard: what each key does on the canvas and in the list. The help sheet is drawn from the same table. */

import { choose, duplicate, nextIssue, remove, removeWithTail } from "./acts";
import { zoom } from "./Canvas";
import type { Layout } from "./layout";
import { listed } from "./linear";
import type { Entry } from "./linear";
import { drawnWays, targetOf, TRIGGER, waysFrom } from "./graph";
import { openAfter } from "./Panel";
import type { Desk } from "./store";
import { rehearse, toStop } from "./walking";

type Direction = "up" | "down" | "left" | "right";
interface Key {
  keys: string[];
  word: string;
  edits?: boolean;
  act: (desk: Desk, layout: Layout, isMore: boolean) => void;
}

/** The card that lies next: on and back along the ways, aside by where cards stand. */
export function neighbour(desk: Desk, layout: Layout, id: string, to: Direction): string | null {
  const { graph, check, isList } = desk.now;
  const { ways } = drawnWays(graph, desk.kinds, check.branches);
  if (isList && (to === "up" || to === "down")) {
    const order = inList(desk);
    return order[order.indexOf(id) + (to === "down" ? 1 : -1)] ?? null;
  }
  if (to === "down") {
    const targets = waysFrom(graph, id, desk.kinds, check.branches).map((way) => targetOf(graph, way));
    return targets.find((target) => target !== null) ?? null;
  }
  if (to === "up") return ways.find((way) => way.to === id && !way.isBack)?.from ?? null;
  const here = layout.cards.find((card) => card.id === id);
  if (!here) return null;
  const beside = layout.cards.filter(
    (card) => !card.isGhost && card.y < here.y + here.height && here.y < card.y + card.height && (to === "left" ? card.x < here.x : card.x > here.x),
  );
  return beside.sort((a, b) => Math.abs(a.x - here.x) - Math.abs(b.x - here.x))[0]?.id ?? null;
}

function inList(desk: Desk): string[] {
  const { graph, check } = desk.now;
  const { entries, detached } = listed(graph, desk.kinds, check.branches);
  const ids = (some: Entry[]): string[] => some.flatMap((one) => (one.is === "step" ? [one.id, ...one.branches.flatMap((branch) => ids(branch.entries))] : []));
  return [TRIGGER, ...ids(entries), ...ids(detached)];
}

function go(to: Direction): Key["act"] {
  return (desk, layout, isMore) => {
    const next = neighbour(desk, layout, desk.now.at, to);
    if (next === null) return;
    const { chosen, at } = desk.now;
    choose(desk, isMore ? [...new Set([...(chosen.length ? chosen : [at]), next])] : [next], next);
  };
}

function toPanel(desk: Desk): void {
  if (desk.now.chosen.length !== 1) choose(desk, [desk.now.at]);
  requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-panel] :is(input, select, textarea, button:not(.d-panel-close)):not(:disabled)")?.focus());
}

export const KEYS: Key[] = [
  { keys: ["ArrowDown"], word: "key_down", act: go("down") },
  { keys: ["ArrowUp"], word: "key_up", act: go("up") },
  { keys: ["ArrowLeft"], word: "key_left", act: go("left") },
  { keys: ["ArrowRight"], word: "key_right", act: go("right") },
  { keys: ["Home"], word: "key_home", act: (desk) => choose(desk, [TRIGGER]) },
  { keys: [" "], word: "key_choose", act: (desk) => choose(desk, desk.now.chosen.includes(desk.now.at) ? [] : [desk.now.at], desk.now.at) },
  { keys: ["Enter"], word: "key_settings", act: toPanel },
  { keys: ["a", "Insert"], word: "key_add", edits: true, act: (desk) => openAfter(desk, desk.now.at) },
  { keys: ["Delete", "Backspace"], word: "key_remove", edits: true, act: (desk) => remove(desk) },
  { keys: ["Shift+Delete"], word: "key_remove_tail", edits: true, act: (desk) => removeWithTail(desk) },
  { keys: ["Ctrl+d"], word: "key_duplicate", edits: true, act: (desk) => duplicate(desk) },
  { keys: ["Ctrl+a"], word: "key_all", act: (desk) => choose(desk, [...desk.now.steps.keys()]) },
  { keys: ["Ctrl+z"], word: "undo", edits: true, act: (desk) => desk.undo() },
  { keys: ["Ctrl+Shift+z", "Ctrl+y"], word: "redo", edits: true, act: (desk) => desk.redo() },
  { keys: ["/", "Ctrl+f"], word: "find", act: (desk) => desk.set({ open: "find" }) },
  { keys: ["n"], word: "next_issue", act: (desk) => nextIssue(desk) },
  { keys: ["l"], word: "key_list", act: (desk) => desk.set({ isList: !desk.now.isList }) },
  { keys: ["d"], word: "compare", act: (desk) => desk.compare(desk.now.difference === null) },
  { keys: ["r"], word: "rehearse", act: (desk) => rehearse(desk) },
  { keys: ["."], word: "next_stop", act: (desk) => toStop(desk, 1) },
  { keys: [","], word: "previous_stop", act: (desk) => toStop(desk, -1) },
  { keys: ["s"], word: "simulate", act: (desk) => desk.set({ open: "simulate" }) },
  { keys: ["+", "="], word: "zoom_in", act: () => zoom("in") },
  { keys: ["-"], word: "zoom_out", act: () => zoom("out") },
  { keys: ["0"], word: "zoom_fit", act: () => zoom("fit") },
  { keys: ["?"], word: "help", act: (desk) => desk.set({ open: "help" }) },
  { keys: ["Escape"], word: "key_nothing", act: (desk) => choose(desk, [], desk.now.at) },
];
/** Keys that the browser brings as events of the clipboard. */
export const CLIPBOARD: [keys: string, word: string][] = [
  ["Ctrl+c", "copy"],
  ["Ctrl+x", "cut"],
  ["Ctrl+v", "paste"],
  ["Ctrl+Shift+c", "copy_branch"],
];

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = /^[a-z]$/.test(key);
  const shift = event.shiftKey && (isLetter || event.key.length > 1) ? "Shift+" : "";
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${shift}${key}`;
}

/** Do what a key stands for; whether it stands for anything. */
export function pressed(desk: Desk, layout: Layout, event: KeyboardEvent): boolean {
  if (event.altKey) return false;
  const name = nameOf(event);
  const isMore = event.shiftKey && event.key.startsWith("Arrow");
  const key = KEYS.find((one) => one.keys.includes(isMore ? event.key : name));
  if (!key || (key.edits && !desk.can)) return false;
  key.act(desk, layout, isMore);
  return true;
}
