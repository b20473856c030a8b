/** What every part of the builder shares: the tree and how it is changed, the words, the server, what was found. */

import { createContext, useContext } from "react";
import type { Path } from "react-querybuilder";

import type { Answer, Problem, Server } from "./server";
import type { Group } from "./tree";
import type { Family, Vocabulary } from "./vocabulary";

export interface Desk {
  /** The tree as it stands: for what happens on a click, so that a line needs no drawing where only others changed. */
  tree: () => Group;
  /** Put another tree in the place of this one; changes of one `tag` in a row are undone together. */
  change: (tree: Group, tag?: string) => void;
  vocabulary: Vocabulary;
  families: Map<string, Family>;
  t: (key: string, values?: Record<string, string | number>) => string;
  server: Server;
  problems: Problem[];
  answers: Map<string, Answer>;
  /** Labels of values of small sources (stages, segments …), by source and value. */
  labels: Map<string, string>;
  /** The part that takes the focus once it is drawn. */
  focus: { id: string | null };
  dragged: { path: Path | null };
  say: (text: string) => void;
}

const DeskContext = createContext<Desk | null>(null);
export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("The builder's parts stand within a DeskProvider.");
  return desk;
}

/** The problems of one part by what they are about within it: a setting, `where.0.value`, or the part itself. */
export function problemsAt(problems: Problem[], path: string): { rest: string; message: string }[] {
  return problems.flatMap(({ path: at, message }) => {
    const [, part = "", rest = ""] = /^((?:rules\.\d+(?:\.|$))*)(.*)$/.exec(at) ?? [];
    return part.replace(/\.$/, "") === path ? [{ rest, message }] : [];
  });
}
