/* htmx by its strictest settings: no eval, and its one style rule comes with our own sheet. */
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

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
