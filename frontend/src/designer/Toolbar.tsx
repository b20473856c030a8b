/** The bar above: what is being edited, whether it is kept, and what can be done with the whole. */

import { Sign } from "../Value";
import { nextIssue } from "./acts";
import type { Stage } from "./api";
import { Export } from "./Export";
import { useDesk, useHistory, useShared } from "./store";
import { rehearse } from "./walking";

export function Toolbar() {
  const desk = useDesk();
  const { t, boot } = desk;
  const { canUndo, canRedo } = useHistory();
  const isList = useShared((state) => state.isList);
  const isCompared = useShared((state) => state.difference !== null);
  const hasNumbers = useShared((state) => state.period !== null);
  const isRehearsed = useShared((state) => state.rehearsal !== null);
  const isSimulated = useShared((state) => state.simulation !== null);
  const { serves, leads_to } = boot.journey;
  const icon = (name: string, word: string, act: () => void, more: { disabled?: boolean; "aria-pressed"?: boolean; keys?: string } = {}) => {
    const { keys, ...rest } = more;
    return (
      <button type="button" className="b-icon" aria-label={t(word)} title={keys ? `${t(word)} (${keys})` : t(word)} onClick={act} {...rest}>
        <Sign name={name} />
      </button>
    );
  };
  return (
    <div className="d-bar" role="toolbar" aria-label={t("toolbar")}>
      {serves && <StageBadge stage={serves} />}
      {leads_to && (
        <>
          <Sign name="arrow_forward" />
          <StageBadge stage={leads_to} />
        </>
      )}
      <Badge />
      <Kept />
      <span className="d-bar-end">
        {desk.can && icon("undo", "undo", desk.undo, { disabled: !canUndo, keys: "Ctrl+Z" })}
        {desk.can && icon("redo", "redo", desk.redo, { disabled: !canRedo, keys: "Ctrl+Shift+Z" })}
        {icon("search", "find", () => desk.set({ open: "find" }), { keys: "/" })}
        {icon(isList ? "account_tree" : "format_list_bulleted", isList ? "as_canvas" : "as_list", () => desk.set({ isList: !isList }), { keys: "L" })}
        {boot.urls.numbers && icon("monitoring", "numbers", () => desk.set({ open: "numbers" }), { "aria-pressed": hasNumbers })}
        {boot.live && icon("difference", "compare", () => desk.compare(!isCompared), { "aria-pressed": isCompared, keys: "D" })}
        <Export />
        {icon("keyboard", "help", () => desk.set({ open: "help" }), { keys: "?" })}
        <Issues />
        <button type="button" className="s-button" aria-pressed={isRehearsed} onClick={() => rehearse(desk)}>
          {t("rehearse")}
        </button>
        <button type="button" className="s-button" aria-pressed={isSimulated} onClick={() => desk.set({ open: "simulate" })}>
          {t("simulate")}
        </button>
        {boot.can.publish && <Publish />}
      </span>
    </div>
  );
}

/** To the review of the draft, which is saved before. */
function Publish() {
  const desk = useDesk();
  const url = desk.boot.urls.publish;
  return (
    <a
      className="s-button s-button-main"
      href={url}
      onClick={(event) => {
        const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
        if (desk.now.saving.is === "saved" || isElsewhere) return;
        event.preventDefault();
        void desk.flush().then((isSaved) => isSaved && window.location.assign(url));
      }}
    >
      {desk.t("publish")}
    </a>
  );
}

function StageBadge({ stage }: { stage: Stage }) {
  return (
    <span className={`s-stage stage-${stage.number}`}>
      <i>{stage.number}</i>
      {stage.label}
    </span>
  );
}

/** Draft, live, or both: which version customers go through. */
function Badge() {
  const { t, boot } = useDesk();
  const isLive = boot.live_version !== null;
  return (
    <span className={`s-chip ${isLive && boot.journey.state === "live" ? "s-chip-good" : ""} d-live`}>
      {isLive ? t("draft_and_live", { number: boot.live_version ?? "" }) : t("only_draft")}
    </span>
  );
}

function Kept() {
  const desk = useDesk();
  const { t } = desk;
  const saving = useShared((state) => state.saving);
  if (!desk.can) return <span className="s-note">{t("read_only")}</span>;
  const icons = { saved: "cloud_done", waiting: "cloud_upload", saving: "cloud_sync", offline: "cloud_off", login: "lock", refused: "error", conflict: "group" };
  return (
    <span className={`d-kept d-kept-${saving.is}`} role="status">
      <Sign name={icons[saving.is]} />
      {t(`save_${saving.is}`)}
    </span>
  );
}

/** How many things are wrong or doubtful; it leads to the next of them. */
function Issues() {
  const desk = useDesk();
  const { t } = desk;
  const faults = useShared((state) => state.check.faults.length);
  const warnings = useShared((state) => state.check.warnings.length);
  const look = faults ? "d-count-faults" : warnings ? "d-count-warnings" : "d-count-none";
  const words = faults ? t("faults", { count: faults }) : warnings ? t("warnings", { count: warnings }) : t("no_issues");
  return (
    <button type="button" className={`s-button d-count ${look}`} title={t("next_issue")} onClick={() => nextIssue(desk)}>
      <Sign name={faults ? "error" : warnings ? "info" : "check_circle"} />
      {words}
    </button>
  );
}
