/** What was done, to be undone and done again. */

import { useCallback, useReducer } from "react";

const MOST = 200;
const TOGETHER = 900; // milliseconds within which changes of one tag are one step

interface History<T> {
  past: T[];
  now: T;
  future: T[];
  tag: string | undefined;
  at: number;
}
type Action<T> = { do: "change"; next: T; tag: string | undefined; at: number } | { do: "undo" } | { do: "redo" };

export function step<T>(history: History<T>, action: Action<T>): History<T> {
  const { past, now, future } = history;
  if (action.do === "change") {
    const isSame = action.tag !== undefined && action.tag === history.tag && action.at - history.at < TOGETHER;
    return { past: isSame ? past : [...past, now].slice(-MOST), now: action.next, future: [], tag: action.tag, at: action.at };
  }
  const [from, to] = action.do === "undo" ? [past, future] : [future, past];
  const next = from.at(-1);
  if (next === undefined) return history;
  const [less, more] = [from.slice(0, -1), [...to, now]];
  const [before, after] = action.do === "undo" ? [less, more] : [more, less];
  return { past: before, now: next, future: after, tag: undefined, at: 0 };
}

export function useHistory<T>(first: T) {
  const [history, dispatch] = useReducer(step<T>, { past: [], now: first, future: [], tag: undefined, at: 0 });
  return {
    now: history.now,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: useCallback((next: T, tag?: string) => dispatch({ do: "change", next, tag, at: Date.now() }), []),
    undo: useCallback(() => dispatch({ do: "undo" }), []),
    redo: useCallback(() => dispatch({ do: "redo" }), []),
  };
}
