/** Settings drawn from a JSON Schema: what must be said, what is said, and a list of what else could be. */

import { useId } from "react";

import { Sign } from "../Value";
import { BranchName, Choice, Choices, Duration, Local, Number_, Text, Texts, Time, Value, YesNo } from "./Controls";
import type { Fault } from "./api";
import { FilterField } from "./FilterField";
import type { Json, Schema } from "./graph";
import { asJson, Parts, Union } from "./Parts";
import { GoalPick, Pick, Picks, StepPick } from "./Pick";
import { RecurrenceField } from "./RecurrenceField";
import { RuleField } from "./RuleField";
import type { Field as FieldOf } from "./schema";
import { controlOf, faultsWithin, fieldsOf, freshPart, resolved } from "./schema";
import { useDesk } from "./store";

export interface Given {
  /** The event whose properties are meant, where no field beside says another. */
  event?: string;
}
interface Props {
  schema: Schema;
  root: Schema;
  value: Json;
  onChange: (value: Json, tag: string) => void;
  /** Their paths are within this part. */
  faults: Fault[];
  given: Given;
  /** What is not asked for here. */
  without?: readonly string[];
  /** Names of branches that are taken by the parts beside. */
  taken?: string[];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === "PT0S" || (Array.isArray(value) && value.length === 0);
}

/** Whether a field is drawn before anybody has set it. */
function isPlain({ schema, isRequired, isNullable }: FieldOf): boolean {
  const control = controlOf(schema);
  if (isRequired || control === "yesno" || control === "rule" || control === "filter") return true;
  return control === "object" ? !isNullable : !isEmpty(schema.default);
}

export function Fields({ schema, root, value, onChange, faults, given, without = [], taken }: Props) {
  const desk = useDesk();
  const { t } = desk;
  const fields = fieldsOf(schema, root).filter((field) => !without.includes(field.name));
  const around: Given = typeof value.event === "string" && value.event ? { event: value.event } : given;
  const shown = fields.filter((field) => isPlain(field) || !isEmpty(value[field.name]) || (field.name in value && value[field.name] === ""));
  const others = fields.filter((field) => !shown.includes(field));

  function set(name: string, own: unknown) {
    const next = { ...value, [name]: own };
    if (own === undefined) delete next[name];
    onChange(next, name);
  }

  return (
    <div className="d-fields">
      {shown.map((field) => (
        <Field
          key={field.name}
          field={field}
          root={root}
          value={value[field.name]}
          beside={value}
          set={(own) => set(field.name, own)}
          faults={faultsWithin(faults, field.name)}
          given={around}
          taken={taken}
          canGo={!isPlain(field)}
        />
      ))}
      {others.length > 0 && desk.can && (
        <select
          className="b-select b-narrow d-another"
          aria-label={t("add_setting")}
          value=""
          onChange={(event) => {
            const field = others.find((one) => one.name === event.target.value);
            if (field) set(field.name, begun(field.schema, root));
          }}
        >
          <option value="">{t("add_setting")}</option>
          {others.map(({ name, schema: own }) => (
            <option key={name} value={name}>
              {own.title ?? name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

/** What a setting begins with once somebody asks for it. */
function begun(schema: Schema, root: Schema): unknown {
  if (!isEmpty(schema.default)) return schema.default;
  switch (controlOf(schema)) {
    case "object":
      return freshPart(schema, root);
    case "list":
      return [freshPart(schema.items ?? {}, root)];
    case "duration":
      return "P1D";
    case "time":
      return "09:00";
    case "recurrence":
      return "FREQ=WEEKLY;BYDAY=MO";
    case "choice":
      return schema.enum?.[0];
    case "number":
      return schema.minimum ?? schema.exclusiveMinimum ?? 1;
    case "union":
      return freshPart(resolved(schema.oneOf?.[0] ?? {}, root), root);
    default:
      return "";
  }
}

/** Controls that show what the schema has to tell those who write JSON. */
const SELF_EVIDENT = ["duration", "filter", "recurrence"];

interface FieldProps {
  field: FieldOf;
  root: Schema;
  value: unknown;
  beside: Json;
  set: (value: unknown) => void;
  faults: { path: string; message: string }[];
  given: Given;
  taken: string[] | undefined;
  canGo: boolean;
}

function Field({ field, root, value, beside, set, faults, given, taken, canGo }: FieldProps) {
  const { t, can } = useDesk();
  const id = useId();
  const { name, schema } = field;
  const control = controlOf(schema);
  const label = schema.title ?? name;
  const own = faults.filter((fault) => fault.path === "" || !["object", "list", "union", "filter"].includes(control));
  const shared = { id, schema, value, set, label, describedBy: own.length ? `${id}-faults` : undefined, isInvalid: own.length > 0 };
  const isGroup = ["object", "list", "union", "rule", "filter", "choices", "duration", "recurrence"].includes(control);

  function drawn() {
    if (name === "branch") return <BranchName {...shared} taken={taken ?? []} />;
    switch (control) {
      case "rule":
        return <RuleField value={value} set={set} label={label} />;
      case "filter":
        return <FilterField value={value} set={set} label={label} event={schema.widget === "filter:context" ? undefined : given.event} faults={faults} />;
      case "duration":
        return <Duration {...shared} />;
      case "time":
        return <Time {...shared} />;
      case "date":
      case "moment":
      case "local":
        return <Local {...shared} kind={control} />;
      case "choice":
        return <Choice {...shared} />;
      case "choices":
        return <Choices {...shared} />;
      case "yesno":
        return <YesNo {...shared} />;
      case "number":
        return <Number_ {...shared} />;
      case "texts":
        return <Texts {...shared} />;
      case "pick":
        return <Pick {...shared} of={ofPick(schema.widget ?? "", beside, given)} />;
      case "picks":
        return <Picks {...shared} of="" />;
      case "step":
        return <StepPick {...shared} />;
      case "goal":
        return <GoalPick {...shared} />;
      case "value":
        return <Value {...shared} />;
      case "recurrence":
        return <RecurrenceField {...shared} />;
      case "object":
        return <Fields schema={schema} root={root} value={asJson(value)} onChange={set} faults={faults} given={given} />;
      case "union":
        return <Union schema={schema} root={root} value={asJson(value)} set={set} faults={faults} given={given} />;
      case "list":
        return <Parts schema={schema} root={root} value={value} set={set} faults={faults} given={given} label={label} />;
      default:
        return <Text {...shared} />;
    }
  }

  const Label = isGroup ? "span" : "label";
  return (
    <div className={`d-field d-field-${control}`} {...(isGroup && { role: "group", "aria-labelledby": `${id}-label` })}>
      <span className="d-label">
        <Label id={`${id}-label`} {...(!isGroup && { htmlFor: id })}>
          {label}
        </Label>
        {canGo && can && (
          <button type="button" className="b-icon" aria-label={t("leave_out", { what: label })} title={t("leave_out", { what: label })} onClick={() => set(undefined)}>
            <Sign name="close" />
          </button>
        )}
      </span>
      {drawn()}
      {schema.description && !SELF_EVIDENT.includes(control) && <small className="d-hint">{schema.description}</small>}
      {own.length > 0 && (
        <ul className="b-problems" id={`${id}-faults`}>
          {own.map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What narrows a picker's choices down: the channel of contents, the event of properties. */
function ofPick(widget: string, beside: Json, given: Given): string {
  const [what, of = ""] = widget.split(":");
  if (what === "property") return given.event ?? "";
  return of.startsWith("@") ? String(beside[of.slice(1)] ?? "") : of;
}
