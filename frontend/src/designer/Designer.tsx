/** The whole page: the bar, the canvas or the list, the panel beside it, and what stands over them at times. */

import { useEffect, useMemo, useRef } from "react";

import { Sign } from "../Value";
import { copy, copyOut, paste, remove } from "./acts";
import { Canvas } from "./Canvas";
import { Dialogs } from "./Dialogs";
import { pressed } from "./keys";
import { layOut } from "./layout";
import { ListView } from "./ListView";
import { Palette } from "./Palette";
import { SidePanel } from "./Panel";
import { ClockBar } from "./ClockBar";
import { PeriodBar, PeriodDialog, useNumbers } from "./Period";
import { SimulationBar, SimulationDialog, useSimulation } from "./Simulation";
import { useWalk } from "./walking";
import type { Saving } from "./saving";
import { useDesk, useShared } from "./store";
import { Toolbar } from "./Toolbar";
import { branchLabel } from "./Ways";

/** Whether keys belong to what is typed in, or to a dialog. */
function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog") !== null;
}

export function Designer({ saving }: { saving: Saving }) {
  const desk = useDesk();
  const { t } = desk;
  const graph = useShared((state) => state.graph);
  const told = useShared((state) => state.check.branches);
  const shown = useShared((state) => state.difference);
  const numbers = useShared((state) => state.numbers);
  const isList = useShared((state) => state.isList);
  const at = useShared((state) => state.at);
  const chosen = useShared((state) => state.chosen);
  const said = useShared((state) => state.said);
  const root = useRef<HTMLDivElement>(null);
  useNumbers();
  useSimulation();
  useWalk();

  const layout = useMemo(
    () =>
      layOut(graph, {
        kinds: desk.kinds,
        told,
        ghosts: shown?.ghosts,
        hasNumbers: numbers !== null,
        label: (way) => branchLabel(desk, way),
      }),
    [desk, graph, told, shown, numbers],
  );
  const drawn = useRef(layout);
  drawn.current = layout;

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const isMeta = event.ctrlKey || event.metaKey;
      if (isMeta && event.key.toLowerCase() === "s") {
        event.preventDefault();
        return void saving.flush();
      }
      if (event.key === "Escape" && event.target instanceof Element && event.target.closest("[data-panel]")) {
        return root.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(desk.now.at)}"]`)?.focus();
      }
      if (isElsewhere(event.target)) return;
      const isOnButton = event.target instanceof Element && event.target.closest("button, a, summary") && !event.target.closest("[data-card]");
      if (isOnButton && (event.key === "Enter" || event.key === " ")) return;
      if (isMeta && event.shiftKey && event.key.toLowerCase() === "c") {
        event.preventDefault();
        return copyOut(desk, true);
      }
      if (pressed(desk, drawn.current, event)) event.preventDefault();
    };
    const clip = (event: ClipboardEvent) => {
      if (event.defaultPrevented || isElsewhere(event.target) || document.querySelector("dialog[open]")) return;
      if (event.type === "paste") {
        if (!desk.can) return;
        paste(desk, event.clipboardData?.getData("text/plain") ?? "");
      } else {
        if (!window.getSelection()?.isCollapsed) return;
        const text = copy(desk);
        if (text === null) return;
        event.clipboardData?.setData("text/plain", text);
        if (event.type === "cut" && desk.can) remove(desk);
      }
      event.preventDefault();
    };
    const leave = (event: BeforeUnloadEvent) => saving.isSafe || event.preventDefault();
    const back = () => document.visibilityState === "visible" && void saving.flush();
    document.addEventListener("keydown", press);
    for (const type of ["copy", "cut", "paste"] as const) document.addEventListener(type, clip);
    window.addEventListener("beforeunload", leave);
    window.addEventListener("online", back);
    window.addEventListener("focus", back);
    return () => {
      document.removeEventListener("keydown", press);
      for (const type of ["copy", "cut", "paste"] as const) document.removeEventListener(type, clip);
      window.removeEventListener("beforeunload", leave);
      window.removeEventListener("online", back);
      window.removeEventListener("focus", back);
    };
  }, [desk, saving]);

  useEffect(() => {
    performance.mark("designer-drawn");
  }, []);

  // The keyboard stands on the card that was gone to, unless it is in the panel.
  const was = useRef(at);
  const isOpening = useRef(true);
  useEffect(() => {
    if (isOpening.current) {
      isOpening.current = false;
      return;
    }
    const here = document.activeElement;
    const isBusy = here instanceof Element && here.closest("[data-panel], dialog, .d-bar") !== null;
    if (isBusy || (was.current === at && here !== document.body)) return;
    was.current = at;
    let frames = 12; // a card outside of what is seen is drawn once the canvas has moved there
    const look = () => {
      const card = root.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(at)}"]`);
      if (card) card.focus({ preventScroll: !desk.now.isList });
      else if (frames-- > 0) requestAnimationFrame(look);
    };
    if (root.current?.contains(here) || here === document.body) look();
  }, [at, chosen, isList, desk]);

  return (
    <div className="d-designer" ref={root} role="region" aria-label={t("designer")}>
      <Toolbar />
      <Banner />
      <div className="d-middle">
        <main className="d-main">
          <PeriodBar />
          <SimulationBar />
          {isList ? <ListView /> : <Canvas layout={layout} />}
          <ClockBar />
        </main>
        <SidePanel />
      </div>
      <Palette />
      <PeriodDialog />
      <SimulationDialog />
      <Dialogs saving={saving} />
      <Told />
      <p className="s-hidden" aria-live="polite">
        {said}
      </p>
    </div>
  );
}

/** What nothing else on the page shows; those who can't see it hear it as it is said. */
function Told() {
  const desk = useDesk();
  const told = useShared((state) => state.told);
  if (!told) return null;
  return (
    <div className="s-toasts">
      <div className="s-toast">
        <Sign name="info" />
        <p>{told}</p>
        <button type="button" className="s-toast-close" aria-label={desk.t("close")} onClick={() => desk.set({ told: "" })}>
          <Sign name="close" />
        </button>
      </div>
    </div>
  );
}

/** What keeps the draft from being saved, and what to do about it. */
function Banner() {
  const { t, boot } = useDesk();
  const saving = useShared((state) => state.saving);
  if (saving.is === "login") {
    return (
      <p className="s-banner" role="alert">
        {t("login_hint")}{" "}
        <a href={`${boot.urls.login}?next=${encodeURIComponent(window.location.pathname)}`} target="_blank" rel="noopener">
          {t("login")}
        </a>
      </p>
    );
  }
  if (saving.is === "refused") {
    return (
      <p className="s-banner" role="alert">
        {t("refused_hint", { why: saving.why })}
      </p>
    );
  }
  return null;
}
