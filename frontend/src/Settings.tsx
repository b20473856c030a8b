/** The settings of a line, or of a filter within it, in the order of reading. */

import { useId, useState } from "react";

import { useDesk } from "./desk";
import { ListControl } from "./List";
import type { Json } from "./tree";
import { applies, changed, isFilters, taken } from "./tree";
import {
  ChoiceControl,
  givenBy,
  MomentControl,
  NumberControl,
  RangeControl,
  ScalarControl,
  Sign,
  SpanControl,
  TextControl,
  YesNoControl,
} from "./Value";
import type { ScalarKind } from "./values";
import type { Setting } from "./vocabulary";

const FEW_BUTTONS = 2; // more settings than these are added from a list

/** Whether a control needs its name beside it: a mere number says nothing of what it counts. */
function isNamed({ kind, name }: Setting): boolean {
  return name !== "value" && (kind === "span" || kind === "number" || kind === "moment");
}

interface Props<L extends Json> {
  settings: Setting[];
  line: L;
  /** What suggestions hang on beside the line's own settings. */
  given?: Record<string, string>;
  problems: { rest: string; message: string }[];
  change: (line: L, tag: string) => void;
}

export function Settings<L extends Json>({ settings, line, given = {}, problems, change }: Props<L>) {
  const { t } = useDesk();
  const id = useId();
  const [kind, setKind] = useState<ScalarKind | undefined>();
  const [opened, setOpened] = useState<string | null>(null);
  const shown = settings.filter((one) => applies(one, line));
  const wanted = shown.filter((one) => one.name !== "value" || taken(settings, line) !== "none");
  const isExtra = (one: Setting) => one.is_optional && one.default === null;
  const isHere = (one: Setting) => !isExtra(one) || line[one.name] != null || opened === one.name;
  const unset = wanted.filter((one) => !isHere(one) && one.kind !== "where");
  const own = problems.filter(({ rest }) => !isFilters(rest.split(".")[0] ?? ""));
  const set = (name: string, value: unknown) => change(changed(line, settings, name, value), name);

  function add(setting: Setting) {
    const spans = shown.filter((one) => one.kind === "span" && line[one.name] != null);
    if (setting.kind === "span") set(setting.name, spans.length ? "P7D" : "P90D");
    else if (setting.kind === "choice") set(setting.name, setting.choices[0]?.value);
    else setOpened(setting.name);
  }

  function control(setting: Setting) {
    const what = {
      label: setting.label,
      value: line[setting.name],
      set: (value: unknown) => set(setting.name, value),
      isInvalid: own.some(({ rest }) => rest === setting.name || rest.startsWith(`${setting.name}.`)),
      describedBy: own.length ? `${id}-problems` : undefined,
    };
    const suggesting = { ...what, source: setting.suggests, given: { ...given, ...givenBy(line) } };
    switch (setting.name === "value" ? taken(settings, line) : setting.kind) {
      case "choice":
        return <ChoiceControl {...what} setting={setting} />;
      case "number":
        return <NumberControl {...what} />;
      case "span":
        return <SpanControl {...what} />;
      case "moment":
        return <MomentControl {...what} />;
      case "range":
        return <RangeControl {...what} />;
      case "scalar":
        return <ScalarControl {...suggesting} kind={kind} key={`${line.trait}${line.property}`} />;
      case "list":
        return <ListControl {...suggesting} kind={kind} isClosed={setting.suggests === "stages"} />;
      case "yesno":
        return <YesNoControl {...what} />;
      default:
        return <TextControl {...suggesting} onKind={setting.kind === "path" ? setKind : undefined} />;
    }
  }

  return (
    <>
      <div className="b-settings">
        {wanted.filter((one) => isHere(one) && one.kind !== "where").map((setting) =>
          isExtra(setting) ? (
            <span className="b-optional" key={setting.name}>
              <span className="b-word">{setting.label}</span>
              {control(setting)}
              <button
                type="button"
                className="b-icon"
                aria-label={t("leave_out", { what: setting.label })}
                title={t("leave_out", { what: setting.label })}
                onClick={() => {
                  setOpened(null);
                  set(setting.name, undefined);
                }}
              >
                <Sign name="close" />
              </button>
            </span>
          ) : (
            <span className={isNamed(setting) ? "b-optional" : undefined} key={setting.name}>
              {isNamed(setting) && setting.kind !== "number" && <span className="b-word">{setting.label}</span>}
              {control(setting)}
              {isNamed(setting) && setting.kind === "number" && <span className="b-word">{setting.label}</span>}
            </span>
          ),
        )}
        {unset.length > FEW_BUTTONS && (
          <select
            className="b-select b-narrow"
            aria-label={t("narrow")}
            value=""
            onChange={(event) => {
              const chosen = unset.find((one) => one.name === event.target.value);
              if (chosen) add(chosen);
            }}
          >
            <option value="">{t("narrow")}</option>
            {unset.map((setting) => (
              <option key={setting.name} value={setting.name}>
                {setting.label}
              </option>
            ))}
          </select>
        )}
        {unset.length <= FEW_BUTTONS &&
          unset.map((setting) => (
            <button type="button" className="b-add" key={setting.name} onClick={() => add(setting)}>
              <Sign name="add" />
              {setting.label}
            </button>
          ))}
      </div>
      {own.length > 0 && (
        <ul className="b-problems" id={`${id}-problems`}>
          {own.map(({ rest, message }) => {
            const about = settings.find((one) => one.name === rest.split(".")[0]);
            return (
              <li key={rest + message}>
                {about && about.label !== "" ? `${about.label}: ` : rest ? `${rest}: ` : ""}
                {message}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
