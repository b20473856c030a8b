/** Questions and groups of which all, one or none must hold. */

import type { RuleGroupProps } from "react-querybuilder";
import { RuleGroupBodyComponents, useRuleGroup } from "react-querybuilder";
import { useState } from "react";

import { problemsAt, useDesk } from "./desk";
import { FieldPicker } from "./FieldPicker";
import { JoinControl, joinOf } from "./Join";
import { Grip, PartActions, useDropping, useDroppingInto } from "./Mover";
import type { Group as GroupOfTree } from "./tree";
import { addPart, newGroup, newLine, pathName } from "./tree";
import { Sign } from "./Value";
import { Verdict } from "./Verdict";

export function Group(props: RuleGroupProps) {
  const desk = useDesk();
  const { t } = desk;
  const querybuilder = useRuleGroup(props);
  const { path } = props;
  const group = props.ruleGroup as unknown as GroupOfTree;
  const isRoot = path.length === 0;
  const dropping = useDropping(path);
  const into = useDroppingInto(path, group);
  const [isAdding, setAdding] = useState(isRoot && group.rules.length === 0);
  const name = t(`join_${joinOf(group)}`);
  const problems = problemsAt(desk.problems, pathName(path));

  return (
    <div
      className={`b-part b-group${isRoot ? " b-root" : ""}${isRoot ? "" : dropping.className}`}
      role="group"
      aria-label={t("group_of", { name })}
      data-path={pathName(path)}
      {...(isRoot ? {} : { onDragOver: dropping.onDragOver, onDragLeave: dropping.onDragLeave, onDrop: dropping.onDrop })}
    >
      <div className="b-group-head">
        {!isRoot && <Grip id={group.id ?? ""} path={path} name={name} />}
        <JoinControl group={group} path={path} />
        <Verdict path={pathName(path)} />
        {!isRoot && <PartActions path={path} name={name} canWrap={false} />}
      </div>
      {problems.length > 0 && (
        <ul className="b-problems" role="alert">
          {problems.map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
      <div className="b-group-body">
        <RuleGroupBodyComponents {...querybuilder} />
        {group.rules.length === 0 && !isAdding && <p className="b-empty">{t("empty_group")}</p>}
      </div>
      <div
        className={`b-group-foot${into.isOver ? " b-drop-into" : ""}`}
        onDragOver={into.onDragOver}
        onDragLeave={into.onDragLeave}
        onDrop={into.onDrop}
      >
        {isAdding ? (
          <FieldPicker
            label={t("add_question")}
            text=""
            autoFocus={!isRoot || group.rules.length > 0}
            choose={(family, chosen) => {
              setAdding(false);
              const line = newLine(family, chosen);
              desk.focus.id = line.id ?? null;
              desk.change(addPart(desk.tree(), line, path));
            }}
            onLeave={() => setAdding(false)}
          />
        ) : (
          <>
            <button type="button" className="b-add" data-focus={isRoot ? group.id : undefined} onClick={() => setAdding(true)}>
              <Sign name="add" />
              {t("add_question")}
            </button>
            <button type="button" className="b-add" onClick={() => desk.change(addPart(desk.tree(), newGroup(), path))}>
              <Sign name="add" />
              {t("add_group")}
            </button>
          </>
        )}
      </div>
    </div>
  );
}
