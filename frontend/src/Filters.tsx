/** Filters on an event's properties by themselves, where no rule is around them: of a trigger, of what is awaited. */

import { useEffect, useMemo, useRef, useState } from "react";

import type { Desk } from "./desk";
import { DeskProvider } from "./desk";
import type { Problem, Server, Words } from "./server";
import type { Group, Line } from "./tree";
import { newGroup, readFilters, writeFilters } from "./tree";
import type { Setting, Vocabulary } from "./vocabulary";
import { Where } from "./Where";

interface Props {
  /** As they are stored: a list, or a group. */
  value: unknown;
  onChange: (value: unknown) => void;
  label: string;
  /** The event whose properties are suggested. */
  event: string | undefined;
  server: Server;
  problems: Problem[];
  say: (text: string) => void;
}

export function Filters(props: Props) {
  const { server } = props;
  const [told, setTold] = useState<{ vocabulary: Vocabulary; words: Words; labels: Map<string, string> } | null>(null);
  useEffect(() => {
    let isHere = true;
    const labels = server.labels().catch(() => new Map<string, string>());
    Promise.all([server.words(), labels]).then(
      ([{ vocabulary, words }, named]) => isHere && setTold({ vocabulary, words, labels: named }),
      () => undefined, // without the server there is nothing to choose from; it is asked again at the next opening
    );
    return () => void (isHere = false);
  }, [server]);
  return told && <Tree {...props} {...told} />;
}

function Tree({ value, onChange, label, event, server, problems, say, vocabulary, words, labels }: Props & { vocabulary: Vocabulary; words: Words; labels: Map<string, string> }) {
  const [root, setRoot] = useState<Group | undefined>(() => read(value));
  const written = useRef(JSON.stringify(value ?? []));
  const own = JSON.stringify(value ?? []);
  useEffect(() => {
    if (own === written.current) return; // it is ours
    written.current = own;
    setRoot(read(JSON.parse(own)));
  }, [own]);
  const focus = useRef<{ id: string | null }>({ id: null });
  const desk: Desk = useMemo(
    () => ({
      tree: newGroup,
      change: () => undefined,
      vocabulary,
      families: new Map(),
      t: (key, values = {}) => Object.entries(values).reduce((text, [name, one]) => text.replace(`{${name}}`, String(one)), words[key] ?? key),
      server,
      problems: [],
      answers: new Map(),
      labels,
      focus: focus.current,
      dragged: { path: null },
      say,
    }),
    [vocabulary, words, labels, server, say],
  );
  const setting = { name: "where", kind: "where", label, suggests: null, is_optional: true, default: null, choices: [], only_with: null } satisfies Setting;
  const line = { event, where: root } as unknown as Line;

  function put(next: Line) {
    const tree = next.where as Group | undefined;
    const filters = tree ? writeFilters(tree) : [];
    written.current = JSON.stringify(filters);
    setRoot(tree);
    onChange(filters);
  }

  const told = problems.map(({ path, message }) => ({ rest: path ? `where.${path}` : "where", message }));
  return (
    <DeskProvider value={desk}>
      <div className="b-builder">
        <Where setting={setting} line={line} problems={told} change={put} isOnly />
      </div>
    </DeskProvider>
  );
}

/** The tree of stored filters; none where there are none, or what is stored is no filters. */
function read(value: unknown): Group | undefined {
  try {
    const tree = readFilters(value ?? []);
    return tree.rules.length ? tree : undefined;
  } catch {
    return undefined;
  }
}
