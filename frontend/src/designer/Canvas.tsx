/** The canvas: cards by React Flow, lines and "+" drawn under and between them. Nothing is dragged, all is laid out. */

import "@xyflow/react/dist/base.css";

import type { Node, NodeChange } from "@xyflow/react";
import { Background, MiniMap, Panel, ReactFlow, ReactFlowProvider, useReactFlow, ViewportPortal } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";

import { Sign } from "../Value";
import { choose } from "./acts";
import { Card } from "./Card";
import type { Layout } from "./layout";
import { MARGIN, movedToSee } from "./sight";
import { Lines, Spots } from "./Ways";
import { useDesk, useShared } from "./store";

const TYPES = { card: Card };
const FIT = { padding: 0.15, maxZoom: 1, minZoom: 0.35 };

export type CardNode = Node<{ isGhost: boolean }, "card">;

export function Canvas({ layout }: { layout: Layout }) {
  return (
    <ReactFlowProvider>
      <Flow layout={layout} />
    </ReactFlowProvider>
  );
}

function Flow({ layout }: { layout: Layout }) {
  const desk = useDesk();
  const { t } = desk;
  const chosen = useShared((state) => state.chosen);
  const at = useShared((state) => state.at);
  const box = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();

  const base = useMemo<CardNode[]>(
    () =>
      layout.cards.map(({ id, isGhost, x, y, width, height }) => ({
        id,
        type: "card",
        position: { x, y },
        width,
        height,
        selectable: !isGhost,
        domAttributes: { "aria-roledescription": undefined }, // its card says what it is
        data: { isGhost },
      })),
    [layout],
  );
  const nodes = useMemo(() => {
    const among = new Set(chosen);
    return base.map((node) => (among.has(node.id) ? { ...node, selected: true } : node));
  }, [base, chosen]);

  function onNodesChange(changes: NodeChange<CardNode>[]) {
    const among = new Set(desk.now.chosen);
    let last: string | undefined;
    for (const change of changes) {
      if (change.type !== "select") continue;
      if (change.selected) among.add((last = change.id));
      else among.delete(change.id);
    }
    if (among.size !== desk.now.chosen.length || last) choose(desk, [...among], last);
  }

  // What is clicked or moved by hand stays under the pointer; a card that is gone to otherwise comes into sight.
  const isByHand = useRef(false);
  useEffect(() => {
    const point = (event: Event) => {
      isByHand.current = event.target instanceof Node && box.current?.contains(event.target) === true;
    };
    const type = () => {
      isByHand.current = false;
    };
    document.addEventListener("pointerdown", point, true);
    document.addEventListener("wheel", point, { capture: true, passive: true });
    document.addEventListener("keydown", type, true);
    return () => {
      document.removeEventListener("pointerdown", point, true);
      document.removeEventListener("wheel", point, true);
      document.removeEventListener("keydown", type, true);
    };
  }, []);
  const card = layout.cards.find(({ id }) => id === at);
  useEffect(() => {
    const pane = box.current?.getBoundingClientRect();
    if (!pane?.width || isByHand.current) return;
    const { width, height } = pane;
    const view = flow.getViewport();
    const moved = movedToSee(layout, at, { ...view, width, height });
    if (moved) void flow.setViewport({ ...view, ...moved });
  }, [at, card?.x, card?.y, flow]);

  useEffect(() => {
    const zoom = (event: Event) => {
      const how = (event as CustomEvent<string>).detail;
      if (how === "fit") void flow.fitView(FIT);
      else void (how === "in" ? flow.zoomIn() : flow.zoomOut());
    };
    document.addEventListener("designer-zoom", zoom);
    return () => document.removeEventListener("designer-zoom", zoom);
  }, [flow]);

  /** A long journey begins at its head, at a size that can be read. */
  function begin() {
    const pane = box.current?.getBoundingClientRect();
    const trigger = layout.cards[0];
    if (!pane || !trigger) return;
    if (layout.height <= pane.height * 1.45 && layout.width <= pane.width * 1.45) return void flow.fitView(FIT);
    void flow.setViewport({ x: pane.width / 2 - (trigger.x + trigger.width / 2) * 0.8, y: MARGIN, zoom: 0.8 });
  }

  return (
    <div className="d-flow" ref={box} role="application" aria-label={t("canvas")}>
      <ReactFlow<CardNode>
        nodes={nodes}
        nodeTypes={TYPES}
        onNodesChange={onNodesChange}
        onPaneClick={() => desk.set({ chosen: [] })}
        onInit={begin}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Control", "Meta", "Shift"]}
        panOnScroll
        zoomOnDoubleClick={false}
        minZoom={0.1}
        maxZoom={1.75}
        onlyRenderVisibleElements={layout.cards.length > 80}
        ariaLabelConfig={{ "node.a11yDescription.default": "", "edge.a11yDescription.default": "", "minimap.ariaLabel": t("map") }}
      >
        <ViewportPortal>
          <Lines layout={layout} />
          <Spots layout={layout} />
        </ViewportPortal>
        <Background gap={20} size={1} />
        <MiniMap pannable zoomable className="d-map" nodeBorderRadius={8} ariaLabel={t("map")} />
        <Panel position="bottom-left" className="d-zoom">
          {(["in", "out", "fit"] as const).map((how) => (
            <button type="button" key={how} className="b-icon" aria-label={t(`zoom_${how}`)} title={t(`zoom_${how}`)} onClick={() => zoom(how)}>
              <Sign name={{ in: "add", out: "remove", fit: "fit_screen" }[how]} />
            </button>
          ))}
        </Panel>
      </ReactFlow>
    </div>
  );
}

export function zoom(how: "in" | "out" | "fit"): void {
  document.dispatchEvent(new CustomEvent("designer-zoom", { detail: how }));
}
