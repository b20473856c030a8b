/** Puts the builder where the page asks for one: in the place of a form's field, or of a rule within one. */

import "./builder.css";

import { mount } from "./mount";
import { Part } from "./part";
import type { Urls } from "./server";
import { Server } from "./server";

const servers = new Map<string, Server>();

/** One server for all builders of the page. */
function serverOf(place: HTMLElement): Server {
  const urls = place.closest<HTMLElement>("[data-rule-urls]")?.dataset.ruleUrls ?? "{}";
  const token = () => document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const server = servers.get(urls) ?? new Server(JSON.parse(urls) as Urls, token);
  servers.set(urls, server);
  return server;
}

/** `data-rule-builder` names the form's field; `data-segment` the field with the segment's key. */
function startForField(place: HTMLElement): void {
  const form = place.closest("form");
  const area = form?.querySelector<HTMLTextAreaElement>(`textarea[name="${place.dataset.ruleBuilder}"]`);
  const row = area?.closest<HTMLElement>(`.field-${place.dataset.ruleBuilder}`) ?? area?.parentElement;
  if (!form || !area || !row) return;
  const slug = place.dataset.segment ? form.querySelector<HTMLInputElement>(`[name="${place.dataset.segment}"]`) : null;
  const segment = () => (place.dataset.segment ? (slug?.value ?? "") : null);
  row.style.display = "none"; // until the builder holds it
  onceOpen(place, () =>
    mount(place, { server: serverOf(place), title: place.dataset.title, segment, field: { area, row } }).finally(() =>
      row.style.removeProperty("display"),
    ),
  );
}

/** `data-rule-part` is the path of a rule within the JSON of the field that `data-rule-of` names: `use.stay_rule`. */
function startForPart(place: HTMLElement): void {
  const area = place.closest("form")?.querySelector<HTMLTextAreaElement>(`textarea[name="${place.dataset.ruleOf}"]`);
  if (!area || !place.dataset.rulePart) return;
  const part = new Part(area, place.dataset.rulePart.split("."));
  onceOpen(place, async () => {
    const start = () =>
      mount(place, {
        value: part.read(),
        onChange: (rule) => part.write(rule),
        server: serverOf(place),
        title: place.dataset.title,
      });
    let unmount = await start();
    part.onOtherChange(async () => {
      unmount();
      unmount = await start();
    });
  });
}

/** Start at once, or, within what is folded up, when that is opened: a page may have many. */
function onceOpen(place: HTMLElement, start: () => Promise<unknown>): void {
  const fold = place.closest("details");
  const run = () => start().catch((error: unknown) => console.warn("The rule builder could not start.", error));
  if (fold) fold.hidden = false; // without scripts there is nothing in it
  if (!fold || fold.open) return void run();
  fold.addEventListener("toggle", run, { once: true });
}

document.querySelectorAll<HTMLElement>("[data-rule-builder]").forEach(startForField);
document.querySelectorAll<HTMLElement>("[data-rule-part]").forEach(startForPart);
