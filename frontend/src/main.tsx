/** Puts the builder in the place of each rule's text field; without it the field works as it is. */

import { createRoot } from "react-dom/client";

import { Builder } from "./Builder";
import type { Urls } from "./server";
import { Server } from "./server";

async function start(place: HTMLElement): Promise<void> {
  const form = place.closest("form");
  const area = form?.querySelector<HTMLTextAreaElement>(`textarea[name="${place.dataset.ruleBuilder}"]`);
  const row = area?.closest<HTMLElement>(`.field-${place.dataset.ruleBuilder}`) ?? area?.parentElement;
  if (!form || !area || !row) return;
  const urls = JSON.parse(place.dataset.urls ?? "{}") as Urls;
  const token = () => form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const slug = place.dataset.segment ? form.querySelector<HTMLInputElement>(`[name="${place.dataset.segment}"]`) : null;
  const server = new Server(urls, token);
  const { vocabulary, words } = await server.words();
  place.hidden = false;
  const segment = () => (place.dataset.segment ? (slug?.value ?? "") : null);
  createRoot(place).render(<Builder {...{ area, row, server, vocabulary, words, segment }} />);
}

for (const place of document.querySelectorAll<HTMLElement>("[data-rule-builder]")) {
  start(place).catch((error: unknown) => console.warn("The rule builder could not start.", error));
}
