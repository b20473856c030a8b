/** The builder: the tree of a rule beside what the server says of it, and the same rule as JSON. */

import type { Path } from "react-querybuilder";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { QueryBuilder } from "react-querybuilder";

import type { Desk } from "./desk";
import { DeskProvider } from "./desk";
import { Group } from "./Group";
import { useHistory } from "./history";
import { Line } from "./Line";
import { useLive, useReasons } from "./live";
import { Found, Sentence, Why } from "./Panels";
import type { Person, Server, Words } from "./server";
import type { Group as Tree } from "./tree";
import { readTree, writeTree } from "./tree";
import { Sign } from "./Value";
import type { Vocabulary } from "./vocabulary";

const CONTROLS = { rule: Line, ruleGroup: Group };

/** Give the grip of a part the focus, in the next frames: the tree is drawn after it is known. */
function focusOnceDrawn(id: string): () => void {
  let frames = 10;
  let asked = 0;
  const look = () => {
    const found = document.querySelector<HTMLElement>(`[data-focus="${CSS.escape(id)}"]`);
    if (found) found.focus();
    else if (frames-- > 0) asked = requestAnimationFrame(look);
  };
  look();
  return () => cancelAnimationFrame(asked);
}

export interface BuilderProps {
  /** The form's own field, which stays what is sent; `row` is all that stands around it. */
  area: HTMLTextAreaElement;
  row: HTMLElement;
  server: Server;
  vocabulary: Vocabulary;
  words: Words;
  /** The key of the segment whose rule it is, as it stands in the form; null for a stage. */
  segment: () => string | null;
  title: string;
}

function readArea(area: HTMLTextAreaElement): Tree | null {
  try {
    return readTree(area.value.trim() ? JSON.parse(area.value) : {});
  } catch {
    return null;
  }
}

export function Builder({ area, row, server, vocabulary, words, segment, title }: BuilderProps) {
  const id = useId();
  const first = useMemo(() => readArea(area), [area]);
  const history = useHistory<Tree>(first ?? readTree({}));
  const tree = history.now;
  const [isText, setText] = useState(first === null);
  const [isUnreadable, setUnreadable] = useState(first === null);
  const [person, setPerson] = useState<Person | null>(null);
  const [labels, setLabels] = useState(new Map<string, string>());
  const [said, say] = useState("");
  const pane = useRef<HTMLDivElement>(null);
  const focus = useRef<{ id: string | null }>({ id: null });
  const dragged = useRef<{ path: Path | null }>({ path: null });
  const rule = useMemo(() => JSON.stringify(writeTree(tree), null, 2), [tree]);
  const live = useLive(server, rule, segment);
  const reasons = useReasons(server, rule, person?.id ?? null, segment() === null);

  const t = useMemo(
    () =>
      (key: string, values: Record<string, string | number> = {}) =>
        Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, String(value)), words[key] ?? key),
    [words],
  );
  const families = useMemo(() => new Map(vocabulary.families.map((one) => [one.family, one])), [vocabulary]);

  useEffect(() => {
    pane.current?.append(row);
  }, [row]);
  useEffect(() => {
    const { id } = focus.current;
    focus.current.id = null;
    return id === null ? undefined : focusOnceDrawn(id);
  }, [tree]);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    area.value = rule;
    area.dispatchEvent(new Event("change", { bubbles: true }));
  }, [rule, area]);
  useEffect(() => {
    server.labels().then(setLabels, () => undefined); // values are then shown as they are stored
  }, [server]);

  function show(asText: boolean) {
    if (asText || !isText) return setText(asText);
    const read = readArea(area);
    setUnreadable(read === null);
    if (read === null) return;
    if (JSON.stringify(writeTree(read)) !== JSON.stringify(writeTree(tree))) history.change(read);
    setText(false);
  }

  function press(event: React.KeyboardEvent) {
    if (isText || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const redoes = key === "y" || (key === "z" && event.shiftKey);
    if (key !== "z" && !redoes) return;
    event.preventDefault();
    (redoes ? history.redo : history.undo)();
    say(t(redoes ? "redone" : "undone"));
  }

  const latest = useRef(tree);
  latest.current = tree;
  const { change } = history;
  const { problems } = live.read;
  const answers = reasons?.lines.answers;
  const desk: Desk = useMemo(
    () => ({
      tree: () => latest.current,
      change,
      vocabulary,
      families,
      t,
      server,
      problems: problems ?? [],
      answers: new Map((answers ?? []).map((one) => [one.path, one])),
      labels,
      focus: focus.current,
      dragged: dragged.current,
      say,
    }),
    [change, vocabulary, families, t, server, problems, answers, labels],
  );

  const tab = (asText: boolean, word: string) => (
    <button
      type="button"
      role="tab"
      id={`${id}-tab-${word}`}
      aria-selected={isText === asText}
      aria-controls={`${id}-pane-${word}`}
      tabIndex={isText === asText ? 0 : -1}
      onClick={() => show(asText)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        const other = event.currentTarget.nextElementSibling ?? event.currentTarget.previousElementSibling;
        show(!isText);
        (other as HTMLElement | null)?.focus();
      }}
    >
      {t(word)}
    </button>
  );

  return (
    <DeskProvider value={desk}>
      <div className="b-builder" role="group" aria-labelledby={`${id}-title`} onKeyDown={press}>
        <div className="b-bar">
          <h2 id={`${id}-title`}>{title}</h2>
          <div className="b-tabs" role="tablist" aria-label={title}>
            {tab(false, "as_builder")}
            {tab(true, "as_json")}
          </div>
          <span className="b-bar-end">
            <button type="button" className="b-icon" disabled={isText || !history.canUndo} aria-label={t("undo")} title={`${t("undo")} (Ctrl+Z)`} onClick={history.undo}>
              <Sign name="undo" />
            </button>
            <button type="button" className="b-icon" disabled={isText || !history.canRedo} aria-label={t("redo")} title={`${t("redo")} (Ctrl+Shift+Z)`} onClick={history.redo}>
              <Sign name="redo" />
            </button>
          </span>
        </div>
        <div className="b-columns">
          <div>
            <div role="tabpanel" id={`${id}-pane-as_builder`} aria-labelledby={`${id}-tab-as_builder`} hidden={isText}>
              <QueryBuilder query={tree} controlElements={CONTROLS} controlClassnames={{ queryBuilder: "b-tree" }} suppressStandardClassnames />
            </div>
            <div role="tabpanel" id={`${id}-pane-as_json`} aria-labelledby={`${id}-tab-as_json`} hidden={!isText}>
              {isUnreadable && (
                <p className="b-unready" role="alert">
                  {t("unreadable_json")}
                </p>
              )}
              <div className="b-json" ref={pane} />
            </div>
          </div>
          <aside className="b-side">
            <Sentence live={live} />
            <Found live={live} choose={setPerson} />
            <Why person={person} reasons={reasons} choose={setPerson} />
          </aside>
        </div>
        <p className="s-hidden" aria-live="assertive">
          {said}
        </p>
      </div>
    </DeskProvider>
  );
}
