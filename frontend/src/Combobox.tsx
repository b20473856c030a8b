/** A text field with a list to choose from, as WAI-ARIA's combobox: searched as one types, grouped, by keyboard. */

import { Fragment, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

import { useDesk } from "./desk";

export interface Option {
  key: string;
  value: unknown;
  label: string;
  note?: string;
  group?: string;
  kind?: string;
}
export interface Found {
  options: Option[];
  isSample?: boolean;
}
interface Props {
  label: string;
  /** What stands in the field while nobody types. */
  text: string;
  placeholder?: string;
  find: (term: string, signal: AbortSignal) => Promise<Found>;
  choose: (option: Option) => void;
  /** What is typed may stand as it is. Without it only what is listed can be chosen. */
  typed?: (text: string) => void;
  /** Keys and texts that the owner handles first; true: it has. */
  onKey?: (event: React.KeyboardEvent<HTMLInputElement>, text: string) => boolean;
  onPaste?: (text: string) => boolean;
  onLeave?: () => void;
  autoFocus?: boolean;
  isInvalid?: boolean;
  describedBy?: string;
  isWide?: boolean;
}

const PATIENCE = 120;
const UNDER_THE_BAR = 72; // pixels at the foot of the window that the form's buttons cover
const [LEAST_HEIGHT, MOST_HEIGHT, GAP] = [180, 340, 12];

export function Combobox(props: Props) {
  const { t } = useDesk();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [typing, setTyping] = useState<string | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [found, setFound] = useState<Found | null>(null);
  const [active, setActive] = useState(-1);
  const options = found?.options ?? [];
  const term = typing ?? "";
  const placeholder = props.placeholder ?? props.label;
  const letters = (typing ?? (props.text || placeholder)).length;

  const find = useRef(props.find);
  find.current = props.find;
  useEffect(() => {
    if (!isOpen) return;
    const asking = new AbortController();
    const timer = setTimeout(() => {
      find.current(term, asking.signal).then(
        (answer) => {
          setFound(answer);
          setActive(term && answer.options.length && !props.typed ? 0 : -1);
        },
        () => asking.signal.aborted || setFound({ options: [] }),
      );
    }, term ? PATIENCE : 0);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [term, isOpen]);

  const list = useRef<HTMLSpanElement>(null);
  const [place, setPlace] = useState({ isAbove: false, height: 0 });
  useLayoutEffect(() => {
    const box = field.current?.getBoundingClientRect();
    if (!isOpen || !box || !list.current) return;
    const below = window.innerHeight - UNDER_THE_BAR - box.bottom;
    const isAbove = below < LEAST_HEIGHT && box.top > below;
    setPlace({ isAbove, height: Math.max(LEAST_HEIGHT, Math.min(MOST_HEIGHT, (isAbove ? box.top : below) - GAP)) });
  }, [isOpen, found]);

  useEffect(() => {
    if (active >= 0) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active, id]);

  function close() {
    setOpen(false);
    setTyping(null);
    setFound(null);
    setActive(-1);
  }

  function choose(option: Option) {
    close();
    props.choose(option);
  }

  function leave() {
    if (typing !== null && typing !== props.text && props.typed) props.typed(typing.trim());
    close();
    props.onLeave?.();
  }

  function press(event: React.KeyboardEvent<HTMLInputElement>) {
    if (props.onKey?.(event, typing ?? "")) {
      setTyping(null);
      return;
    }
    const option = options[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) return setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = active < 0 && step < 0 ? 0 : active;
      if (options.length) setActive((from + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen && option) choose(option);
      else if (props.typed && typing !== null) {
        props.typed(typing.trim());
        close();
      }
    } else if (event.key === "Escape" && (isOpen || props.onLeave)) {
      event.preventDefault();
      event.stopPropagation();
      close();
      props.onLeave?.();
    }
  }

  const isEmpty = isOpen && found !== null && options.length === 0;
  return (
    <span className={`b-combo${props.isWide ? " b-combo-wide" : ""}`}>
      <input
        ref={field}
        type="text"
        role="combobox"
        className="b-input"
        aria-label={props.label}
        aria-expanded={isOpen && options.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-invalid={props.isInvalid || undefined}
        aria-describedby={props.describedBy}
        autoComplete="off"
        spellCheck={false}
        autoFocus={props.autoFocus}
        placeholder={placeholder}
        value={typing ?? props.text}
        style={props.isWide ? undefined : { width: `${Math.min(34, Math.max(9, letters + 4))}ch` }}
        onFocus={(event) => {
          event.target.select();
          if (!props.text) setOpen(true); // what is filled in opens by a click, a key or the arrow down
        }}
        onClick={() => setOpen(true)}
        onChange={(event) => {
          setTyping(event.target.value);
          setOpen(true);
        }}
        onPaste={(event) => {
          if (props.onPaste?.(event.clipboardData.getData("text"))) {
            event.preventDefault();
            setTyping(null);
          }
        }}
        onKeyDown={press}
        onBlur={leave}
      />
      <span
        className={place.isAbove ? "b-list b-list-above" : "b-list"}
        style={place.height ? { maxHeight: place.height } : undefined}
        ref={list}
        role="listbox"
        id={`${id}-list`}
        tabIndex={-1}
        aria-label={props.label}
        hidden={!isOpen || (!options.length && !isEmpty)}
        onMouseDown={(event) => event.preventDefault()}
      >
        {options.map((option, at) => (
          <Fragment key={option.key}>
            {option.group && option.group !== options[at - 1]?.group && (
              <span className="b-list-group" role="presentation">
                {option.group}
              </span>
            )}
            <span
              role="option"
              id={`${id}-${at}`}
              aria-selected={at === active}
              className="b-option"
              onClick={() => choose(option)}
              onMouseMove={() => setActive(at)}
            >
              <span>{option.label}</span>
              {option.note && <small>{option.note}</small>}
            </span>
          </Fragment>
        ))}
        {isEmpty && (
          <span className="b-list-note" role="presentation">
            {props.typed ? t("nothing_found_typed") : t("nothing_found")}
          </span>
        )}
        {found?.isSample && (
          <span className="b-list-note" role="presentation">
            {t("from_a_sample")}
          </span>
        )}
      </span>
    </span>
  );
}
