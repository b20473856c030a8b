/** What the page asks of its server, and the answers: see journeys/admin/designer.py. */

import type { Urls as RuleUrls } from "../server";
import type { Graph, Json, Kind, Schema } from "./graph";
import type { Terms, Walked } from "./rehearsal";

export interface Fault {
  path: string;
  message: string;
  step?: string | null;
}
export interface Warning {
  code: string;
  message: string;
  step?: string | null;
}
export interface Check {
  faults: Fault[];
  warnings: Warning[];
  sayings: Record<string, string>;
  branches: Record<string, string[]>;
  /** When a schedule comes round next, as its clocks show it. */
  runs?: string[];
}
export interface Found {
  value: string;
  title: string;
  hint?: string;
  preview?: string;
}
export interface StepNumbers {
  came?: number;
  waiting?: number;
  passed?: number;
  sent?: number;
  held?: number;
  suppressed?: number;
  failed?: number;
  opened?: number;
  clicked?: number;
}
export interface Numbers {
  steps: Record<string, StepNumbers>;
  edges: Record<string, Record<string, number>>;
  entered: number;
  converted: number;
  value: { currency: string; amount: string }[];
  ended: Record<string, number>;
  as_of: string;
  /** Instead of all others: it would take too long. */
  slow?: string;
}
export interface Theirs {
  detail: string;
  revision: number;
  graph: Graph;
  by: string;
  at: string;
}
export interface Stage {
  slug: string;
  number: number;
  label: string;
}
export interface Part {
  schema: Schema;
  fresh: Json;
}
export interface Simulated {
  id: number;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  said: string;
  error: string;
  percent: number;
  days: number;
  customers: number;
  asked_at: string;
  /** Whether the draft on the server is still what was simulated. */
  is_of_draft: boolean;
  urls: Record<"numbers" | "stop" | "page", string>;
  numbers?: Numbers;
  /** How many customers were really drawn. */
  drawn?: number;
}
type Url = "save" | "check" | "look" | "overview" | "publish" | "walk" | "keep_test" | "tests" | "simulations" | "comments" | "login";
export interface Boot {
  journey: { slug: string; name: string; state: string; serves: Stage | null; leads_to: Stage | null; url: string };
  draft: Graph;
  revision: number;
  live: Graph | null;
  live_version: number | null;
  versions: { number: number; published_at: string }[];
  can: { edit: boolean; publish: boolean; see_people: boolean };
  triggers: Kind[];
  steps: Kind[];
  groups: { key: string; title: string }[];
  parts: Record<"goal" | "exit" | "holdout", Part>;
  simulation: { days: [number, string][]; customers: number[]; is_running: boolean };
  rehearsal: { person: Json; channels: [string, string][]; answers: [string, string][]; now: string };
  branch_names?: Record<string, string>;
  words: Record<string, string>;
  rule_urls: RuleUrls;
  urls: Record<Url, string> & Partial<Record<"numbers" | "people" | "copy", string>>;
  check?: Check;
}

const PATIENCE = 30_000; // milliseconds until a save that nobody answers is made anew

/** What is to be told of what went wrong, in sentences. */
export function toldOf(error: unknown, t: (key: string) => string): string[] {
  if (!(error instanceof Refused) || error.status === 0) return [t("no_server")];
  const told = error.errors.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return told.length ? told : [error.message];
}

/** The server refused: its status, and what it says. 0: it was not reached. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: Json,
  ) {
    super(typeof body.detail === "string" ? body.detail : String(status));
  }

  /** What the server says is wrong, each with its place. */
  get errors(): { path: string; message: string }[] {
    return Array.isArray(this.body.errors) ? (this.body.errors as { path: string; message: string }[]) : [];
  }
}

/** The token of the session as it is now: it is another one after somebody has logged in again. */
export function token(): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ?? document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
}

export class Api {
  constructor(private urls: Boot["urls"]) {}

  save(graph: Graph, revision: number, force: boolean) {
    const body = { graph, revision, ...(force && { force }) };
    return this.post<{ revision: number; check: Check }>(this.urls.save, body, AbortSignal.timeout(PATIENCE));
  }

  check(graph: Graph, signal?: AbortSignal) {
    return this.post<Check>(this.urls.check, { graph }, signal);
  }

  copy(graph: Graph) {
    return this.post<{ url: string }>(this.urls.copy ?? "", { graph });
  }

  async look(what: string, q: string, of: string, signal?: AbortSignal): Promise<Found[]> {
    return (await this.get<{ results: Found[] }>(this.urls.look, { what, q, of }, signal)).results;
  }

  numbers(values: Record<string, string>, signal?: AbortSignal) {
    return this.get<Numbers>(this.urls.numbers ?? "", values, signal);
  }

  walk(graph: Graph, terms: Terms, signal: AbortSignal) {
    return this.post<Walked>(this.urls.walk, { graph, terms }, signal);
  }

  /** Keep a walk through the stored draft as a test. */
  keepTest(name: string, terms: Terms) {
    return this.post<{ name: string }>(this.urls.keep_test, { name, terms });
  }

  async simulations(): Promise<Simulated[]> {
    return (await this.get<{ simulations: Simulated[] }>(this.urls.simulations, {})).simulations;
  }

  simulate(days: number, customers: number) {
    return this.post<Simulated>(this.urls.simulations, { days, customers });
  }

  simulated(one: Simulated, signal?: AbortSignal) {
    return this.get<Simulated>(one.urls.numbers, {}, signal);
  }

  stop(one: Simulated) {
    return this.post<Simulated>(one.urls.stop, {});
  }

  private get<T>(url: string, values: Record<string, string>, signal?: AbortSignal): Promise<T> {
    const asked = Object.entries(values).filter(([, value]) => value !== "");
    return this.ask(`${url}?${new URLSearchParams(asked)}`, { signal });
  }

  private post<T>(url: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
    return this.ask(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  }

  private async ask<T>(url: string, options: RequestInit): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(url, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...options.headers } });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Refused(0, {});
    }
    const isJson = answer.headers.get("Content-Type")?.includes("json") ?? false;
    if (answer.ok && isJson) return (await answer.json()) as T;
    const body = isJson ? ((await answer.json().catch(() => ({}))) as Json) : {};
    throw new Refused(answer.ok ? 401 : answer.status, body); // a page instead of JSON: the way to the log-in
  }
}
