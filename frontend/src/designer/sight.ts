/** How the canvas has to stand so that a card is seen, and with it the "+" of its ways. Pure. */

import type { Layout, Place } from "./layout";

export const MARGIN = 24; // pixels along the edges in which nothing counts as seen

/** What of the layout is seen: how far it is moved, how large it is drawn, and the size of the window on it. */
export interface Window {
  x: number;
  y: number;
  zoom: number;
  width: number;
  height: number;
}

/** Where the canvas has to be moved to, no further than it must; null where `id` is seen, or is nowhere. */
export function movedToSee({ cards, spots }: Layout, id: string, { x, y, zoom, width, height }: Window): { x: number; y: number } | null {
  const card = cards.find((one) => one.id === id);
  if (!card) return null;
  const all = around([card, ...spots.filter((spot) => spot.way.from === id)]);
  const fits = (place: Place) => place.width * zoom <= width - 2 * MARGIN && place.height * zoom <= height - 2 * MARGIN;
  const place = [all, { ...card, height: all.height }].find(fits) ?? card;
  const right = by(place.x * zoom + x, place.width * zoom, width);
  const down = by(place.y * zoom + y, place.height * zoom, height);
  return right || down ? { x: x + right, y: y + down } : null;
}

/** How far what begins at `from` has to go to lie between the margins; into the middle, where it comes from far away. */
function by(from: number, length: number, whole: number): number {
  const least = from < MARGIN ? MARGIN - from : Math.min(0, whole - MARGIN - from - length);
  return Math.abs(least) > whole / 2 ? (whole - length) / 2 - from : least;
}

function around(places: Place[]): Place {
  const [x, y] = [Math.min(...places.map((place) => place.x)), Math.min(...places.map((place) => place.y))];
  const right = Math.max(...places.map((place) => place.x + place.width));
  const bottom = Math.max(...places.map((place) => place.y + place.height));
  return { x, y, width: right - x, height: bottom - y };
}
