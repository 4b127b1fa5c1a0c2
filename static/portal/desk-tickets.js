// Nicer, never needed: keys for the queue and a ticket, presets put into the text, and who else is looking.
(() => {
  "use strict";
  const help = document.querySelector("[data-keys]");
  const box = document.querySelector("[data-keys-on]");
  const remembered = () => { try { return localStorage.getItem("desk.keys") !== "off"; } catch { return true; } };
  const rows = [...document.querySelectorAll("#result_list tbody tr")];
  let here = -1;

  const go = (step) => {
    if (!rows.length) return;
    rows[here]?.classList.remove("here");
    here = Math.min(Math.max(here + step, 0), rows.length - 1);
    rows[here].classList.add("here");
    rows[here].scrollIntoView({ block: "nearest" });
    rows[here].querySelector("th a, td a")?.focus();
  };
  const into = (selector) => {
    const field = document.querySelector(selector);
    if (!field) return;
    field.scrollIntoView({ block: "center" });
    field.focus();
  };
  const deeds = {
    j: () => go(1),
    k: () => go(-1),
    o: () => rows[here]?.querySelector("th a, td a")?.click(),
    x: () => rows[here]?.querySelector("input.action-select")?.click(),
    "/": () => into("#searchbar"),
    t: () => document.querySelector("button[data-key=t]")?.focus(),
    a: () => into("#id_ask_text"),
    n: () => into("#id_note_text"),
    d: () => into("#decide-link, #id_settle_text, #id_triage_outcome_0"),
    r: () => into("#id_reopen_text"),
    u: () => document.querySelector("a[data-key=u]")?.click(),
    "?": () => { help.open = !help.open; help.scrollIntoView({ block: "nearest" }); },
  };
  if (help) {
    help.hidden = false;
    box.checked = remembered();
    box.addEventListener("change", () => {
      try { localStorage.setItem("desk.keys", box.checked ? "on" : "off"); } catch { /* not kept, then */ }
    });
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
      if (!box.checked || typing || event.ctrlKey || event.metaKey || event.altKey || !deeds[event.key]) return;
      event.preventDefault();
      deeds[event.key]();
    });
  }

  for (const list of document.querySelectorAll("[data-presets]")) {
    const field = document.getElementById(list.dataset.presets);
    const button = list.querySelector("template").content.firstElementChild;
    for (const item of list.querySelectorAll("li")) {
      const insert = button.cloneNode(true);
      insert.setAttribute("aria-label", `${button.textContent} : ${item.querySelector("strong").textContent}`);
      insert.addEventListener("click", () => {
        const text = item.querySelector(".words").textContent;
        const before = field.value.slice(0, field.selectionStart), after = field.value.slice(field.selectionEnd);
        field.value = before + text + after;
        list.open = false;
        field.focus();
        const hole = field.value.indexOf("###");
        if (hole >= 0) field.setSelectionRange(hole, field.value.indexOf("###", hole + 3) + 3 || hole + 3);
      });
      item.append(insert);
    }
  }

  const others = document.querySelector("[data-looking]");
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if (others && token) {
    const look = async () => {
      if (document.hidden) return;
      try {
        const said = await fetch(others.dataset.looking, { method: "POST", headers: { "X-CSRFToken": token.value } });
        if (said.ok) {
          const text = await said.text();
          if (text.trim() !== others.innerHTML.trim()) others.innerHTML = text;
        }
      } catch { /* offline: the next minute tells */ }
    };
    setInterval(look, 60_000);
    document.addEventListener("visibilitychange", look);
  }
})();
