/** Filters on an event's properties, by the parts of the rule builder, which are loaded when they are needed. */

import { lazy, Suspense, useMemo } from "react";

import type { Fault } from "./api";
import { ruleServer } from "./RuleField";
import { useDesk } from "./store";

const Filters = lazy(async () => ({ default: (await import("../Filters")).Filters }));

interface Props {
  value: unknown;
  set: (value: unknown) => void;
  label: string;
  event: string | undefined;
  faults: Fault[];
}

export function FilterField({ value, set, label, event, faults }: Props) {
  const desk = useDesk();
  const say = useMemo(() => (said: string) => desk.set({ said }), [desk]);
  const isSet = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
  if (!desk.can && !isSet) return <p className="s-note">{desk.t("no_filters")}</p>;
  return (
    <Suspense fallback={<p className="s-note">…</p>}>
      <div className="d-filters" {...(!desk.can && { inert: true })}>
        <Filters value={value} onChange={(next) => set(Array.isArray(next) && !next.length ? undefined : next)} label={label} event={event} server={ruleServer(desk)} problems={faults} say={say} />
      </div>
    </Suspense>
  );
}
