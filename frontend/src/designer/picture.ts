/** The canvas as a picture that stands by itself: SVG of mere shapes and text. Pure. */

import type { Layout } from "./layout";

const EDGE = 24;
const HEAD = 44;
const LETTER = 7; // pixels, about

interface Colours {
  page: string;
  panel: string;
  line: string;
  ink: string;
  text: string;
  accent: string;
}
interface Drawing {
  title: string;
  words: (id: string) => { title: string; saying: string };
  label: (way: { from: string; branch: string }) => string;
  colours: Colours;
}

/** A text as XML takes it: without what it would read as its own, and without characters that it can't have. */
export function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  // biome-ignore lint: control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "").replace(/[&<>"']/g, (one) => entities[one] ?? one);
}

function shortened(text: string, width: number): string {
  const most = Math.floor(width / LETTER);
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

export function picture(layout: Layout, { title, words, label, colours }: Drawing): { svg: string; width: number; height: number } {
  const width = Math.ceil(Math.max(layout.width, title.length * 10) + 2 * EDGE);
  const height = Math.ceil(layout.height + 2 * EDGE + HEAD);
  const text = (x: number, y: number, said: string, more: string) => `<text x="${x}" y="${y}" ${more}>${escaped(said)}</text>`;
  const lines = layout.lines.map(({ path, look }) => `<path d="${path}" fill="none" stroke="${colours.line}" stroke-width="1.5"${look === "on" ? "" : ' stroke-dasharray="5 4"'}/>`);
  const pills = layout.spots
    .filter((spot) => spot.look === "pill")
    .map(
      ({ x, y, width: wide, height: high, way }) =>
        `<rect x="${x}" y="${y}" width="${wide}" height="${high}" rx="14" fill="${colours.panel}" stroke="${colours.line}"/>` +
        text(x + wide / 2, y + high / 2 + 4, shortened(label(way), wide - 16), `text-anchor="middle" font-size="12" fill="${colours.ink}"`),
    );
  const ends = layout.spots.filter((spot) => spot.look === "end").map(({ x, y, width: wide, height: high }) => `<circle cx="${x + wide / 2}" cy="${y + high / 2}" r="5" fill="${colours.line}"/>`);
  const cards = layout.cards.map(({ id, x, y, width: wide, height: high }) => {
    const said = words(id);
    return (
      `<rect x="${x}" y="${y}" width="${wide}" height="${high}" rx="9" fill="${colours.panel}" stroke="${colours.line}"/>` +
      `<rect x="${x}" y="${y + 6}" width="4" height="${high - 12}" rx="2" fill="${colours.accent}"/>` +
      text(x + 16, y + 28, shortened(said.title, wide - 32), `font-size="14" font-weight="600" fill="${colours.ink}"`) +
      text(x + 16, y + 50, shortened(said.saying || id, wide - 24), `font-size="12" fill="${colours.text}"`)
    );
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, system-ui, sans-serif">` +
    `<title>${escaped(title)}</title><rect width="${width}" height="${height}" fill="${colours.page}"/>` +
    text(EDGE, EDGE + 12, title, `font-size="18" font-weight="700" fill="${colours.ink}"`) +
    `<g transform="translate(${EDGE} ${EDGE + HEAD})">${[...lines, ...cards, ...pills, ...ends].join("")}</g></svg>`;
  return { svg, width, height };
}
