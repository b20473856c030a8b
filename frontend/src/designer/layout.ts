/** Where everything stands: derived from the graph each time, top down, branches in their order; nothing is stored. Pure. */

import dagre from "@dagrejs/dagre";

import type { Drawn, Graph, Kinds, Told } from "./graph";
import { drawnWays, TRIGGER } from "./graph";

export const CARD = { width: 236, height: 74, numbers: 26 };
const PILL = { height: 28, least: 64, most: 190, letter: 6.6, around: 52 };
const END = 28;
const GAP = { beside: 34, below: 52 };
const ROUND = 9;
const PLUS_BELOW = 26;

export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Card extends Place {
  id: string;
  isGhost: boolean;
}
/** Where a way can be added to: beside its name, on its line, or at its end. */
export interface Spot extends Place {
  id: string;
  way: Drawn;
  look: "pill" | "plus" | "end";
}
export interface Line {
  id: string;
  path: string;
  way: Drawn;
  look: "on" | "back" | "gone";
}
export interface Layout {
  cards: Card[];
  spots: Spot[];
  lines: Line[];
  width: number;
  height: number;
}
/** Steps that are no longer there, and the ways that led to and from them. */
export interface Ghosts {
  ids: string[];
  ways: Drawn[];
}
interface Options {
  kinds: Kinds;
  told?: Told;
  ghosts?: Ghosts;
  hasNumbers?: boolean;
  /** The text beside a branch's "+": it takes room. */
  label?: (way: Drawn) => string;
}
interface Point {
  x: number;
  y: number;
}

export function wayId(way: { from: string; branch: string }): string {
  return `${way.from}/${way.branch}`;
}

export function layOut(graph: Graph, options: Options): Layout {
  const { kinds, told = {}, ghosts = { ids: [], ways: [] }, hasNumbers = false, label = ({ branch }) => branch } = options;
  const { ways, order } = drawnWays(graph, kinds, told);
  const many = new Map<string, number>();
  for (const way of ways) many.set(way.from, (many.get(way.from) ?? 0) + 1);
  const isParted = (way: Drawn) => (many.get(way.from) ?? 0) > 1;
  const size = { width: CARD.width, height: CARD.height + (hasNumbers ? CARD.numbers : 0) };

  const net = new dagre.graphlib.Graph({ multigraph: true });
  net.setGraph({ rankdir: "TB", nodesep: GAP.beside, ranksep: GAP.below, ranker: inRanks as unknown as string }); // its types know names only
  net.setDefaultEdgeLabel(() => ({}));
  const place = (id: string, { width, height }: { width: number; height: number }) => {
    if (!net.hasNode(id)) net.setNode(id, { width, height });
  };
  place(TRIGGER, size);
  for (const way of ways) {
    place(way.from, size); // what nothing leads to begins a picture of its own
    const id = `+${wayId(way)}`;
    if (isParted(way)) place(id, pillSize(label(way)));
    if (way.to && !way.isBack) place(way.to, size);
    else if (!isParted(way) && !way.to) place(id, { width: END, height: END });
  }
  for (const id of [...order, ...ghosts.ids]) place(id, size);
  for (const way of ways) {
    const id = `+${wayId(way)}`;
    if (isParted(way)) {
      net.setEdge(way.from, id, {}, "in");
      if (way.to && !way.isBack) net.setEdge(id, way.to, {}, "out");
    } else if (!way.to) net.setEdge(way.from, id, {}, "in");
    else if (!way.isBack) net.setEdge(way.from, way.to, {}, wayId(way));
  }
  for (const way of ghosts.ways) if (way.to && net.hasNode(way.from) && !isAbove(net, way.to, way.from)) net.setEdge(way.from, way.to, {}, `-${wayId(way)}`);
  dagre.layout(net, { customOrder: inOrder });

  const at = (id: string): Place => {
    const { x, y, width, height } = net.node(id) as Place;
    return { x: x - width / 2, y: y - height / 2, width, height };
  };
  const line = (from: string, to: string, name: string): string => {
    const points = (net.edge(from, to, name) as { points: Point[] } | undefined)?.points ?? [];
    return path(steered(at(from), at(to), points));
  };
  const spots: Spot[] = [];
  const lines: Line[] = [];
  let right = 0;
  const around = Math.max(...net.nodes().map((id) => at(id).x + at(id).width));
  for (const way of ways) {
    const id = `+${wayId(way)}`;
    const stands = net.hasNode(id);
    const from = at(way.from);
    if (isParted(way)) {
      spots.push({ id, way, look: "pill", ...at(id) });
      lines.push({ id, way, look: "on", path: line(way.from, id, "in") });
    } else if (stands) {
      spots.push({ id, way, look: "end", ...at(id) });
      lines.push({ id, way, look: "on", path: line(way.from, id, "in") });
    } else {
      const x = from.x + from.width / 2 - END / 2;
      spots.push({ id, way, look: "plus", x, y: from.y + from.height + PLUS_BELOW - END / 2, width: END, height: END });
    }
    if (!way.to) continue;
    const start = isParted(way) ? id : way.from;
    if (way.isBack) lines.push({ id: `${id}>`, way, look: "back", path: aside(at(start), at(way.to), around + 24 + 14 * right++) });
    else lines.push({ id: `${id}>`, way, look: "on", path: line(start, way.to, isParted(way) ? "out" : wayId(way)) });
  }
  for (const way of ghosts.ways) {
    if (way.to && net.hasEdge(way.from, way.to, `-${wayId(way)}`)) {
      lines.push({ id: `-${wayId(way)}`, way, look: "gone", path: line(way.from, way.to, `-${wayId(way)}`) });
    }
  }
  const gone = new Set(ghosts.ids);
  const cards = [...order, ...ghosts.ids].map((id) => ({ id, isGhost: gone.has(id), ...at(id) }));
  const { width = 0, height = 0 } = net.graph() as { width?: number; height?: number };
  return { cards, spots, lines, width: width + (right ? 48 + 14 * right : 0), height };
}

