/** A list of values: typed one by one, chosen, or pasted from anywhere. */

import { useRef, useState } from "react";

import { Combobox } from "./Combobox";
import { useDesk } from "./desk";
import type { Suggesting } from "./Value";
import { KindControl, Sign, useFinder } from "./Value";
import type { Scalar, ScalarKind } from "./values";
import { kindOf, readList, readScalar } from "./values";

export function ListControl(props: Suggesting & { isClosed: boolean }) {
  const { t, labels, say } = useDesk();
  const { label, set, source } = props;
  const values = (Array.isArray(props.value) ? props.value : []) as Scalar[];
  const [chosen, setChosen] = useState<ScalarKind>(props.kind ?? kindOf(values[0]) ?? "text");
  const kind = kindOf(values[0]) ?? chosen;
  const find = useFinder(source, props.given);
  const box = useRef<HTMLSpanElement>(null);
  const shown = (value: Scalar) => labels.get(`${source}:${value}`) ?? String(value);

  function put(more: Scalar[]) {
    const next = [...new Set([...values, ...more])];
    if (next.length !== values.length) {
      set(next);
      say(t("list_added", { count: next.length - values.length, total: next.length }));
    }
  }

  function take(value: Scalar) {
    const next = values.filter((one) => one !== value);
    set(next.length ? next : undefined);
    say(t("list_removed", { value: shown(value) }));
    box.current?.querySelector<HTMLInputElement>("input")?.focus();
  }

  return (
    <span className="b-scalar">
      <span className="b-chips" ref={box} role="group" aria-label={label}>
        {values.map((value) => (
          <span className="b-chip" key={`${typeof value}:${value}`}>
            {shown(value)}
            <button type="button" aria-label={t("list_remove", { value: shown(value) })} onClick={() => take(value)}>
              <Sign name="close" />
            </button>
          </span>
        ))}
        <Combobox
          label={label}
          text=""
          placeholder={values.length ? t("list_more") : t("list_hint")}
          find={async (term, signal) => {
            const found = await find(term, signal);
            return { ...found, options: found.options.filter((one) => !values.includes(one.value as Scalar)) };
          }}
          choose={(option) => put([option.value as Scalar])}
          typed={(typed) => typed && put(readList(typed, kind))}
          onKey={(event, text) => {
            const last = values.at(-1);
            if (event.key === "Backspace" && text === "" && last !== undefined) {
              take(last);
              return true;
            }
            if (event.key !== "," || !text.trim()) return false;
            event.preventDefault();
            put(readList(text, kind));
            return true;
          }}
          onPaste={(text) => {
            const pasted = readList(text, kind);
            if (pasted.length < 2) return false;
            put(pasted);
            return true;
          }}
          isInvalid={props.isInvalid}
          describedBy={props.describedBy}
        />
      </span>
      {!props.isClosed && (
        <KindControl
          kind={kind}
          label={label}
          set={(next) => {
            setChosen(next);
            if (values.length) set(values.map((one) => readScalar(String(one), next)));
          }}
        />
      )}
    </span>
  );
}
