/* htmx by its strictest settings: no eval, and its one style rule comes with our own sheet. */
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

/* How the person wants the pages: the theme where unfold looks for it, before it does; the density for our sheet. */
{
  const wanted = new URL(document.currentScript.src).searchParams;
  if (wanted.has("theme")) localStorage.setItem("adminTheme", JSON.stringify(wanted.get("theme")));
  if (wanted.has("density")) document.documentElement.dataset.density = wanted.get("density");
}

/* A textarea of JSON is put in order when it is left, so that a line that is told can be found. */
document.addEventListener("focusout", (event) => {
  const area = event.target;
  if (!(area instanceof HTMLTextAreaElement) || !area.matches("[data-json]")) return;
  try {
    area.value = JSON.stringify(JSON.parse(area.value), null, 2);
  } catch {
    /* left as it is: saving says what is wrong */
  }
});

/* What unfold and Django leave out for those who hear the page: an icon beside words is no word; Django's hints beside a
   choice of many have a name, and so need to be something that may have one. */
new MutationObserver(() => {
  for (const icon of document.querySelectorAll(".material-symbols-outlined:not([aria-hidden])")) {
    if (icon.parentElement.textContent.trim() !== icon.textContent.trim()) icon.setAttribute("aria-hidden", "true");
  }
  for (const hint of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) hint.setAttribute("role", "img");
}).observe(document.documentElement, { childList: true, subtree: true });

/* What is wider than its frame begins where it matters: a journey's picture with its trigger, tabs with the open page. */
document.addEventListener("DOMContentLoaded", () => {
  for (const one of document.querySelectorAll(".s-graph .trigger, .s-tabs [aria-current]")) {
    const frame = one.closest(".s-scroll, .s-tabs");
    const place = one.getBoundingClientRect().left - frame.getBoundingClientRect().left + one.offsetWidth / 2;
    frame.scrollLeft += place - frame.clientWidth / 2;
  }
});

/* What has opened over the page closes by Escape, and by a click beside it. */
function close(open, back) {
  open.removeAttribute("open");
  if (back) open.querySelector("summary").focus();
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const one of document.querySelectorAll("details[data-closes][open]")) close(one, true);
});
document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll("details[data-closes][open]")) if (!one.contains(event.target)) close(one, false);
});

/* Toasts: those with nothing to take back go by themselves, unless somebody is with them. */
document.addEventListener("DOMContentLoaded", () => {
  for (const toast of document.querySelectorAll(".s-toast")) {
    toast.querySelector(".s-toast-close").addEventListener("click", () => toast.remove());
    if (!("passes" in toast.dataset)) continue;
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
    setTimeout(leave, 8000);
  }
});

/* The panel of what runs stays open while it is asked for anew. */
document.addEventListener("htmx:configRequest", (event) => {
  const panel = event.target;
  if (panel.id === "s-running" && panel.querySelector("details[open]")) event.detail.parameters.open = "1";
});

/* What can't be taken back is asked about first. */
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});
