/** The controls of settings, one for each kind of value. An empty one takes the setting away. */

import { useEffect, useState } from "react";

import { readNumber } from "../values";
import type { Duration as DurationOf, Unit } from "./duration";
import { readDuration, UNITS, writeDuration } from "./duration";
import type { Schema } from "./graph";
import { useDesk } from "./store";

export interface ControlProps {
  id: string;
  schema: Schema;
  value: unknown;
  set: (value: unknown) => void;
  label: string;
  isInvalid: boolean;
  describedBy: string | undefined;
}

function told({ id, isInvalid, describedBy }: ControlProps) {
  return { id, "aria-invalid": isInvalid || undefined, "aria-describedby": describedBy };
}

function asText(value: unknown): string {
  return value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What an emptied field says: nothing; but where that would mean the default, it stays empty until it is left. */
function emptied(schema: Schema): unknown {
  return asText(schema.default) === "" ? undefined : "";
}

export function Text(props: ControlProps) {
  const { can } = useDesk();
  const { schema, value, set } = props;
  const isLong = Number(schema.maxLength ?? 0) > 300;
  const shared = {
    value: asText(value ?? schema.default),
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => set(event.target.value || emptied(schema)),
  };
  if (isLong) return <textarea {...told(props)} {...shared} className="b-input d-wide" readOnly={!can} rows={3} />;
  return <Line of={props} {...shared} maxLength={typeof schema.maxLength === "number" ? schema.maxLength : undefined} />;
}

/** One line in which something is typed. */
function Line({ of, ...rest }: { of: ControlProps } & React.ComponentProps<"input">) {
  const { can } = useDesk();
  return <input {...told(of)} type="text" className="b-input d-wide" readOnly={!can} {...rest} />;
}

export function Number_(props: ControlProps) {
  const { value, set, schema } = props;
  const isText = schema.anyOf?.some((one) => one.type === "string"); // an exact decimal is written as text
  return (
    <Line
      of={props}
      className="b-input b-number"
      inputMode="decimal"
      value={asText(value ?? schema.default)}
      onChange={(event) => {
        const text = event.target.value.trim();
        const isPartial = /[.,]$|[.,]\d*0$|^-$/.test(text);
        const read = readNumber(text);
        set(text === "" ? emptied(schema) : isPartial || read === null ? text.replace(",", ".") : isText ? text.replace(",", ".") : read);
      }}
      onBlur={(event) => {
        if (event.target.value === "") set(undefined);
        const read = readNumber(event.target.value);
        if (read !== null && !isText && read !== value) set(read);
      }}
    />
  );
}

export function YesNo(props: ControlProps) {
  const { can } = useDesk();
  const { value, set, schema } = props;
  return <input {...told(props)} type="checkbox" className="d-check" disabled={!can} checked={(value ?? schema.default ?? false) === true} onChange={(event) => set(event.target.checked)} />;
}

function labelsOf(schema: Schema): Record<string, string> {
  return (schema.labels ?? {}) as Record<string, string>;
}

export function Choice(props: ControlProps) {
  const { can } = useDesk();
  const { schema, value, set } = props;
  const chosen = value ?? schema.default ?? "";
  const choices = schema.enum ?? [];
  const labels = labelsOf(schema);
  return (
    <select {...told(props)} className="b-select" disabled={!can} value={asText(chosen)} onChange={(event) => set(choices.find((one) => String(one) === event.target.value))}>
      {!choices.includes(chosen) && <option value={asText(chosen)}>{asText(chosen)}</option>}
      {choices.map((one) => (
        <option key={String(one)} value={String(one)}>
          {labels[String(one)] ?? String(one)}
        </option>
      ))}
    </select>
  );
}

/** Several of a few: the days of the week. */
export function Choices({ schema, value, set, label }: ControlProps) {
  const { can } = useDesk();
  const all = (schema.items?.enum ?? []).map(String);
  const labels = labelsOf(schema.items ?? {});
  const chosen = new Set((Array.isArray(value) ? value : Array.isArray(schema.default) ? schema.default : []).map(String));
  const turn = (one: string) => set(all.filter((other) => (other === one ? !chosen.has(other) : chosen.has(other))));
  return (
    <span className="d-pills" role="group" aria-label={label}>
      {all.map((one) => (
        <button type="button" key={one} disabled={!can} aria-pressed={chosen.has(one)} onClick={() => turn(one)}>
          {labels[one] ?? one}
        </button>
      ))}
    </span>
  );
}

/** A number and a unit; what is made of several is shown as it is written. */
export function Duration(props: ControlProps) {
  const { t, can } = useDesk();
  const { value, set, label, schema } = props;
  const read = readDuration(value ?? (schema.default === "PT0S" ? undefined : schema.default));
  const [unit, setUnit] = useState<Unit>("days");
  const [isBare, setBare] = useState(false);
  if (typeof value === "string" && value !== "" && value !== "PT0S" && !read && !isBare) return <Text {...props} />;
  const shown = read?.unit ?? unit;
  const put = (next: DurationOf | null) => {
    setBare(next === null);
    set(next ? writeDuration(next) : undefined);
  };
  return (
    <span className="b-span" role="group" aria-label={label}>
      <Line
        of={props}
        className="b-input b-number"
        inputMode="numeric"
        aria-label={t("how_many", { label })}
        value={read ? String(read.count) : ""}
        onChange={(event) => {
          const count = Number(event.target.value.replace(/\D/g, "").slice(0, 6));
          put(count ? { count, unit: shown } : null);
        }}
      />
      <select
        className="b-select"
        aria-label={t("which_unit", { label })}
        disabled={!can}
        value={shown}
        onChange={(event) => {
          const next = event.target.value as Unit;
          setUnit(next);
          if (read) put({ count: read.count, unit: next });
        }}
      >
        {UNITS.map((one) => (
          <option key={one} value={one}>
            {t(`unit_${one}`)}
          </option>
        ))}
      </select>
      <small className="d-hint">{t(["minutes", "hours"].includes(shown) ? "by_the_watch" : "by_the_calendar")}</small>
    </span>
  );
}

export function Time(props: ControlProps) {
  const { t } = useDesk();
  const text = asText(props.value ?? props.schema.default);
  return (
    <span className="b-span">
      <Line of={props} type="time" className="b-input" value={text.slice(0, 5)} onChange={(event) => props.set(event.target.value || undefined)} />
      <small className="d-hint">{t("local_time")}</small>
    </span>
  );
}

const HAS_ZONE = /(Z|[+-]\d\d:?\d\d)$/;

/** A date or moment: `local` without a zone, `moment` with that of this browser. */
export function Local(props: ControlProps & { kind: "date" | "moment" | "local" }) {
  const { kind, value, set } = props;
  const text = asText(value);
  const isDay = kind === "date" && (text === "" || /^\d{4}-\d\d-\d\d$/.test(text));
  const moment = kind === "moment" && HAS_ZONE.test(text) ? new Date(text) : null;
  const local = moment && !Number.isNaN(moment.getTime()) ? new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : text.slice(0, 16);
  if (kind === "date" && !isDay) return <Text {...props} />;
  return (
    <Line
      of={props}
      type={isDay ? "date" : "datetime-local"}
      className="b-input"
      value={isDay ? text : local}
      onChange={(event) => {
        const typed = event.target.value;
        set(!typed ? undefined : kind === "moment" ? new Date(typed).toISOString() : typed);
      }}
    />
  );
}

/** Words of their own, between commas. */
export function Texts(props: ControlProps) {
  const { value, set } = props;
  const stored = (Array.isArray(value) ? value : []).map(String).join(", ");
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <Line
      of={props}
      value={typed ?? stored}
      onChange={(event) => {
        setTyped(event.target.value);
        const words = event.target.value.split(",").map((word) => word.trim()).filter(Boolean);
        set(words.length ? words : undefined);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

/** A value of whatever kind: a number stays a number, yes and no too. */
export function Value(props: ControlProps) {
  const { t, can } = useDesk();
  const { value, set, label } = props;
  const kind = typeof value === "number" ? "number" : typeof value === "boolean" ? "yesno" : "text";
  const [chosen, setChosen] = useState(kind);
  useEffect(() => {
    if (value !== undefined && typeof value !== "string") setChosen(kind);
  }, [value, kind]);
  const convert = (text: string, to: string) => (to === "number" ? (readNumber(text) ?? text) : to === "yesno" ? text === "true" : text);
  return (
    <span className="b-span">
      {chosen === "yesno" ? (
        <select {...told(props)} className="b-select" disabled={!can} value={String(value ?? "")} onChange={(event) => set(event.target.value === "true")}>
          <option value="true">{t("yes")}</option>
          <option value="false">{t("no")}</option>
        </select>
      ) : (
        <Line of={props} className="b-input" value={asText(value)} onChange={(event) => set(event.target.value === "" ? undefined : convert(event.target.value, chosen))} />
      )}
      <select
        className="b-select b-kind"
        aria-label={t("kind_of_value", { label })}
        disabled={!can}
        value={chosen}
        onChange={(event) => {
          setChosen(event.target.value as typeof chosen);
          if (value !== undefined || event.target.value === "yesno") set(convert(asText(value), event.target.value));
        }}
      >
        {["text", "number", "yesno"].map((one) => (
          <option key={one} value={one}>
            {t(`kind_${one}`)}
          </option>
        ))}
      </select>
    </span>
  );
}

/** The name of a branch: taken when it is left, so that on its way it is never the name of another. */
export function BranchName(props: ControlProps & { taken: string[] }) {
  const { value, set, taken } = props;
  const [typed, setTyped] = useState<string | null>(null);
  function leave() {
    if (typed === null) return;
    setTyped(null);
    const stem = typed.trim().toLowerCase().replace(/[^a-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 50);
    if (!stem || stem === value) return;
    let name = stem;
    for (let number = 2; taken.includes(name); number++) name = `${stem}-${number}`;
    set(name);
  }
  return (
    <Line
      of={props}
      value={typed ?? asText(value)}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === "Enter" && leave()}
      onBlur={leave}
    />
  );
}
