/** Finding steps and kinds by what is typed. Pure. */

import type { Graph, Kind, Step } from "./graph";
import { stepsOf } from "./graph";

/** A text without capitals, accents and hyphens: who types "email" means "e-mail". */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}|[-\u2010\u2011]/gu, "").toLowerCase();
}

/** Whether each typed word stands somewhere in a text. */
export function fits(text: string, typed: string): boolean {
  const within = folded(text);
  return folded(typed).split(/\s+/).every((word) => within.includes(word));
}

export function kindsFor(kinds: readonly Kind[], typed: string): Kind[] {
  const found = kinds.filter((kind) => fits(`${kind.title} ${kind.description} ${kind.kind}`, typed));
  const first = (kind: Kind) => (folded(kind.title).startsWith(folded(typed.trim())) ? 0 : fits(kind.title, typed) ? 1 : 2);
  return typed.trim() ? [...found].sort((a, b) => first(a) - first(b)) : found;
}

/** The steps in whose id, note, settings or `words` all typed words stand, in their order. */
export function stepsWith(graph: Graph, typed: string, words: (step: Step) => string): string[] {
  if (!typed.trim()) return [];
  const all = [...stepsOf(graph).values()];
  return all.filter((step) => fits(`${step.id} ${step.note ?? ""} ${words(step)} ${values(step.settings)}`, typed)).map((step) => step.id);
}

function values(value: unknown): string {
  if (Array.isArray(value)) return value.map(values).join(" ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(values).join(" ");
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