type Net = InstanceType<typeof dagre.graphlib.Graph>;

/** Everything as high as it can stand: right below the lowest of what leads to it. */
function inRanks(net: Net): void {
  const left = new Map(net.nodes().map((id) => [String(id), (net.inEdges(id) ?? []).length]));
  const waiting = [...left].flatMap(([id, many]) => (many ? [] : [id]));
  for (const id of left.keys()) (net.node(id) as { rank: number }).rank = 0;
  while (waiting.length) {
    const id = waiting.pop() as string;
    const { rank } = net.node(id) as { rank: number };
    for (const edge of net.outEdges(id) ?? []) {
      const below = net.node(edge.w) as { rank: number };
      below.rank = Math.max(below.rank, rank + (net.edge(edge) as { minlen: number }).minlen);
      const many = (left.get(edge.w) ?? 0) - 1;
      left.set(edge.w, many);
      if (!many) waiting.push(edge.w);
    }
  }
}

/** Within each row, in the order in which one comes to it, depth first: branches stay as they are, and nothing is weighed. */
function inOrder(net: Net): void {
  const rank = (id: string) => (net.node(id) as { rank: number }).rank;
  const filled = new Map<number, number>();
  const seen = new Set<string>();
  const roots = [...net.nodes()].map(String).sort((a, b) => rank(a) - rank(b));
  for (const root of roots) {
    const waiting = [root];
    while (waiting.length) {
      const id = waiting.pop() as string;
      if (seen.has(id)) continue;
      seen.add(id);
      const order = filled.get(rank(id)) ?? 0;
      (net.node(id) as { order: number }).order = order;
      filled.set(rank(id), order + 1);
      waiting.push(...(net.successors(id) ?? []).map(String).reverse());
    }
  }
}

function pillSize(text: string) {
  return { width: Math.min(PILL.most, Math.max(PILL.least, text.length * PILL.letter + PILL.around)), height: PILL.height };
}

/** Whether a way from `low` to `high` would lead back up. */
function isAbove(net: Net, high: string, low: string): boolean {
  const waiting = [high];
  const seen = new Set(waiting);
  while (waiting.length) {
    const here = waiting.pop() as string;
    if (here === low) return true;
    for (const next of net.successors(here) ?? []) if (!seen.has(String(next))) waiting.push(String(next)), seen.add(String(next));
  }
  return false;
}

/** Corners of a line that runs down, and aside only between the rows. Every second of dagre's inner points lies there. */
function steered(from: Place, to: Place, points: Point[]): Point[] {
  const inner = points.slice(1, -1);
  let x = from.x + from.width / 2;
  const corners = [{ x, y: from.y + from.height }];
  inner.forEach((point, at) => {
    if (at % 2) return;
    const next = inner[at + 1]?.x ?? to.x + to.width / 2;
    if (Math.abs(next - x) > 0.5) corners.push({ x, y: point.y }, { x: next, y: point.y });
    x = next;
  });
  return [...corners, { x, y: to.y }];
}

/** A way back: out to the right of everything, up, and in from above. */
function aside(from: Place, to: Place, out: number): string {
  const x1 = from.x + from.width;
  const y1 = from.y + from.height / 2;
  const x2 = to.x + to.width;
  const y2 = to.y + to.height / 2;
  return path([{ x: x1, y: y1 }, { x: out, y: y1 }, { x: out, y: y2 }, { x: x2 + 2, y: y2 }]);
}

/** Straight lines with rounded corners. */
function path(corners: Point[]): string {
  const [first, ...rest] = corners;
  if (!first) return "";
  let drawn = `M${round(first.x)} ${round(first.y)}`;
  rest.forEach((corner, at) => {
    const before = at === 0 ? first : (rest[at - 1] as Point);
    const after = rest[at + 1];
    if (!after) {
      drawn += `L${round(corner.x)} ${round(corner.y)}`;
      return;
    }
    const near = toward(corner, before);
    const far = toward(corner, after);
    drawn += `L${round(near.x)} ${round(near.y)}Q${round(corner.x)} ${round(corner.y)} ${round(far.x)} ${round(far.y)}`;
  });
  return drawn;
}

function toward(corner: Point, other: Point): Point {
  const [dx, dy] = [other.x - corner.x, other.y - corner.y];
  const length = Math.hypot(dx, dy) || 1;
  const by = Math.min(ROUND, length / 2) / length;
  return { x: corner.x + dx * by, y: corner.y + dy * by };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
