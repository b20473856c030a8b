/** What stands over the page at times: help, search, and what to do when two have edited. */

import { useEffect, useState } from "react";

import { Sign } from "../Value";
import { choose } from "./acts";
import { toldOf } from "./api";
import { stepsWith } from "./find";
import { Finder } from "./Finder";
import { CLIPBOARD, KEYS } from "./keys";
import { Merge } from "./Merge";
import { Modal } from "./Modal";
import type { Saving, State as SaveState } from "./saving";
import { useDesk, useShared } from "./store";

const MOST_FOUND = 50; // that are listed

export function Dialogs({ saving }: { saving: Saving }) {
  const open = useShared((state) => state.open);
  const state = useShared((shared) => shared.saving);
  return (
    <>
      {open === "help" && <Help />}
      {open === "find" && <Find />}
      {state.is === "conflict" && <Conflict theirs={state.theirs} saving={saving} />}
    </>
  );
}

function Help() {
  const desk = useDesk();
  const { t } = desk;
  const shown = (keys: string) =>
    keys.split("+").filter(Boolean).map((key) => (key === " " ? t("space") : (({ ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→" })[key] ?? (key.length === 1 ? key.toUpperCase() : key))));
  const row = (all: string[], word: string) => (
    <tr key={word}>
      <td>
        {all.map((keys) => (
          <span className="d-keys" key={keys}>
            {(keys === "+" ? ["+"] : shown(keys)).map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </span>
        ))}
      </td>
      <td>{t(word)}</td>
    </tr>
  );
  return (
    <Modal title={t("help")} close={() => desk.set({ open: null })}>
      <table className="s-table">
        <tbody>
          {KEYS.map(({ keys, word }) => row(keys, word))}
          {CLIPBOARD.map(([keys, word]) => row([keys], word))}
        </tbody>
      </table>
      <p className="s-note">{t("help_mouse")}</p>
    </Modal>
  );
}

function Find() {
  const desk = useDesk();
  const { t } = desk;
  const [typed, setTyped] = useState("");
  const found = stepsWith(desk.now.graph, typed, (step) => `${desk.title(step.id, step)} ${desk.saying(step.id)}`);
  const close = () => desk.set({ open: null, found: [] });
  useEffect(() => desk.set({ found }), [typed]);
  const choices = found.slice(0, MOST_FOUND).map((id) => {
    const kind = desk.kindOf(desk.now.steps.get(id));
    return { key: id, icon: kind?.icon ?? "extension", title: desk.title(id), note: desk.saying(id) || id, group: kind?.group ?? "more" };
  });
  return (
    <Modal title={t("find")} close={close} look="d-palette">
      <Finder
        label={t("find_hint")}
        of={t("found")}
        typed={typed}
        setTyped={setTyped}
        choices={choices}
        take={(id) => {
          close();
          choose(desk, [id]);
        }}
        isEmpty={typed.trim() !== "" && !found.length}
      />
    </Modal>
  );
}

function Conflict({ theirs, saving }: { theirs: Extract<SaveState, { is: "conflict" }>["theirs"]; saving: Saving }) {
  const desk = useDesk();
  const { t } = desk;
  const [isSure, setSure] = useState(false);
  const [failure, setFailure] = useState("");
  const [isMerging, setMerging] = useState(false);
  const at = theirs.at ? new Date(theirs.at).toLocaleString(document.documentElement.lang) : "";

  function takeTheirs() {
    const graph = saving.take(theirs);
    const { onChange } = desk;
    desk.onChange = () => undefined; // it is what the server has
    desk.change(graph);
    desk.onChange = onChange;
    desk.say("took_theirs");
  }

  async function keepAsCopy() {
    try {
      const { url } = await desk.api.copy(desk.now.graph);
      saving.forget();
      window.location.assign(url);
    } catch (error) {
      setFailure(toldOf(error, t).join(" "));
    }
  }

  if (isMerging) return <Merge theirs={theirs} saving={saving} back={() => setMerging(false)} />;
  return (
    <Modal title={t("conflict", { who: theirs.by || t("somebody") })} look="d-conflict">
      <p>{t("conflict_hint", { who: theirs.by || t("somebody"), when: at })}</p>
      {failure && <p role="alert">{failure}</p>}
      <div className="d-choices">
        <button type="button" className="s-button s-button-main" data-first onClick={() => setMerging(true)}>
          <Sign name="merge" />
          <span>
            <b>{t("merge")}</b>
            <small>{t("merge_offer")}</small>
          </span>
        </button>
        <button type="button" className="s-button" onClick={takeTheirs}>
          <Sign name="download" />
          <span>
            <b>{t("take_theirs")}</b>
            <small>{t("take_theirs_hint")}</small>
          </span>
        </button>
        {desk.boot.urls.copy && (
          <button type="button" className="s-button" onClick={() => void keepAsCopy()}>
            <Sign name="content_copy" />
            <span>
              <b>{t("keep_as_copy")}</b>
              <small>{t("keep_as_copy_hint")}</small>
            </span>
          </button>
        )}
        <button type="button" className="s-button d-risky" onClick={() => (isSure ? void saving.flush(true) : setSure(true))}>
          <Sign name="warning" />
          <span>
            <b>{t(isSure ? "overwrite_sure" : "overwrite")}</b>
            <small>{t("overwrite_hint", { who: theirs.by || t("somebody") })}</small>
          </span>
        </button>
      </div>
    </Modal>
  );
}
