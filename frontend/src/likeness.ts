/** What of the found is meant most likely. Pure. */

interface Named {
  label: string;
  group?: string;
}

function distance({ label }: Named, wanted: string): number {
  const found = label.toLowerCase();
  if (found === wanted) return 0;
  return found.startsWith(wanted) ? 1 : found.includes(wanted) ? 2 : 3;
}

/** By how like they are to what was typed; groups stay together, the one with the likeliest first. */
export function byLikeness<T extends Named>(found: T[], term: string): T[] {
  const wanted = term.trim().toLowerCase();
  if (!wanted) return found;
  const best = new Map<string | undefined, number>();
  for (const one of found) best.set(one.group, Math.min(best.get(one.group) ?? 3, distance(one, wanted)));
  const groups = [...best.keys()];
  const place = (one: T) => groups.indexOf(one.group);
  const order = (a: T, b: T) =>
    (best.get(a.group) ?? 3) - (best.get(b.group) ?? 3) || place(a) - place(b) || distance(a, wanted) - distance(b, wanted);
  return [...found].sort(order);
}
