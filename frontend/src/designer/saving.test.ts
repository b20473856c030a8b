import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Theirs } from "./api";
import { Refused } from "./api";
import type { Graph } from "./graph";
import type { State } from "./saving";
import { Saving } from "./saving";

const KEY = "sette-draft-welcome";
const CHECK = { faults: [], warnings: [], sayings: {}, branches: {} };
const draft = (start: string): Graph => ({ start, steps: [{ id: start, kind: "wait" }] });

/** A server that answers as it is told, and a browser's store. */
function bench() {
  const stored = new Map<string, string>();
  const store = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  const server = { revision: 3, fails: [] as Refused[], loses: 0, has: draft("old"), asked: [] as [Graph, number, boolean][] };
  const states: State[] = [];
  const saving = new Saving(
    {
      store,
      key: KEY,
      tell: (state) => states.push(state),
      checked: () => undefined,
      save: async (graph, revision, force) => {
        server.asked.push([graph, revision, force]);
        const fails = server.fails.shift();
        if (fails) throw fails;
        if (revision !== server.revision && !force) throw new Refused(409, { revision: server.revision, graph: server.has, by: "Ada", at: "" });
        server.has = graph;
        server.revision++;
        if (server.loses-- > 0) throw new Refused(0, {});
        return { revision: server.revision, check: CHECK };
      },
    },
    3,
    draft("old"),
  );
  return { saving, server, store, states, last: () => states[states.length - 1] };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a draft", () => {
  it("is saved once when the hand rests, with what it was made from", async () => {
    const { saving, server, store, last } = bench();
    saving.change(draft("a"));
    saving.change(draft("b"));
    expect(Saving.kept(store, KEY)).toEqual({ graph: draft("b"), revision: 3, base: draft("old") });
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.asked).toEqual([[draft("b"), 3, false]]);
    expect(last()).toEqual({ is: "saved" });
    expect(Saving.kept(store, KEY)).toBeNull();
    saving.change(draft("c"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.asked[1]).toEqual([draft("c"), 4, false]);
  });

  it("that changes while it is saved is saved again", async () => {
    const { saving, server, last } = bench();
    saving.change(draft("a"));
    const first = saving.flush();
    saving.change(draft("b"));
    await first;
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.has).toEqual(draft("b"));
    expect(last()).toEqual({ is: "saved" });
  });

  it("is kept without a line, and saved as soon as there is one", async () => {
    const { saving, server, store, last } = bench();
    server.fails = [new Refused(0, {}), new Refused(502, {})];
    saving.change(draft("a"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(last()).toEqual({ is: "offline" });
    saving.change(draft("b"));
    expect(Saving.kept(store, KEY)?.graph).toEqual(draft("b"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.has).toEqual(draft("b"));
    expect(last()).toEqual({ is: "saved" });
  });

  it("waits for a log-in where the session has ended", async () => {
    const { saving, server, store, last } = bench();
    server.fails = [new Refused(401, {})];
    saving.change(draft("a"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([last(), server.asked.length]).toEqual([{ is: "login" }, 1]);
    expect(Saving.kept(store, KEY)).not.toBeNull();
    await saving.flush();
    expect(server.has).toEqual(draft("a"));
  });

  it("that somebody else saved too is chosen between: theirs", async () => {
    const { saving, server, last } = bench();
    server.revision = 9;
    saving.change(draft("a"));
    await vi.advanceTimersByTimeAsync(1000);
    const state = last() as { is: "conflict"; theirs: Theirs };
    expect([state.is, state.theirs.by]).toEqual(["conflict", "Ada"]);
    saving.change(draft("b"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.asked.length).toBe(1);
    expect(saving.take(state.theirs)).toEqual(draft("old"));
    saving.change(draft("c"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.has).toEqual(draft("c"));
  });

  it("or ours, over theirs", async () => {
    const { saving, server, last } = bench();
    server.revision = 9;
    saving.change(draft("a"));
    await vi.advanceTimersByTimeAsync(1000);
    await saving.flush(true);
    expect([server.has, server.revision, last()]).toEqual([draft("a"), 10, { is: "saved" }]);
  });

  it("is no conflict where both are the same", async () => {
    const { saving, server, last } = bench();
    server.revision = 9;
    server.has = { steps: [{ kind: "wait", id: "a" }], start: "a" };
    saving.change(draft("a"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(last()).toEqual({ is: "saved" });
  });

  it("that can't be read is told, and kept", async () => {
    const { saving, server, store, last } = bench();
    server.fails = [new Refused(400, { errors: [{ path: "steps", message: "too many" }] })];
    saving.change(draft("a"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([last(), server.asked.length]).toEqual([{ is: "refused", why: "too many" }, 1]);
    expect(Saving.kept(store, KEY)).not.toBeNull();
  });

  it("that a role may not save is told, and kept", async () => {
    const { saving, server, store, last } = bench();
    server.fails = [new Refused(403, { detail: "You may not do this." })];
    saving.change(draft("a"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(last()).toEqual({ is: "refused", why: "You may not do this." });
    expect(Saving.kept(store, KEY)).not.toBeNull();
  });

  it("is no conflict with itself where the answer to a save was lost", async () => {
    const { saving, server, last } = bench();
    server.loses = 1;
    saving.change(draft("a"));
    await vi.advanceTimersByTimeAsync(1000);
    expect([server.has, last()]).toEqual([draft("a"), { is: "offline" }]);
    server.fails = [new Refused(0, {})];
    saving.change(draft("b"));
    await vi.advanceTimersByTimeAsync(3000);
    saving.change(draft("c"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect([server.has, last()]).toEqual([draft("c"), { is: "saved" }]);
  });

  it("is saved whole for who waits for it, though it changed while it was saved", async () => {
    const { saving, server } = bench();
    saving.change(draft("a"));
    void saving.flush();
    saving.change(draft("b"));
    expect(await saving.flush()).toBe(true);
    expect(server.has).toEqual(draft("b"));
    server.fails = [new Refused(0, {})];
    saving.change(draft("c"));
    expect(await saving.flush()).toBe(false);
  });

  it("that another page of the browser let go of is kept anew, and tried", async () => {
    const { saving, server, store } = bench();
    server.fails = [new Refused(401, {})];
    saving.change(draft("a"));
    await saving.flush();
    store.removeItem(KEY);
    saving.keepAgain();
    expect(Saving.kept(store, KEY)?.graph).toEqual(draft("a"));
    await vi.advanceTimersByTimeAsync(0);
    expect([server.has, Saving.kept(store, KEY)]).toEqual([draft("a"), null]);
    saving.keepAgain();
    expect(Saving.kept(store, KEY)).toBeNull();
  });

  it("that was kept but is no draft is not taken", () => {
    const { store } = bench();
    for (const text of ["", "{", "[]", '{"revision": 1}']) {
      store.setItem(KEY, text);
      expect(Saving.kept(store, KEY)).toBeNull();
    }
  });
});
