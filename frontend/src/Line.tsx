/** One question: what it is about, its settings, the filters of an event, what is wrong, why it holds or not. */

import { memo } from "react";
import type { RuleProps } from "react-querybuilder";

import { problemsAt, useDesk } from "./desk";
import { FieldPicker } from "./FieldPicker";
import { Grip, PartActions, useDropping } from "./Mover";
import { Settings } from "./Settings";
import type { Line as LineOfTree } from "./tree";
import { newLine, pathName, replacePart, shared } from "./tree";
import { Verdict } from "./Verdict";
import { Where } from "./Where";

function LineOf({ rule, path }: RuleProps) {
  const desk = useDesk();
  const { t, families } = desk;
  const line = rule as LineOfTree;
  const family = families.get(line.field);
  const dropping = useDropping(path);
  const name = family?.label ?? line.field;
  const problems = problemsAt(desk.problems, pathName(path));
  const put = (next: LineOfTree, tag?: string) => desk.change(replacePart(desk.tree(), path, next), tag && `${line.id} ${tag}`);
  const wheres = family?.settings.filter((one) => one.kind === "where") ?? [];

  return (
    <div
      className={`b-part b-line${problems.length ? " b-wrong" : ""}${dropping.className}`}
      role="group"
      aria-label={name}
      data-path={pathName(path)}
      onDragOver={dropping.onDragOver}
      onDragLeave={dropping.onDragLeave}
      onDrop={dropping.onDrop}
    >
      <Grip id={line.id ?? ""} path={path} name={name} />
      <div className="b-line-body">
        <div className="b-line-head">
          <FieldPicker
            label={t("question")}
            text={name}
            choose={(chosen, given) => {
              const kept = family ? shared(line, family, chosen) : {};
              put({ ...newLine(chosen, { ...kept, ...given }), id: line.id });
            }}
          />
          <Verdict path={pathName(path)} />
        </div>
        {family ? (
          <Settings settings={family.settings} line={line} problems={problems} change={put} />
        ) : (
          <ul className="b-problems">
            {problems.map(({ message }) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        )}
        {wheres.map((where) => (
          <Where key={where.name} setting={where} line={line} problems={problems} change={put} isOnly={wheres.length === 1} />
        ))}
      </div>
      <PartActions path={path} name={name} canWrap />
    </div>
  );
}

/** Drawn anew only where the line itself, its place, or what is known of the rule is another. */
export const Line = memo(LineOf, (was, is) => was.rule === is.rule && pathName(was.path) === pathName(is.path));
