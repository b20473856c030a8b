/** What the server says of the rule as it is edited: its sentence, its problems, whom it finds, why. Stale questions are aborted. */

import { useEffect, useState } from "react";

import type { Count, Explanation, Read, Server } from "./server";

const READ_AFTER = 200;
const COUNT_AFTER = 450;

export interface Live {
  read: Read;
  count: Count | null;
  isCounting: boolean;
  hasFailed: boolean;
}

function after(milliseconds: number, run: (signal: AbortSignal) => Promise<void>): () => void {
  const asking = new AbortController();
  const timer = setTimeout(() => void run(asking.signal), milliseconds);
  return () => {
    clearTimeout(timer);
    asking.abort();
  };
}

/** `rule` is its JSON text; `segment` the key of the segment whose it is, null for a stage. */
export function useLive(server: Server, rule: string, segment: () => string | null): Live {
  const [live, setLive] = useState<Live>({ read: {}, count: null, isCounting: true, hasFailed: false });

  useEffect(
    () =>
      after(READ_AFTER, async (signal) => {
        const tell = (more: Partial<Live>) => signal.aborted || setLive((was) => ({ ...was, ...more }));
        try {
          tell({ hasFailed: false, isCounting: true });
          const read = await server.read(JSON.parse(rule), segment(), signal);
          tell(read.problems ? { read, isCounting: false } : { read }); // who was found last stays, dimmed
          if (read.problems) return;
          await new Promise((done) => setTimeout(done, COUNT_AFTER - READ_AFTER));
          if (signal.aborted) return;
          let count = await server.preview(JSON.parse(rule), false, signal);
          tell({ count, isCounting: count.is_estimate === true });
          if (!count.is_estimate) return;
          count = await server.preview(JSON.parse(rule), true, signal);
          tell({ count, isCounting: false });
        } catch {
          tell({ hasFailed: true, isCounting: false });
        }
      }),
    [server, rule],
  );
  return live;
}

/** Why the customer is in or out; asked again as the rule changes. */
export function useReasons(server: Server, rule: string, customer: string | null, ofStages: boolean) {
  const [reasons, setReasons] = useState<{ lines: Explanation; stages: Explanation } | null>(null);
  useEffect(() => {
    if (customer === null) return setReasons(null);
    return after(READ_AFTER, async (signal) => {
      try {
        const [lines, stages] = await Promise.all([
          server.explain(JSON.parse(rule), customer, signal),
          ofStages ? server.explainStages(customer, signal) : {},
        ]);
        if (!signal.aborted) setReasons({ lines, stages });
      } catch {
        if (!signal.aborted) setReasons(null);
      }
    });
  }, [server, rule, customer, ofStages]);
  return reasons;
}
