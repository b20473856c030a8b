/** A box in which one types to find something in the list below it, by keyboard or mouse. */

import { useEffect, useId, useRef, useState } from "react";

import { Sign } from "../Value";
import { useDesk } from "./store";

export interface Choice {
  key: string;
  icon: string;
  title: string;
  note: string;
  /** By which it is coloured. */
  group: string;
  /** What stands above it. */
  heading?: string;
}
interface Props {
  label: string;
  /** What the list below is a list of. */
  of: string;
  typed: string;
  setTyped: (typed: string) => void;
  choices: readonly Choice[];
  take: (key: string) => void;
  /** Whether to say that nothing is found. */
  isEmpty?: boolean;
}

export function Finder({ label, of, typed, setTyped, choices, take, isEmpty = choices.length === 0 }: Props) {
  const { t } = useDesk();
  const id = useId();
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => setActive(0), [typed]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active]);

  function press(event: React.KeyboardEvent) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = choices[active];
    if (by !== undefined && choices.length) setActive((active + by + choices.length) % choices.length);
    else if (event.key !== "Enter") return;
    else if (chosen) take(chosen.key);
    event.preventDefault();
  }

  return (
    <>
      <input
        className="b-input d-wide"
        type="text"
        role="combobox"
        data-first
        autoComplete="off"
        aria-label={label}
        placeholder={label}
        aria-expanded={choices.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={choices.length ? `${id}-${active}` : undefined}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={press}
      />
      <div className="d-kinds" role="listbox" id={`${id}-list`} aria-label={of} ref={list}>
        {choices.map(({ key, icon, title, note, group, heading }, at) => (
          <div role="presentation" key={key}>
            {heading && (
              <p className="d-group" role="presentation">
                {heading}
              </p>
            )}
            <div role="option" id={`${id}-${at}`} aria-selected={at === active} className={`d-kind d-g-${group}`} onMouseMove={() => setActive(at)} onClick={() => take(key)}>
              <span className="d-icon">
                <Sign name={icon} />
              </span>
              <span>
                <b>{title}</b>
                <small>{note}</small>
              </span>
            </div>
          </div>
        ))}
        {isEmpty && <p className="s-note">{t("nothing_found")}</p>}
      </div>
    </>
  );
}
