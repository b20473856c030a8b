/** Where a part stands, and how it is moved: by drag, by arrow keys on its grip, by buttons. */

import type { Path } from "react-querybuilder";
import { useState } from "react";

import { useDesk } from "./desk";
import { copyPart, movePart, partAt, removePart, wrapPart } from "./tree";
import type { Group } from "./tree";
import { Sign } from "./Value";

export function isWithin(path: Path, around: Path): boolean {
  return around.every((place, depth) => path[depth] === place);
}

/** What a part needs to be dropped before or after, and the mark that shows where. */
export function useDropping(path: Path) {
  const desk = useDesk();
  const [side, setSide] = useState<"before" | "after" | null>(null);
  const isFit = () => desk.dragged.path !== null && !isWithin(path, desk.dragged.path);
  return {
    className: side ? ` b-drop-${side}` : "",
    onDragOver: (event: React.DragEvent) => {
      if (!isFit()) return;
      event.preventDefault();
      event.stopPropagation();
      const box = event.currentTarget.getBoundingClientRect();
      setSide(event.clientY < box.top + box.height / 2 ? "before" : "after");
    },
    onDragLeave: () => setSide(null),
    onDrop: (event: React.DragEvent) => {
      const from = desk.dragged.path;
      if (!isFit() || !from) return;
      event.preventDefault();
      event.stopPropagation();
      setSide(null);
      const behind = side === "after" ? 1 : 0;
      desk.change(movePart(desk.tree(), from, [...path.slice(0, -1), (path.at(-1) ?? 0) + behind]));
    },
  };
}

/** The drop of a part at the end of a group. */
export function useDroppingInto(path: Path, group: Group) {
  const desk = useDesk();
  const [isOver, setOver] = useState(false);
  const isFit = () => desk.dragged.path !== null && !isWithin(path, desk.dragged.path);
  return {
    isOver,
    onDragOver: (event: React.DragEvent) => {
      if (!isFit()) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: React.DragEvent) => {
      const from = desk.dragged.path;
      if (!isFit() || !from) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      desk.change(movePart(desk.tree(), from, [...path, group.rules.length]));
    },
  };
}

export function Grip({ id, path, name }: { id: string; path: Path; name: string }) {
  const desk = useDesk();
  const { t } = desk;

  function shift(direction: "up" | "down") {
    const tree = desk.tree();
    const next = movePart(tree, path, direction);
    if (JSON.stringify(next) === JSON.stringify(tree)) return desk.say(t("moved_no_further"));
    desk.focus.id = id;
    desk.change(next);
    desk.say(t(direction === "up" ? "moved_up" : "moved_down", { name }));
  }

  return (
    <button
      type="button"
      className="b-icon b-grip"
      data-focus={id}
      draggable
      aria-label={t("move_part", { name })}
      title={t("move_hint")}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        shift(event.key === "ArrowUp" ? "up" : "down");
      }}
      onDragStart={(event) => {
        desk.dragged.path = path;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", name);
        const part = event.currentTarget.closest(".b-part");
        if (part) event.dataTransfer.setDragImage(part, 12, 12);
      }}
      onDragEnd={() => {
        desk.dragged.path = null;
      }}
    >
      <Sign name="drag_indicator" />
    </button>
  );
}

/** What takes the focus when a part goes: the next one, the one before, or the group that it was in. */
export function neighbour(tree: Group, path: Path): string | null {
  const around = partAt(tree, path.slice(0, -1)) as Group;
  const place = path.at(-1) ?? 0;
  return (around.rules[place + 1] ?? around.rules[place - 1] ?? around).id ?? null;
}

export function PartActions({ path, name, canWrap }: { path: Path; name: string; canWrap: boolean }) {
  const desk = useDesk();
  const { t } = desk;
  const act = (sign: string, word: string, make: (tree: Group) => Group) => (
    <button
      type="button"
      className="b-icon"
      aria-label={`${t(word)}: ${name}`}
      title={t(word)}
      onClick={() => desk.change(make(desk.tree()))}
    >
      <Sign name={sign} />
    </button>
  );
  return (
    <span className="b-actions">
      {canWrap && act("library_add", "wrap_part", (tree) => wrapPart(tree, path))}
      {act("content_copy", "copy_part", (tree) => copyPart(tree, path))}
      {act("delete", "remove_part", (tree) => {
        desk.focus.id = neighbour(tree, path);
        return removePart(tree, path);
      })}
    </span>
  );
}
