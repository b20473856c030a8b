/** The controls of a line's settings, one for each kind of value. */

import { useState } from "react";

import type { Found, Option } from "./Combobox";
import { Combobox } from "./Combobox";
import { useDesk } from "./desk";
import { readSpan, UNITS, writeSpan } from "./span";
import type { Unit } from "./span";
import type { Json } from "./tree";
import type { ScalarKind } from "./values";
import { kindOf, readNumber, readScalar } from "./values";
import type { Setting } from "./vocabulary";

export interface ControlProps {
  label: string;
  value: unknown;
  set: (value: unknown) => void;
  isInvalid: boolean;
  describedBy: string | undefined;
}
export interface Suggesting extends ControlProps {
  source: string | null;
  given: Record<string, string>;
  /** Told the kind of a chosen path's values. */
  onKind?: (kind: ScalarKind) => void;
  kind?: ScalarKind;
}

/** The settings chosen so far that suggestions may hang on. */
export function givenBy(line: Json): Record<string, string> {
  const texts = Object.entries(line).filter(([key, value]) => typeof value === "string" && key !== "id");
  return Object.fromEntries(texts) as Record<string, string>;
}

export function useFinder(source: string | null, given: Record<string, string>) {
  const { server } = useDesk();
  return async (term: string, signal: AbortSignal): Promise<Found> => {
    if (!source) return { options: [] };
    const { values, is_sample } = await server.suggestions(source, term, given, signal);
    const options = values.map((one) => ({ ...one, key: `${typeof one.value}:${one.value}` }));
    return { options, isSample: is_sample };
  };
}

export function NumberControl({ label, value, set, isInvalid, describedBy }: ControlProps) {
  return (
    <input
      className="b-input b-number"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={isInvalid || undefined}
      aria-describedby={describedBy}
      placeholder="0"
      value={String(value ?? "")}
      onChange={(event) => {
        const text = event.target.value;
        const isPartial = /[.,]$|[.,]\d*0$/.test(text); // "2." and "2.50" are on their way to something
        set(text === "" ? undefined : isPartial ? text : (readNumber(text) ?? text));
      }}
      onBlur={(event) => {
        const read = readNumber(event.target.value);
        if (read !== null && read !== value) set(read);
      }}
    />
  );
}

export function RangeControl(props: ControlProps) {
  const { t } = useDesk();
  const { label, value, set } = props;
  const bounds = Array.isArray(value) ? (value as unknown[]) : [];
  const put = (place: number, bound: unknown) => {
    const next = [bounds[0] ?? null, bounds[1] ?? null];
    next[place] = bound ?? null;
    set(next.every((one) => one === null) ? undefined : next);
  };
  return (
    <span className="b-span" role="group" aria-label={label}>
      <NumberControl {...props} label={t("range_from", { label })} value={bounds[0]} set={(bound) => put(0, bound)} />
      <span className="b-word">{t("and")}</span>
      <NumberControl {...props} label={t("range_to", { label })} value={bounds[1]} set={(bound) => put(1, bound)} />
    </span>
  );
}

export function SpanControl({ label, value, set, isInvalid, describedBy }: ControlProps) {
  const { t } = useDesk();
  const span = readSpan(value);
  const [unit, setUnit] = useState<Unit>(span?.unit ?? "days");
  const shown = span?.unit ?? unit;
  return (
    <span className="b-span" role="group" aria-label={label}>
      <input
        className="b-input b-number"
        inputMode="numeric"
        aria-label={t("span_count", { label })}
        aria-invalid={isInvalid || undefined}
        aria-describedby={describedBy}
        value={span ? String(span.count) : ""}
        onChange={(event) => {
          const count = Number(event.target.value.replace(/\D/g, ""));
          set(count ? writeSpan({ count, unit: shown }) : undefined);
        }}
      />
      <select
        className="b-select"
        aria-label={t("span_unit", { label })}
        value={shown}
        onChange={(event) => {
          const next = event.target.value as Unit;
          setUnit(next);
          if (span) set(writeSpan({ count: span.count, unit: next }));
        }}
      >
        {UNITS.map((one) => (
          <option key={one} value={one}>
            {t(one)}
          </option>
        ))}
      </select>
    </span>
  );
}

