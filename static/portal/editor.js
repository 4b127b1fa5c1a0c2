// Refreshes the preview while somebody writes, and does not let a tab close over what is not saved.
// Without it the page does the same at the press of a button.
(() => {
  const form = document.getElementById("editor");
  const place = (name) => document.querySelector(`[data-editor="${name}"]`);
  const words = document.getElementById("editor-words").dataset;
  const PAUSE = 700; // milliseconds without a keystroke
  let typed = false;
  let waiting;
  let asking;

  const tell = (sentence) => {
    const notice = place("problem");
    if (notice.textContent !== sentence) notice.textContent = sentence;
    notice.hidden = !sentence;
  };

  const refresh = async () => {
    asking?.abort();
    asking = new AbortController();
    const page = place("preview");
    page.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "error",
        signal: asking.signal,
      });
      if (!answer.ok && answer.status !== 409) throw new Error(answer.statusText);
      const shown = await answer.json();
      for (const name of ["preview", "difference", "lacking", "count"]) {
        if (shown[name] !== undefined) place(name).innerHTML = shown[name];
      }
      tell(shown.problem);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      tell(words.outOfReach);
    }
    page.removeAttribute("aria-busy");
  };

  form.addEventListener("input", () => {
    typed = true;
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PAUSE);
  });
  form.addEventListener("submit", () => {
    typed = false;
    clearTimeout(waiting);
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
  document.getElementById("collision-title")?.focus();
})();
