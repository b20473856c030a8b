/** Pickers: contents, segments, events and the like by the names that people gave them. */

import { useEffect, useState } from "react";

import type { Found as Options } from "../Combobox";
import { Combobox } from "../Combobox";
import { Sign } from "../Value";
import type { Found } from "./api";
import type { ControlProps } from "./Controls";
import { Text } from "./Controls";
import { stepsOf } from "./graph";
import { Modal } from "./Modal";
import type { Desk } from "./store";
import { useDesk, useShared } from "./store";

interface Props extends ControlProps {
  of: string;
}
const PLURALS: Record<string, string> = { property: "properties", journey: "journeys" };

function sourceOf(widget: string): string {
  const [what = ""] = widget.split(":");
  return PLURALS[what] ?? `${what}s`;
}

/** What was found once, so that what is stored is called by its name. */
const known = new WeakMap<Desk, Map<string, Found>>();
function knownTo(desk: Desk): Map<string, Found> {
  const own = known.get(desk) ?? new Map<string, Found>();
  known.set(desk, own);
  return own;
}

async function look(desk: Desk, source: string, term: string, of: string, signal?: AbortSignal): Promise<Found[]> {
  const found = await desk.api.look(source, term, of, signal);
  for (const one of found) knownTo(desk).set(`${source}:${one.value}`, one);
  return found;
}

function asOptions(found: Found[]): Options {
  return { options: found.map((one) => ({ key: String(one.value), value: one.value, label: one.title, note: one.hint })) };
}

/** What is stored, as it is called; asked once. */
function useNamed(source: string, value: string, of: string): Found | undefined {
  const desk = useDesk();
  const [found, setFound] = useState<Found | undefined>(knownTo(desk).get(`${source}:${value}`));
  useEffect(() => {
    const own = knownTo(desk).get(`${source}:${value}`);
    setFound(own);
    if (own || !value) return;
    const asking = new AbortController();
    look(desk, source, value, of, asking.signal).then(
      () => asking.signal.aborted || setFound(knownTo(desk).get(`${source}:${value}`)),
      () => undefined,
    );
    return () => asking.abort();
  }, [desk, source, value, of]);
  return found;
}

export function Pick(props: Props) {
  const desk = useDesk();
  const { schema, value, set, label, of } = props;
  const source = sourceOf(schema.widget ?? "");
  const text = typeof value === "string" ? value : "";
  const named = useNamed(source, text, of);
  if (!desk.can) return <Text {...props} value={named?.title ?? text} />;
  return (
    <span className="d-pick">
      <Combobox
        label={label}
        text={named?.title ?? text}
        placeholder={desk.t("choose")}
        find={async (term, signal) => asOptions(await look(desk, source, term, of, signal))}
        choose={(option) => set(option.value)}
        typed={(typed) => typed !== named?.title && set(typed || undefined)}
        isInvalid={props.isInvalid}
        describedBy={props.describedBy}
        isWide
      />
      {named?.preview && <Preview url={named.preview} title={named.title} />}
    </span>
  );
}

/** How a content looks, in a frame that can do nothing. */
function Preview({ url, title }: { url: string; title: string }) {
  const { t } = useDesk();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="b-add" onClick={() => setOpen(true)}>
        <Sign name="visibility" />
        {t("preview")}
      </button>
      {isOpen && (
        <Modal title={title} close={() => setOpen(false)} look="d-wide-modal">
          <iframe className="d-frame" src={url} title={title} />
        </Modal>
      )}
    </>
  );
}

/** Several of them, in their order. */
export function Picks(props: Props) {
  const desk = useDesk();
  const { schema, value, set, label, of } = props;
  const source = sourceOf(String(schema.items?.widget ?? schema.widget ?? ""));
  const chosen = (Array.isArray(value) ? value : []).map(String);
  return (
    <span className="b-chips" role="group" aria-label={label}>
      {chosen.map((one) => (
        <Chosen key={one} source={source} value={one} of={of} out={() => set(chosen.filter((other) => other !== one))} />
      ))}
      {desk.can && (
        <Combobox
          label={label}
          text=""
          placeholder={desk.t("choose")}
          find={async (term, signal) => asOptions((await look(desk, source, term, of, signal)).filter((one) => !chosen.includes(one.value)))}
          choose={(option) => set([...chosen, String(option.value)])}
          typed={(typed) => typed && set([...new Set([...chosen, typed])])}
          isInvalid={props.isInvalid}
          describedBy={props.describedBy}
        />
      )}
    </span>
  );
}

function Chosen({ source, value, of, out }: { source: string; value: string; of: string; out: () => void }) {
  const { t, can } = useDesk();
  const name = useNamed(source, value, of)?.title ?? value;
  return (
    <span className="b-chip">
      {name}
      {can && (
        <button type="button" aria-label={t("leave_out", { what: name })} onClick={out}>
          <Sign name="close" />
        </button>
      )}
    </span>
  );
}

function Few(props: ControlProps & { choices: { value: string; title: string }[] }) {
  const { t, can } = useDesk();
  const { id, value, set, choices, isInvalid, describedBy } = props;
  const text = typeof value === "string" ? value : "";
  return (
    <select id={id} className="b-select" disabled={!can} aria-invalid={isInvalid || undefined} aria-describedby={describedBy} value={text} onChange={(event) => set(event.target.value || undefined)}>
      <option value="">{t("choose")}</option>
      {text && !choices.some((one) => one.value === text) && <option value={text}>{text}</option>}
      {choices.map((one) => (
        <option key={one.value} value={one.value}>
          {one.title}
        </option>
      ))}
    </select>
  );
}

/** A sending step of this journey. */
export function StepPick(props: ControlProps) {
  const desk = useDesk();
  const graph = useShared((state) => state.graph);
  const sending = [...stepsOf(graph).values()].filter((step) => desk.kindOf(step)?.sends != null);
  return <Few {...props} choices={sending.map((step) => ({ value: step.id, title: `${desk.title(step.id, step)} · ${desk.saying(step.id) || step.id}` }))} />;
}

/** A goal of this journey, by its name. */
export function GoalPick(props: ControlProps) {
  const goals = useShared((state) => state.graph.goals);
  const names = (goals ?? []).map((goal) => String(goal.name ?? "")).filter(Boolean);
  return <Few {...props} choices={names.map((name) => ({ value: name, title: name }))} />;
}
