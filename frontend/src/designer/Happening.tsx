/** What happens to whoever walks: the things that were let happen, and another one where the clock stands. */

import { useState } from "react";

import { Combobox } from "../Combobox";
import { Sign } from "../Value";
import type { Json } from "./graph";
import type { Input } from "./rehearsal";
import type { Desk } from "./store";
import { useDesk } from "./store";
import { JsonField } from "./Walker";
import { change, letHappen } from "./walking";

const KINDS = ["event", "traits", "consent", "enter"] as const;

function words(desk: Desk, { kind, event, channel, granted, step, what, traits }: Input): string {
  const { t } = desk;
  const named = (pairs: [string, string][], key: unknown) => pairs.find(([one]) => one === key)?.[1] ?? String(key);
  switch (kind) {
    case "event":
      return String(event);
    case "message":
      return `${desk.title(String(step))}: ${named(desk.boot.rehearsal.answers, what)}`;
    case "consent":
      return `${t(granted ? "consent_yes" : "consent_no")}: ${named(desk.boot.rehearsal.channels, channel)}`;
    case "traits":
      return `${t("happens_traits")}: ${JSON.stringify(traits)}`;
    default:
      return t("happens_enter");
  }
}

interface Props {
  inputs: Input[];
  edited: Input | null;
  edit: (input: Input | null) => void;
}
export function Happening({ inputs, edited, edit }: Props) {
  const desk = useDesk();
  const { t, boot } = desk;
  const [kind, setKind] = useState<string>(edited?.kind ?? "event");
  const [event, setEvent] = useState(String(edited?.event ?? ""));
  const [channel, setChannel] = useState(boot.rehearsal.channels[0]?.[0] ?? "email");
  const [isGranted, setGranted] = useState(false);
  const [data, setData] = useState<Json>((edited?.properties ?? edited?.traits ?? {}) as Json);

  function given(): Json {
    switch (kind) {
      case "event":
        return { event, properties: data };
      case "traits":
        return { traits: data };
      case "consent":
        return { channel, granted: isGranted };
      default:
        return { properties: data };
    }
  }
  function happen() {
    if (!edited) return letHappen(desk, { kind, ...given() });
    change(desk, { inputs: inputs.map((one) => (one === edited ? { at: edited.at, kind, ...given() } : one)) });
    edit(null);
  }

  return (
    <section className="d-section" aria-label={t("happens")}>
      <h3>{t("happens")}</h3>
      <ul className="d-inputs">
        {inputs.map((one, at) => (
          <li key={at}>
            <Sign name="bolt" />
            <span>{words(desk, one)}</span>
            {["event", "traits", "enter"].includes(one.kind) && (
              <button type="button" className="b-icon" aria-label={t("edit_input", { what: words(desk, one) })} onClick={() => edit(one)}>
                <Sign name="edit" />
              </button>
            )}
            <button type="button" className="b-icon" aria-label={t("leave_out", { what: words(desk, one) })} onClick={() => change(desk, { inputs: inputs.filter((_, own) => own !== at) })}>
              <Sign name="close" />
            </button>
          </li>
        ))}
      </ul>
      <form
        className="d-fields"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          happen();
        }}
      >
        <select className="b-select" aria-label={t("what_happens")} value={kind} onChange={(changed) => setKind(changed.target.value)}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`happens_${one}`)}
            </option>
          ))}
        </select>
        {kind === "event" && (
          <Combobox
            label={t("event_name")}
            text={event}
            placeholder={t("event_name")}
            isWide
            find={async (term, signal) => ({ options: (await desk.api.look("events", term, "", signal)).map((one) => ({ key: one.value, value: one.value, label: one.title })) })}
            choose={(option) => setEvent(String(option.value))}
            typed={setEvent}
          />
        )}
        {kind === "consent" && (
          <span className="d-row">
            <select className="b-select" aria-label={t("channel")} value={channel} onChange={(changed) => setChannel(changed.target.value)}>
              {boot.rehearsal.channels.map(([one, word]) => (
                <option key={one} value={one}>
                  {word}
                </option>
              ))}
            </select>
            <label className="d-row">
              <input type="checkbox" className="d-check" checked={isGranted} onChange={(changed) => setGranted(changed.target.checked)} />
              {t("consent_yes")}
            </label>
          </span>
        )}
        {kind !== "consent" && <JsonField label={t(kind === "traits" ? "traits" : "properties")} value={data} set={setData} />}
        <span className="d-row">
          <button className="s-button" disabled={kind === "event" && !event}>
            {t(edited ? "change_it" : "let_happen")}
          </button>
          {edited && (
            <button type="button" className="s-button" onClick={() => edit(null)}>
              {t("cancel")}
            </button>
          )}
        </span>
      </form>
    </section>
  );
}
