/** Settings that are made of parts: one of several shapes, or a list of parts of one shape. */

import { Sign } from "../Value";
import type { Fault } from "./api";
import type { Given } from "./Form";
import { Fields } from "./Form";
import type { Json, Schema } from "./graph";
import { faultsWithin, freshPart, resolved } from "./schema";
import { useDesk } from "./store";

export function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

interface PartProps {
  schema: Schema;
  root: Schema;
  set: (value: unknown) => void;
  faults: Fault[];
  given: Given;
}

/** One of several shapes, told apart by one of their fields. */
export function Union({ schema, root, value, set, faults, given }: PartProps & { value: Json }) {
  const { t } = useDesk();
  const by = String((schema.discriminator as Json | undefined)?.propertyName ?? "kind");
  const shapes = (schema.oneOf ?? []).map((one) => resolved(one, root));
  const choices = shapes.flatMap((shape) => {
    const own = resolved(shape.properties?.[by] ?? {}, root);
    const labels = (own.labels ?? {}) as Record<string, string>;
    return (own.enum ?? [own.const]).map((name) => ({ name: String(name), label: labels[String(name)] ?? String(name), shape }));
  });
  const chosen = choices.find((one) => one.name === value[by]) ?? choices[0];
  return (
    <div className="d-part">
      <select
        className="b-select"
        aria-label={resolved(chosen?.shape.properties?.[by] ?? {}, root).title ?? t("kind")}
        value={chosen?.name}
        onChange={(event) => {
          const next = choices.find((one) => one.name === event.target.value);
          if (!next) return;
          const kept = Object.entries(value).filter(([name]) => next.shape.properties?.[name]);
          set({ ...freshPart(next.shape, root), ...Object.fromEntries(kept), [by]: next.name });
        }}
      >
        {choices.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
      {chosen && (
        <Fields schema={chosen.shape} root={root} value={value} onChange={set} faults={faults.map((fault) => ({ ...fault, path: fault.path.replace(`${chosen.name}.`, "") }))} given={given} without={[by]} />
      )}
    </div>
  );
}

/** A list of parts, each with its settings: cases, parts of a split, contents by channel. */
export function Parts({ schema, root, value, set, faults, given, label }: PartProps & { value: unknown; label: string }) {
  const { t, can } = useDesk();
  const shape = schema.items ?? {};
  const parts = (Array.isArray(value) ? value : []).map(asJson);
  const most = typeof schema.maxItems === "number" ? schema.maxItems : 100;
  const least = typeof schema.minItems === "number" ? schema.minItems : 0;
  const put = (at: number, part: Json) => set(parts.map((one, own) => (own === at ? part : one)));
  const swap = (at: number, by: number) => {
    const next = [...parts];
    [next[at], next[at + by]] = [next[at + by] as Json, next[at] as Json];
    set(next);
  };
  const names = parts.map((part) => String(part.branch ?? ""));
  const sign = (at: number, icon: string, word: string, act: () => void, isOff: boolean) => (
    <button type="button" className="b-icon" disabled={isOff} aria-label={t(word, { name: names[at] || at + 1 })} title={t(word, { name: names[at] || at + 1 })} onClick={act}>
      <Sign name={icon} />
    </button>
  );
  return (
    <div className="d-parts">
      {parts.map((part, at) => (
        <div className="d-part" role="group" aria-label={`${label} ${at + 1}`} key={at}>
          {can && (
            <span className="d-part-acts">
              {sign(at, "arrow_upward", "part_up", () => swap(at, -1), at === 0)}
              {sign(at, "arrow_downward", "part_down", () => swap(at, 1), at === parts.length - 1)}
              {sign(at, "close", "part_out", () => set(parts.filter((_, own) => own !== at)), parts.length <= least)}
            </span>
          )}
          <Fields
            schema={shape}
            root={root}
            value={part}
            onChange={(next) => put(at, next)}
            faults={faultsWithin(faults, String(at))}
            given={given}
            taken={names.filter((_, own) => own !== at)}
          />
        </div>
      ))}
      {can && parts.length < most && (
        <button type="button" className="b-add" onClick={() => set([...parts, freshPart(shape, root, parts)])}>
          <Sign name="add" />
          {t("add_part", { what: label })}
        </button>
      )}
    </div>
  );
}
