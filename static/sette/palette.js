/* The palette: Ctrl-K or Cmd-K anywhere; what is typed is asked of the server, what is chosen is opened. */
(() => {
  const PAUSE = 120; // milliseconds after the last key
  let dialog, input, list, note, status, options, chosen, asking, waiting;

  const element = (name, kind, text) => {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const choose = (place) => {
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = options.length ? (place + options.length) % options.length : -1;
    const option = options[chosen];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option?.id ?? "");
  };

  const open = (option, isElsewhere) => {
    if (!option) return;
    if (isElsewhere) window.open(option.dataset.url, "_blank", "noopener");
    else window.location.assign(option.dataset.url);
  };

  const optionOf = (item, place) => {
    const option = element("div", "s-palette-item");
    option.id = `s-palette-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = item.url;
    const icon = element("span", "material-symbols-outlined", item.icon);
    icon.setAttribute("aria-hidden", "true");
    option.append(icon, element("span", "s-palette-title", item.title), element("span", "s-note", item.note));
    option.addEventListener("mousemove", () => chosen !== place && choose(place));
    option.addEventListener("click", (event) => open(option, event.ctrlKey || event.metaKey));
    return option;
  };

  const show = (groups) => {
    options = [];
    const shown = groups.map((group, number) => {
      const part = element("div", "s-palette-group");
      const name = element("div", "s-palette-name", group.name);
      name.id = `s-palette-name-${number}`;
      part.setAttribute("role", "group");
      part.setAttribute("aria-labelledby", name.id);
      part.append(name);
      for (const item of group.items) {
        options.push(optionOf(item, options.length));
        part.append(options.at(-1));
      }
      return part;
    });
    list.replaceChildren(...shown);
    chosen = -1;
    choose(0);
    note.textContent = options.length ? "" : dialog.dataset.none;
    const { one, many } = dialog.dataset;
    status.textContent = options.length === 1 ? one : options.length ? many.replace("{n}", options.length) : note.textContent;
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const term = encodeURIComponent(input.value);
    try {
      const answer = await fetch(`${dialog.dataset.url}?q=${term}`, { signal: asking.signal, redirect: "error" });
      if (!answer.ok) throw new Error(answer.statusText);
      show((await answer.json()).groups);
    } catch (error) {
      if (error.name !== "AbortError") note.textContent = status.textContent = dialog.dataset.trouble;
    }
  };

  const begin = () => {
    if (dialog.open) return;
    input.value = "";
    dialog.showModal();
    ask();
  };

  const KEYS = {
    ArrowDown: () => choose(chosen + 1),
    ArrowUp: () => choose(chosen - 1),
    PageDown: () => choose(Math.min(chosen + 8, options.length - 1)),
    PageUp: () => choose(Math.max(chosen - 8, 0)),
    Enter: (event) => open(options[chosen], event.ctrlKey || event.metaKey),
  };

  document.addEventListener("DOMContentLoaded", () => {
    dialog = document.getElementById("s-palette");
    if (!dialog) return;
    input = dialog.querySelector("input");
    list = dialog.querySelector("[role=listbox]");
    note = dialog.querySelector("[data-note]");
    status = dialog.querySelector("[data-status]");
    options = [];
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      if (!KEYS[event.key] || event.isComposing) return;
      event.preventDefault();
      KEYS[event.key](event);
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    for (const button of document.querySelectorAll("[data-palette]")) {
      button.addEventListener("click", begin);
      if (/Mac|iPhone|iPad/.test(navigator.platform)) button.querySelector("kbd").textContent = "⌘ K";
    }
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (!dialog || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      begin();
    },
    true,
  );
})();
