// Keeps half-written texts of a case while somebody types. Without this script every button keeps them.
"use strict";
{
  const form = document.getElementById("case-form");
  const states = new Map();
  for (const state of document.querySelectorAll("[data-draft-kind]")) states.set(state.dataset.draftKind, state);
  const pause = 800;
  let timer = 0;
  let isLeaving = false;
  let waiting = Promise.resolve();

  const field = (kind) => states.get(kind).dataset.draftField;
  const say = (kind, sentence) => { states.get(kind).textContent = sentence; };

  async function send(kind) {
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", field(kind), `${kind}-draft`]) data.append(name, form.elements[name].value);
    try {
      const answer = await fetch(form.dataset.save, { method: "POST", body: data, redirect: "manual", keepalive: true });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        say(kind, form.dataset.signedOut);
        return;
      }
      const told = await answer.json();
      if (answer.ok) {
        form.elements[`${kind}-draft`].value = told.stamps[kind];
        say(kind, told.stamps[kind] ? form.dataset.kept.replace("{time}", told.at) : "");
      } else {
        say(kind, told.problem);
      }
    } catch {
      say(kind, form.dataset.unanswered);
    }
  }

  const changed = new Set();
  function save() {
    clearTimeout(timer);
    if (isLeaving) return;
    for (const kind of changed) waiting = waiting.then(() => send(kind));
    changed.clear();
  }

  for (const kind of states.keys()) {
    form.elements[field(kind)].addEventListener("input", () => {
      changed.add(kind);
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    });
  }
  // A click on a button keeps them itself.
  form.addEventListener("submit", () => { isLeaving = true; });
  addEventListener("pageshow", () => { isLeaving = false; });
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
}
