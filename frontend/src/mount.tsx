/** A builder in any element of a page: what the forms of the admin use, and whoever else asks for a rule. */

import { createRoot } from "react-dom/client";

import { Builder } from "./Builder";
import type { Server } from "./server";

export interface Mounting {
  /** The rule to begin with, as it is stored; {} finds nobody. A form's field has its own. */
  value?: unknown;
  /** Told the rule after each change. It may be incomplete: whoever stores it checks it. */
  onChange?: (rule: unknown) => void;
  /** What is asked of the server; builders of one page share it. */
  server: Server;
  /** The heading, where the rule is not simply "the rule". */
  title?: string;
  /** The key of the segment whose rule it is; null (or left out): of no segment. */
  segment?: () => string | null;
  /** A form's own field for the JSON, and all that stands around it; without them the builder makes its own. */
  field?: { area: HTMLTextAreaElement; row: HTMLElement };
}

let mounted = 0;

/** Put a builder into `place`; returns what takes it out again. Rejects where the server does not answer. */
export async function mount(place: HTMLElement, options: Mounting): Promise<() => void> {
  const { value, onChange, server, title, segment = () => null } = options;
  const { vocabulary, words } = await server.words();
  const field = options.field ?? newField(value);
  const { area, row } = field;
  const tell = () => {
    const rule = read(area.value);
    if (rule !== undefined) onChange?.(rule);
  };
  area.addEventListener("change", tell);
  const root = createRoot(place, { identifierPrefix: `b${mounted++}-` });
  root.render(<Builder {...{ area, row, server, vocabulary, words, segment }} title={title ?? words.rule ?? ""} />);
  place.hidden = false;
  return () => {
    area.removeEventListener("change", tell);
    root.unmount();
  };
}

function read(text: string): unknown {
  try {
    return text.trim() ? JSON.parse(text) : {};
  } catch {
    return undefined;
  }
}

function newField(value: unknown) {
  const area = document.createElement("textarea");
  area.className = "s-input s-mono";
  area.rows = 12;
  area.spellcheck = false;
  area.value = JSON.stringify(value ?? {}, null, 2);
  return { area, row: area };
}
