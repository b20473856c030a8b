/** Who walks: somebody who is there, or one who is made up; and when it begins. */

import { useState } from "react";

import { Combobox } from "../Combobox";
import { Server } from "../server";
import { token } from "./api";
import type { Json } from "./graph";
import { momentOf } from "./rehearsal";
import type { Rehearsal } from "./store";
import { useDesk } from "./store";
import { change } from "./walking";

const TEXTS = ["language", "country", "time_zone"] as const;

export function Walker({ rehearsal }: { rehearsal: Rehearsal }) {
  const desk = useDesk();
  const { t, boot } = desk;
  const { person, name, startsAt } = rehearsal;
  const isReal = "customer" in person;
  const local = new Date(momentOf(startsAt) - new Date(startsAt).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  return (
    <details className="d-fold" open={rehearsal.errors.length > 0 || undefined}>
      <summary>{isReal ? name : t("made_up", { name: called(person) })}</summary>
      <div className="d-fields">
        {boot.can.see_people && (
          <Combobox
            label={t("real_customer")}
            text={name}
            placeholder={t("find_customer")}
            isWide
            find={async (term, signal) => {
              const { customers } = await new Server(boot.rule_urls, token).customers(term, signal);
              return { options: customers.map((one) => ({ key: one.id, value: one.id, label: one.name, note: one.stage?.label ?? "" })) };
            }}
            choose={(option) => change(desk, { person: { customer: String(option.value) }, name: option.label })}
          />
        )}
        {isReal ? (
          <button type="button" className="b-add" onClick={() => change(desk, { person: boot.rehearsal.person, name: "" })}>
            {t("make_up")}
          </button>
        ) : (
          <MadeUp person={person} />
        )}
        <label className="d-field">
          <span className="d-label">{t("begins")}</span>
          <input type="datetime-local" className="b-input" value={local} onChange={(event) => event.target.value && change(desk, { startsAt: new Date(event.target.value).toISOString(), walked: null })} />
        </label>
      </div>
    </details>
  );
}

function called({ identities, traits }: Json): string {
  const [own = {}, known = {}] = [traits, identities] as (Json | undefined)[];
  return String(own.first_name ?? Object.values(known)[0] ?? "");
}

function MadeUp({ person }: { person: Json }) {
  const desk = useDesk();
  const { t, boot } = desk;
  const put = (part: Json) => change(desk, { person: { ...person, ...part } });
  const identities = (person.identities ?? {}) as Record<string, string>;
  const consents = (person.consents ?? []) as { channel: string }[];
  const line = (label: string, value: string, set: (value: string) => void) => (
    <label className="d-field" key={label}>
      <span className="d-label">{label}</span>
      <input className="b-input d-wide" value={value} onChange={(event) => set(event.target.value)} />
    </label>
  );
  function identify(kind: string, value: string) {
    const { [kind]: _old, ...others } = identities;
    put({ identities: value ? { ...others, [kind]: value } : others });
  }
  return (
    <>
      {["email", "phone"].map((kind) => line(t(`person_${kind}`), identities[kind] ?? "", (value) => identify(kind, value)))}
      {TEXTS.map((field) => line(t(`person_${field}`), String(person[field] ?? ""), (value) => put({ [field]: value })))}
      <fieldset className="d-field">
        <legend className="d-label">{t("agrees_to")}</legend>
        <span className="d-row">
          {boot.rehearsal.channels.map(([channel, word]) => (
            <label key={channel} className="d-row">
              <input
                type="checkbox"
                className="d-check"
                checked={consents.some((one) => one.channel === channel)}
                onChange={(event) => put({ consents: event.target.checked ? [...consents, { channel }] : consents.filter((one) => one.channel !== channel) })}
              />
              {word}
            </label>
          ))}
        </span>
      </fieldset>
      <JsonField label={t("traits")} value={(person.traits ?? {}) as Json} set={(traits) => put({ traits })} />
    </>
  );
}

/** An object as JSON: taken over as soon as it can be read. */
export function JsonField({ label, value, set }: { label: string; value: Json; set: (value: Json) => void }) {
  const { t } = useDesk();
  const [typed, setTyped] = useState<string | null>(null);
  const isWrong = typed !== null && read(typed) === null;
  return (
    <label className="d-field">
      <span className="d-label">{label}</span>
      <textarea
        className="b-input d-wide s-mono"
        rows={3}
        spellCheck={false}
        aria-invalid={isWrong || undefined}
        value={typed ?? (Object.keys(value).length ? JSON.stringify(value) : "")}
        onChange={(event) => {
          setTyped(event.target.value);
          const found = read(event.target.value);
          if (found) set(found);
        }}
      />
      {isWrong && <small className="d-fault">{t("no_json")}</small>}
    </label>
  );
}

function read(text: string): Json | null {
  if (!text.trim()) return {};
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Json) : null;
  } catch {
    return null;
  }
}
