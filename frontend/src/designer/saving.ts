/** Keeps a draft: in the browser at once, on the server soon after; through lost lines, ended sessions and other people's saves. */

import type { Check, Theirs } from "./api";
import { Refused } from "./api";
import { canonical } from "./differ";
import type { Graph } from "./graph";

const AFTER = 700; // milliseconds without a further change
const AGAIN = [2_000, 4_000, 8_000, 15_000, 30_000];

export type State =
  | { is: "saved" | "waiting" | "saving" | "offline" | "login" }
  | { is: "refused"; why: string }
  | { is: "conflict"; theirs: Theirs };
export interface Kept {
  graph: Graph;
  revision: number;
  /** What was last saved, of which `graph` was made. */
  base?: Graph;
}
interface Ways {
  save: (graph: Graph, revision: number, force: boolean) => Promise<{ revision: number; check: Check }>;
  /** Where an unsaved draft outlives the page. */
  store: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  key: string;
  tell: (state: State) => void;
  checked: (check: Check) => void;
}

export class Saving {
  private state: State = { is: "saved" };
  private draft: Graph | null = null; // what the server doesn't have yet
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private sending: Promise<void> = Promise.resolve();
  private unanswered = new Set<string>(); // sent and perhaps saved: no answer came

  constructor(
    private ways: Ways,
    private revision: number,
    private saved: Graph,
  ) {}

  /** What was kept when the page was last left before it could be saved. */
  static kept(store: Ways["store"], key: string): Kept | null {
    try {
      const read = JSON.parse(store.getItem(key) ?? "null") as Kept | null;
      return read && typeof read.revision === "number" && typeof read.graph === "object" && read.graph !== null ? read : null;
    } catch {
      return null;
    }
  }

  /** What we began with: what the server had when we last agreed. */
  get base(): Graph {
    return this.saved;
  }

  get isSafe(): boolean {
    return this.draft === null;
  }

  /** The draft has changed: kept here now, and saved when the hand rests. */
  change(graph: Graph): void {
    this.draft = graph;
    this.keep();
    if (this.state.is === "conflict" || this.state.is === "login" || this.state.is === "saving") return;
    this.set({ is: this.state.is === "offline" ? "offline" : "waiting" });
    if (this.state.is !== "offline") this.plan(AFTER);
  }

  /** Save now what is not saved, after what is under way; `force` over what others saved. Whether all is saved then. */
  async flush(force = false): Promise<boolean> {
    while (this.state.is === "saving") await this.sending;
    clearTimeout(this.timer);
    if (this.draft !== null && (this.state.is !== "conflict" || force)) await (this.sending = this.send(this.draft, force));
    return this.isSafe;
  }

  private async send(sent: Graph, force: boolean): Promise<void> {
    this.set({ is: "saving" });
    try {
      const { revision, check } = await this.ways.save(sent, this.revision, force);
      this.revision = revision;
      this.saved = sent;
      this.unanswered.clear();
      this.failures = 0;
      this.ways.checked(check);
      if (this.draft === sent) this.settle();
      else {
        this.keep();
        this.set({ is: "waiting" });
        this.plan(AFTER);
      }
    } catch (error) {
      this.fail(error, sent);
    }
  }

  /** Another page of this browser has taken away what was kept, for its own is saved: ours is kept anew, and tried. */
  keepAgain(): void {
    if (this.draft === null) return;
    this.keep();
    void this.flush();
  }

  /** Somebody else's draft takes the place of ours. */
  take(theirs: Theirs): Graph {
    this.rebase(theirs);
    return theirs.graph;
  }

  /** What changes from now on is made of somebody else's draft. */
  rebase(theirs: Theirs): void {
    this.revision = theirs.revision;
    this.saved = theirs.graph;
    this.settle();
  }

  /** Ours is safe elsewhere: as a copy. */
  forget(): void {
    this.ways.store.removeItem(this.ways.key);
    this.draft = null;
  }

  private fail(error: unknown, sent: Graph): void {
    const refused = error instanceof Refused ? error : new Refused(0, {});
    const { status, body } = refused;
    if (status === 409) {
      const theirs = body as unknown as Theirs;
      if (this.draft && canonical(theirs.graph) === canonical(this.draft)) {
        return this.rebase(theirs); // both say the same: nothing to choose
      }
      if (this.unanswered.has(canonical(theirs.graph))) {
        [this.revision, this.saved] = [theirs.revision, theirs.graph];
        this.set({ is: "waiting" }); // they are we: only the answer was lost
        return this.plan(0);
      }
      return this.set({ is: "conflict", theirs });
    }
    if (status === 401) return this.set({ is: "login" });
    if (status >= 400 && status < 500) {
      return this.set({ is: "refused", why: refused.errors[0]?.message ?? refused.message });
    }
    this.unanswered.add(canonical(sent));
    this.set({ is: "offline" });
    this.plan(AGAIN[Math.min(this.failures++, AGAIN.length - 1)] as number);
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.forget();
    this.set({ is: "saved" });
  }

  private keep(): void {
    try {
      this.ways.store.setItem(this.ways.key, JSON.stringify({ graph: this.draft, revision: this.revision, base: this.saved }));
    } catch {
      // the browser's room is full: the server still has all but the last changes
    }
  }

  private plan(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), milliseconds);
  }

  private set(state: State): void {
    this.state = state;
    this.ways.tell(state);
  }
}
