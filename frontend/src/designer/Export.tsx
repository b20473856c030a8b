/** The picture of the journey as a file. */

import { useState } from "react";

import { Sign } from "../Value";
import { layOut } from "./layout";
import { picture } from "./picture";
import type { Desk } from "./store";
import { useDesk } from "./store";
import { branchLabel } from "./Ways";

const LARGEST = 8000; // pixels of a side that browsers draw

/** The journey as it stands, with its names and what its steps say. */
function drawn(desk: Desk): { svg: string; width: number; height: number } {
  const { graph, check, numbers } = desk.now;
  const label = (way: { from: string; branch: string }) => branchLabel(desk, way);
  const layout = layOut(graph, { kinds: desk.kinds, told: check.branches, hasNumbers: numbers !== null, label });
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return picture(layout, {
    title: desk.boot.journey.name,
    words: (id) => ({ title: desk.title(id), saying: desk.saying(id) }),
    label,
    colours: { page: colour("--s-sunk"), panel: colour("--s-panel"), line: colour("--s-muted"), ink: colour("--s-ink"), text: colour("--s-muted"), accent: colour("--s-accent") },
  });
}

function download(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

async function save(desk: Desk, format: "svg" | "png"): Promise<void> {
  const { svg, width, height } = drawn(desk);
  const name = `${desk.boot.journey.slug}.${format}`;
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  if (format === "svg") return download(source, name);
  const image = new Image();
  image.src = source;
  await image.decode();
  const scale = Math.min(2, LARGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.ceil(width * scale), Math.ceil(height * scale)];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  download(canvas.toDataURL("image/png"), name);
}

export function Export() {
  const desk = useDesk();
  const { t } = desk;
  const [isOpen, setOpen] = useState(false);
  return (
    <span className="d-menu" onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setOpen(false)} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <button type="button" className="b-icon" aria-label={t("export")} title={t("export")} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Sign name="download" />
      </button>
      {isOpen && (
        <span className="d-menu-list">
          {(["svg", "png"] as const).map((format) => (
            <button
              type="button"
              key={format}
              onClick={() => {
                setOpen(false);
                save(desk, format).catch(() => desk.say("not_exported"));
              }}
            >
              {t(`export_${format}`)}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}
