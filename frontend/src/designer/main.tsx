/** Puts the designer where its page asks for it. */

import "./designer.css";

import { createRoot } from "react-dom/client";

import type { Boot } from "./api";
import { Api } from "./api";
import { canonical } from "./differ";
import { Designer } from "./Designer";
import type { Graph } from "./graph";
import { Saving } from "./saving";
import { Desk, DeskProvider } from "./store";

const CHECK_AFTER = 300;

/** Where drafts outlive the page; a browser that keeps nothing forgets them. */
function store(): Storage | Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  try {
    return window.localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}

/** What the server says of the graph as it stands, shortly after each change. */
function checking(desk: Desk): (graph: Graph) => void {
  const api = new Api(desk.boot.urls);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = new AbortController();
  return (graph) => {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    timer = setTimeout(() => {
      api.check(graph, signal).then(
        (check) => signal.aborted || desk.check(check),
        () => undefined, // it is told with the next save
      );
    }, CHECK_AFTER);
  };
}

function start(place: HTMLElement, boot: Boot): void {
  const key = `sette-draft-${boot.journey.slug}`;
  const kept = boot.can.edit ? Saving.kept(store(), key) : null;
  const isUnsaved = kept !== null && canonical(kept.graph) !== canonical(boot.draft);
  const desk = new Desk(boot, boot.draft);
  const check = checking(desk);
  const saving = new Saving(
    {
      save: (graph, revision, force) => desk.api.save(graph, revision, force),
      store: store(),
      key,
      tell: (state) => desk.set({ saving: state }),
      checked: (found) => desk.check(found),
    },
    isUnsaved ? kept.revision : boot.revision,
    (isUnsaved && kept.base) || boot.draft,
  );
  desk.flush = () => saving.flush();
  desk.onChange = (graph) => {
    check(graph);
    saving.change(graph);
  };
  window.addEventListener("storage", (event) => event.key === key && event.newValue === null && saving.keepAgain());
  if (isUnsaved) {
    desk.change(kept.graph); // what was lost with the page; a conflict, if somebody saved meanwhile
    desk.tell("restored");
  } else {
    saving.forget();
    check(boot.draft);
  }
  createRoot(place, { identifierPrefix: "d-" }).render(
    <DeskProvider value={desk}>
      <Designer saving={saving} />
    </DeskProvider>,
  );
}

const place = document.getElementById("designer");
const told = document.getElementById("designer-boot")?.textContent;
if (place && told) start(place, JSON.parse(told) as Boot);
