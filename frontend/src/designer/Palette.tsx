/** What can be added at a place: searched as one types, in groups, by keyboard. */

import { useMemo, useState } from "react";

import { add, keptClip, paste } from "./acts";
import { readClip } from "./clip";
import { kindsFor } from "./find";
import type { Choice } from "./Finder";
import { Finder } from "./Finder";
import { targetOf, TRIGGER, waysFrom } from "./graph";
import { Modal } from "./Modal";
import type { Adding } from "./store";
import { useDesk, useShared } from "./store";

const PASTE = ":paste"; // no kind of step

export function Palette() {
  const adding = useShared((state) => state.adding);
  return adding && <Choices adding={adding} key={adding.way.from} />;
}

/** How many steps could be pasted; 0 where there are none. */
function pasteable(text: string): number {
  try {
    return readClip(text).steps.length;
  } catch {
    return 0;
  }
}

function Choices({ adding }: { adding: Adding }) {
  const desk = useDesk();
  const { t } = desk;
  const [typed, setTyped] = useState("");
  const { way } = adding;
  const { graph, check } = desk.now;
  const ways = waysFrom(graph, way.from, desk.kinds, check.branches);
  const follows = targetOf(graph, way);
  const clip = useMemo(keptClip, []);
  const copied = useMemo(() => pasteable(clip), [clip]);
  const choices = useMemo(() => {
    const isSearch = typed.trim() !== "";
    const order = new Map(desk.boot.groups.map((group, at) => [group.key, at]));
    const titles = new Map(desk.boot.groups.map((group) => [group.key, group.title]));
    const found = kindsFor(desk.boot.steps.filter((kind) => !kind.ends || follows === null), typed);
    const kinds = isSearch ? found : [...found].sort((a, b) => (order.get(a.group) ?? 99) - (order.get(b.group) ?? 99));
    const shown: Choice[] = kinds.map((kind, at) => ({
      ...{ key: kind.kind, icon: kind.icon, title: kind.title, note: kind.description, group: kind.group },
      heading: isSearch || kind.group === kinds[at - 1]?.group ? undefined : titles.get(kind.group),
    }));
    const pasted = { key: PASTE, icon: "content_paste", title: t("paste_here", { count: copied }), note: "", group: "more" };
    return copied > 0 && !isSearch ? [...shown, pasted] : shown;
  }, [desk, t, typed, follows, copied]);

  function take(key: string) {
    const kind = desk.kinds.get(key);
    if (kind) add(desk, way, kind);
    else paste(desk, clip, way);
  }

  return (
    <Modal title={way.from === TRIGGER ? t("add_first") : t("add_after", { title: desk.title(way.from) })} close={() => desk.set({ adding: null })} look="d-palette">
      {adding.isAfter && ways.length > 1 && (
        <label className="d-row">
          {t("on_branch")}
          <select
            className="b-select"
            value={way.branch}
            onChange={(event) => desk.set({ adding: { way: { from: way.from, branch: event.target.value }, isAfter: true } })}
          >
            {ways.map((one) => (
              <option key={one.branch} value={one.branch}>
                {desk.branchName(one.branch)}
              </option>
            ))}
          </select>
        </label>
      )}
      <Finder label={t("search_steps")} of={t("steps")} typed={typed} setTyped={setTyped} choices={choices} take={take} />
    </Modal>
  );
}