export function MomentControl({ label, value, set, isInvalid, describedBy }: ControlProps) {
  const text = typeof value === "string" ? value : "";
  const isDay = text === "" || /^\d{4}-\d\d-\d\d$/.test(text);
  return (
    <input
      className="b-input"
      type={isDay ? "date" : "text"}
      aria-label={label}
      aria-invalid={isInvalid || undefined}
      aria-describedby={describedBy}
      value={text}
      onChange={(event) => set(event.target.value || undefined)}
    />
  );
}

export function TextControl({ label, value, set, source, given, isInvalid, describedBy, onKind }: Suggesting) {
  const { labels } = useDesk();
  const find = useFinder(source, given);
  const text = value === undefined || value === null ? "" : String(value);
  const choose = (option: Option) => {
    if (onKind && (option.kind === "number" || option.kind === "yesno")) onKind(option.kind);
    else onKind?.("text");
    set(option.value);
  };
  return (
    <Combobox
      label={label}
      text={labels.get(`${source}:${text}`) ?? text}
      find={find}
      choose={choose}
      typed={(typed) => set(typed || undefined)}
      isInvalid={isInvalid}
      describedBy={describedBy}
    />
  );
}

export function KindControl({ kind, set, label }: { kind: ScalarKind; set: (kind: ScalarKind) => void; label: string }) {
  const { t } = useDesk();
  return (
    <select
      className="b-select b-kind"
      aria-label={t("kind_of_value", { label })}
      title={t("kind_of_value", { label })}
      value={kind}
      onChange={(event) => set(event.target.value as ScalarKind)}
    >
      <option value="text">{t("kind_text")}</option>
      <option value="number">{t("kind_number")}</option>
      <option value="yesno">{t("kind_yesno")}</option>
    </select>
  );
}

export function ScalarControl(props: Suggesting) {
  const { label, value, set, isInvalid, describedBy } = props;
  const [chosen, setChosen] = useState<ScalarKind | null>(null);
  const kind = kindOf(value) ?? chosen ?? props.kind ?? "text";
  const isPlaced = chosen === null || kindOf(value) === chosen || value === undefined;
  const shown = isPlaced ? kind : chosen;
  const find = useFinder(props.source, props.given);

  function setKind(next: ScalarKind) {
    setChosen(next);
    if (value !== undefined) set(next === "yesno" ? true : readScalar(String(value), next));
    else if (next === "yesno") set(true);
  }

  return (
    <span className="b-scalar">
      {shown === "yesno" ? (
        <YesNoControl {...props} />
      ) : (
        <Combobox
          label={label}
          text={value === undefined || value === null ? "" : String(value)}
          find={find}
          choose={(option) => set(option.value)}
          typed={(typed) => set(typed === "" ? undefined : readScalar(typed, shown))}
          isInvalid={isInvalid}
          describedBy={describedBy}
        />
      )}
      <KindControl kind={shown} set={setKind} label={label} />
    </span>
  );
}

export function ChoiceControl({ setting, value, set, isInvalid, describedBy, label }: ControlProps & { setting: Setting }) {
  const isKnown = setting.choices.some((one) => one.value === (value ?? setting.default));
  return (
    <select
      className="b-select"
      aria-label={label}
      aria-invalid={isInvalid || undefined}
      aria-describedby={describedBy}
      value={String(value ?? setting.default ?? "")}
      onChange={(event) => set(event.target.value)}
    >
      {!isKnown && <option value={String(value ?? "")}>{String(value ?? "")}</option>}
      {setting.choices.map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))}
    </select>
  );
}

export function YesNoControl({ label, value, set, isInvalid, describedBy }: ControlProps) {
  const { t } = useDesk();
  return (
    <select
      className="b-select"
      aria-label={label}
      aria-invalid={isInvalid || undefined}
      aria-describedby={describedBy}
      value={value === undefined ? "" : String(value)}
      onChange={(event) => set(event.target.value === "" ? undefined : event.target.value === "true")}
    >
      {value === undefined && <option value="" />}
      <option value="true">{t("yes")}</option>
      <option value="false">{t("no")}</option>
    </select>
  );
}

/** A symbol of the product's own typeface, silent to screen readers. */
export function Sign({ name }: { name: string }) {
  return (
    <span className="material-symbols-outlined" aria-hidden="true">
      {name}
    </span>
  );
}
