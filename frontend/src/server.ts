/** The server's answers to the builder: see customers/admin/builder.py. */

import type { Vocabulary } from "./vocabulary";

export interface Problem {
  path: string;
  message: string;
}
export interface Person {
  id: string;
  name: string;
  url: string;
  stage: { number: number; label: string } | null;
}
export interface Suggestion {
  value: string | number | boolean;
  label: string;
  kind: "text" | "number" | "yesno" | "moment";
  note: string;
}
export interface Read {
  sentence?: string;
  problems?: Problem[];
}
export interface Count {
  count?: number;
  count_words?: string;
  is_estimate?: boolean;
  sample?: Person[];
  warnings?: string[];
  problems?: Problem[];
  slow?: string;
}
export interface Answer {
  path: string;
  words: string;
  holds: boolean;
  found: string;
}
export interface StageAnswer {
  number: number;
  label: string;
  holds: boolean;
  is_first: boolean;
}
export interface Explanation {
  answers?: Answer[];
  stages?: StageAnswer[];
  note?: string;
  customer?: Person;
  problems?: Problem[];
}
export type Words = Record<string, string>;
export type Urls = Record<"vocabulary" | "suggestions" | "customers" | "read" | "preview" | "explain", string>;

const SMALL = ["stages", "segments", "channels", "topics"]; // sources whose values are shown by their labels

/** Asks the server; a question that is aborted, or that fails, rejects. What is the same for all builders is asked once. */
export class Server {
  private told?: Promise<{ vocabulary: Vocabulary; words: Words }>;
  private named?: Promise<Map<string, string>>;

  constructor(private urls: Urls, private token: () => string) {}

  words(): Promise<{ vocabulary: Vocabulary; words: Words }> {
    this.told ??= this.get<{ vocabulary: Vocabulary; words: Words }>("vocabulary", {}).catch((error: unknown) => {
      this.told = undefined; // the next builder asks again
      throw error;
    });
    return this.told;
  }

  /** Labels of the values of small sources, by source and value: `stages:use`. */
  labels(): Promise<Map<string, string>> {
    return (this.named ??= this.labelsOf(SMALL));
  }

  suggestions(of: string, q: string, given: Record<string, string>, signal?: AbortSignal) {
    return this.get<{ values: Suggestion[]; is_sample: boolean }>("suggestions", { ...given, of, q }, signal);
  }

  customers(q: string, signal?: AbortSignal) {
    return this.get<{ customers: Person[]; is_sample: boolean }>("customers", { q }, signal);
  }

  read(rule: unknown, segment: string | null, signal: AbortSignal) {
    return this.post<Read>("read", segment === null ? { rule } : { rule, segment }, signal);
  }

  preview(rule: unknown, exact: boolean, signal: AbortSignal) {
    return this.post<Count>("preview", { rule, exact }, signal);
  }

  explain(rule: unknown, customer: string, signal: AbortSignal) {
    return this.post<Explanation>("explain", { rule, customer }, signal);
  }

  explainStages(customer: string, signal: AbortSignal) {
    return this.post<Explanation>("explain", { customer }, signal);
  }

  private async labelsOf(sources: string[]): Promise<Map<string, string>> {
    const answers = await Promise.allSettled(sources.map((source) => this.suggestions(source, "", {})));
    const labels = answers.map((one, at) =>
      one.status === "fulfilled" ? one.value.values.map(({ value, label }) => [`${sources[at]}:${value}`, label] as const) : [],
    );
    return new Map(labels.flat());
  }

  private get<T>(name: keyof Urls, values: Record<string, string>, signal?: AbortSignal): Promise<T> {
    return this.ask(`${this.urls[name]}?${new URLSearchParams(values)}`, { signal });
  }

  private post<T>(name: keyof Urls, body: unknown, signal: AbortSignal): Promise<T> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token() };
    return this.ask(this.urls[name], { method: "POST", headers, body: JSON.stringify(body), signal });
  }

  private async ask<T>(url: string, options: RequestInit): Promise<T> {
    const answer = await fetch(url, { credentials: "same-origin", ...options });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as T;
  }
}
