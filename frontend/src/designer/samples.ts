/** What the tests of this folder share: a few kinds, and graphs that are quickly written. */

import type { Graph, Kind, Kinds, Step } from "./graph";

function kind(name: string, more: Partial<Kind> = {}): Kind {
  return { kind: name, title: name, description: "", group: "", icon: "", schema: { type: "object", properties: {} }, branches: ["next"], ends: false, sends: null, fresh: {}, ...more };
}
const STEP = { type: "string", widget: "step:sending" };
const ALL: Kind[] = [
  kind("wait", { fresh: { span: "P1D" } }),
  kind("send_email", { branches: ["sent", "not_sent"], sends: "email", takes_next: true }),
  kind("branch", { branches: { from: "rules", also: ["else"] }, fresh: { rules: [{ branch: "yes" }] }, takes_next: true }),
  kind("holdout", { branches: ["held_out", "next"], takes_next: true }),
  kind("goto", { branches: ["again", "exhausted"], takes_next: false }),
  kind("branch_message", { branches: { from: "cases", also: ["else"] }, schema: { type: "object", properties: { step: STEP } } }),
  kind("exit", { branches: null, ends: true }),
];
export const KINDS: Kinds = new Map(ALL.map((one) => [one.kind, one]));

export function kindOf(name: string): Kind {
  return KINDS.get(name) as Kind;
}

/** `steps` by id: their kind, and where their branches lead. */
export function graph(start: string, steps: Record<string, [kind: string, branches?: Record<string, string | null>, settings?: Step["settings"]]>): Graph {
  const written = Object.entries(steps).map(([id, [name, branches, settings = {}]]) => ({ id, kind: name, settings, ...(branches && { branches }) }));
  return { trigger: { kind: "event", event: "Order Completed" }, start, steps: written };
}

/** Each step's branches by its id. */
export function ways(of: Graph): Record<string, Record<string, string | null>> {
  return Object.fromEntries((of.steps ?? []).map((step) => [step.id, step.branches ?? {}]));
}

const RULES = { rules: [{ branch: "yes" }, { branch: "maybe" }] };
/** ask → yes: mail → end; maybe: pause; else: pause → bye */
export const PARTED = graph("ask", {
  ask: ["branch", { yes: "mail", maybe: "pause", else: "pause" }, RULES],
  mail: ["send_email", { next: null }],
  pause: ["wait", { next: "bye" }],
  bye: ["exit"],
});
