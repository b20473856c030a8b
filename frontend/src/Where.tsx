/** The filters on an event's properties, under the question that they belong to: a tree like the rule's own. */

import { useMemo, useRef } from "react";
import type { Path } from "react-querybuilder";

import type { Desk } from "./desk";
import { DeskProvider, useDesk } from "./desk";
import { JoinControl, joinOf } from "./Join";
import { Grip, PartActions, useDropping, useDroppingInto } from "./Mover";
import { Settings } from "./Settings";
import type { Group, Json, Line } from "./tree";
import { addPart, filterName, isPlain, newFilter, newFilters, newGroup, replacePart } from "./tree";
import { givenBy, Sign } from "./Value";
import type { Setting } from "./vocabulary";

interface Told {
  rest: string;
  message: string;
}
interface Props {
  setting: Setting;
  line: Line;
  problems: Told[];
  change: (line: Line, tag?: string) => void;
  isOnly: boolean;
}
/** What all filters of one event share: their root, what suggestions hang on, what is wrong. */
interface Shared {
  root: Group;
  setting: Setting;
  given: Record<string, string>;
  problems: Told[];
}

/** What its properties are of: `then_where` filters the event that `then` names, `where` the line's own. */
function filtered(setting: Setting, line: Line): Record<string, string> {
  const given = givenBy(line);
  const named = setting.name.endsWith("_where") ? given[setting.name.slice(0, -"_where".length)] : undefined;
  return named === undefined ? given : { ...given, event: named };
}

/** The problems of one filter, or of one group itself. */
function problemsOf({ problems, setting, root }: Shared, path: Path, isGroup: boolean): Told[] {
  const name = filterName(setting.name, root, path);
  return problems
    .filter(({ rest }) => rest === name || (!isGroup && rest.startsWith(`${name}.`)))
    .map(({ rest, message }) => ({ rest: rest.slice(name.length + 1), message }));
}

export function Where({ setting, line, problems, change, isOnly }: Props) {
  const desk = useDesk();
  const { t } = desk;
  const root = line[setting.name] as Group | undefined;
  const label = isOnly ? t("filters") : `${t("filters")}: ${setting.label}`;
  const operator = desk.vocabulary.line.find((one) => one.name === "operator")?.choices[0]?.value;
  const put = (next: Group, tag?: string) =>
    change({ ...line, [setting.name]: next.rules.length ? next : undefined } as Line, tag && `${setting.name} ${tag}`);

  const latest = useRef({ root, put, id: line.id ?? null });
  latest.current = { root, put, id: line.id ?? null };
  const dragged = useRef<{ path: Path | null }>({ path: null });
  const own: Desk = useMemo(
    () => ({
      ...desk,
      tree: () => latest.current.root ?? newFilters(),
      change: (next, tag) => {
        if (!next.rules.length) desk.focus.id = latest.current.id; // the last filter is gone: back to the question
        latest.current.put(next, tag);
      },
      answers: new Map(),
      dragged: dragged.current,
    }),
    [desk],
  );

  function add() {
    const filter = newFilter(operator);
    desk.focus.id = filter.id ?? null;
    put({ ...newFilters(), rules: [filter] });
  }

  return (
    <DeskProvider value={own}>
      <div className="b-where" role="group" aria-label={label}>
        {root ? (
          <Filters group={root} path={[]} shared={{ root, setting, given: filtered(setting, line), problems }} operator={operator} isOnly={isOnly} />
        ) : (
          <button type="button" className="b-add" onClick={add}>
            <Sign name="add" />
            {isOnly ? t("add_filter") : `${t("add_filter")}: ${setting.label}`}
          </button>
        )}
      </div>
    </DeskProvider>
  );
}

interface FiltersProps {
  group: Group;
  path: Path;
  shared: Shared;
  operator: string | undefined;
  isOnly: boolean;
}

function Filters({ group, path, shared, operator, isOnly }: FiltersProps) {
  const desk = useDesk();
  const { t } = desk;
  const isRoot = path.length === 0;
  const name = t(`join_${joinOf(group)}`);
  const dropping = useDropping(path);
  const into = useDroppingInto(path, group);
  const problems = problemsOf(shared, path, true);
  const what = isOnly ? "" : `: ${shared.setting.label}`;
  const isJoined = !isRoot || group.rules.length > 1 || !isPlain(group);

  function add(part: Group | Line) {
    desk.focus.id = part.id ?? null;
    desk.change(addPart(desk.tree(), part, path));
  }

  return (
    <div
      className={isRoot ? "b-filters" : `b-part b-filters b-filter-group${dropping.className}`}
      {...(isRoot
        ? {}
        : {
            role: "group",
            "aria-label": t("group_of", { name }),
            onDragOver: dropping.onDragOver,
            onDragLeave: dropping.onDragLeave,
            onDrop: dropping.onDrop,
          })}
    >
      <div className="b-group-head">
        {!isRoot && <Grip id={group.id ?? ""} path={path} name={name} />}
        {isRoot && <span className="b-word">{shared.setting.label}</span>}
        {isJoined && <JoinControl group={group} path={path} />}
        {!isRoot && <PartActions path={path} name={name} canWrap={false} />}
      </div>
      {problems.length > 0 && (
        <ul className="b-problems" role="alert">
          {problems.map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
      {group.rules.map((part, place) => {
        const own = [...path, place];
        return "rules" in part ? (
          <Filters key={part.id} group={part as Group} path={own} shared={shared} operator={operator} isOnly={isOnly} />
        ) : (
          <Filter key={(part as Line).id} filter={part as Line} path={own} shared={shared} />
        );
      })}
      <div className={`b-group-foot${into.isOver ? " b-drop-into" : ""}`} onDragOver={into.onDragOver} onDragLeave={into.onDragLeave} onDrop={into.onDrop}>
        <button type="button" className="b-add" onClick={() => add(newFilter(operator))}>
          <Sign name="add" />
          {t("add_filter") + what}
        </button>
        <button type="button" className="b-add" onClick={() => add({ ...newGroup(), rules: [newFilter(operator)] })}>
          <Sign name="add" />
          {t("add_filter_group") + what}
        </button>
      </div>
    </div>
  );
}

function Filter({ filter, path, shared }: { filter: Line; path: Path; shared: Shared }) {
  const desk = useDesk();
  const { t, vocabulary } = desk;
  const dropping = useDropping(path);
  const name = t("filter_number", { number: path.map((place) => place + 1).join(".") });
  return (
    <div
      className={`b-part b-filter${dropping.className}`}
      role="group"
      aria-label={name}
      onDragOver={dropping.onDragOver}
      onDragLeave={dropping.onDragLeave}
      onDrop={dropping.onDrop}
    >
      <Grip id={filter.id ?? ""} path={path} name={name} />
      <div className="b-line-body">
        <Settings
          settings={vocabulary.line}
          line={filter as Json}
          given={shared.given}
          problems={problemsOf(shared, path, false)}
          change={(next, tag) => desk.change(replacePart(desk.tree(), path, next as Line), `${filter.id} ${tag}`)}
        />
      </div>
      <PartActions path={path} name={name} canWrap />
    </div>
  );
}
