// Sends papers in parts, so that a broken connection or a closed page loses nothing. Without this script the form sends.
"use strict";
{
  const form = document.getElementById("documents-form");
  const words = form?.dataset;
  const token = form?.elements.csrfmiddlewaretoken.value;
  const list = document.getElementById("files-sent");
  const folder = document.getElementById("folder");
  // On a disc, beside its images: its list, its viewer programs, what systems put into folders.
  const leftOut = /^\.|^(DICOMDIR|Thumbs\.db)$|\.(exe|dll|inf|ini|bat|cmd|com|msi|jar|js|html?|css|ico|chm|lnk|app|dylib|so|sys|ocx|cab)$/i;
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  // Tries again after a lost connection, an error of the server or a limit on haste: after 1 s, 2 s, 4 s … 30 s.
  async function ask(address, options, say) {
    for (let seconds = 1; ; seconds = Math.min(seconds * 2, 30)) {
      try {
        const answer = await fetch(address, { ...options, headers: { "X-CSRFToken": token, ...options.headers } });
        if (answer.status < 500 && answer.status !== 429) return answer;
      } catch { /* no connection */ }
      say(words.again);
      await pause(seconds);
    }
  }

  async function begin(file, kept, say) {
    const known = localStorage.getItem(kept);
    if (known) {
      const answer = await ask(`${words.uploads}${known}/`, {}, say);
      if (answer.ok) return { id: known, ...(await answer.json()) };
      localStorage.removeItem(kept);
    }
    const asked = JSON.stringify({ name: file.name, size: file.size, need: words.need });
    const answer = await ask(words.uploads, { method: "POST", body: asked, headers: { "Content-Type": "application/json" } }, say);
    const told = await answer.json();
    if (!answer.ok) throw told.error;
    localStorage.setItem(kept, told.id);
    return told;
  }

  async function send(file, say, show) {
    // Without its name: what lies here stays on a device that others may use.
    const kept = `document ${words.uploads} ${file.size} ${file.lastModified}`;
    let { id, offset, done } = await begin(file, kept, say);
    const [from, since] = [offset, Date.now()];
    while (!done) {
      const body = file.slice(offset, offset + Number(words.part));
      const answer = await ask(`${words.uploads}${id}/`, { method: "PUT", body, headers: { "Upload-Offset": offset } }, say);
      if (answer.status === 422) {
        localStorage.removeItem(kept);
        throw (await answer.json()).error;
      }
      if (!answer.ok && answer.status !== 409) throw words.failed;
      ({ offset, done } = await answer.json());
      const left = ((file.size - offset) * (Date.now() - since)) / Math.max(offset - from, 1) / 60000;
      say(words.sending.replace("{percent}", Math.floor((100 * offset) / file.size)).replace("{minutes}", Math.ceil(left)));
      show(offset / file.size);
    }
    localStorage.removeItem(kept);
    say(words.done);
    show(1);
  }

  function row(file) {
    const item = list.appendChild(document.createElement("li"));
    item.className = "card";
    const name = item.appendChild(document.createElement("bdi"));
    const bar = item.appendChild(document.createElement("progress"));
    const state = item.appendChild(document.createElement("p"));
    name.textContent = bar.ariaLabel = file.name;
    bar.value = 0;
    state.textContent = words.waiting;
    return { file, say: (sentence) => { state.textContent = sentence; }, show: (share) => { bar.value = share; } };
  }

  form?.addEventListener("submit", async (event) => {
    const inFolder = [...(folder?.files ?? [])].filter((file) => !leftOut.test(file.name));
    const files = [...form.elements.files.files, ...inFolder];
    if (!files.length) return;
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    list.hidden = false;
    list.replaceChildren();
    let failed = 0;
    for (const { file, say, show } of files.map(row)) {
      try {
        await send(file, say, show);
      } catch (problem) {
        failed += 1;
        say(typeof problem === "string" ? problem : words.failed);
      }
    }
    button.disabled = false;
    form.reset();
    if (!failed) location.reload();
  });

  const wordsOf = (row) => row.textContent + ("checking" in row.dataset);

  // Puts a row as it is now in the place of the old one; what was open stays open, what had the focus has it again.
  function replace(old, now) {
    const had = old.contains(document.activeElement);
    const details = now.querySelector("details");
    if (details) details.open = Boolean(old.querySelector("details[open]"));
    old.replaceWith(now);
    if (had) now.querySelector("summary, a, button")?.focus();
  }

  // Makes a list what it is now: images that were checked are rows of their series. What did not change stays as it is.
  function renew(old, now) {
    const rows = [...(now?.children ?? [])];
    for (const row of [...old.children]) if (!rows.some((other) => other.id === row.id)) row.remove();
    rows.forEach((row, place) => {
      const known = document.getElementById(row.id);
      if (!known) old.insertBefore(row, old.children[place] ?? null);
      else if (wordsOf(known) !== wordsOf(row)) replace(known, row);
    });
  }

  // What is being checked says how far it is, until it is checked; rows that did not change stay as they are.
  async function follow(status) {
    const checking = () => [...document.querySelectorAll("[data-checking]")];
    if (!checking().length) return;
    for (let seconds = 3; checking().length; seconds = Math.min(seconds + 1, 20)) {
      await pause(seconds);
      if (document.hidden) continue;
      const answer = await fetch(status.dataset.list).catch(() => null);
      if (answer?.status === 404) return; // the case was closed in another tab
      if (!answer?.ok) continue;
      const lists = new DOMParser().parseFromString(await answer.text(), "text/html");
      const papers = document.getElementById("papers");
      renew(papers, lists.getElementById("papers"));
      for (const old of checking().filter((row) => !papers.contains(row))) {
        const now = lists.getElementById(old.id);
        if (!now) old.remove();
        else if (wordsOf(now) !== wordsOf(old)) replace(old, now);
      }
    }
    status.textContent = status.dataset.done;
  }
  follow(document.getElementById("checked"));

  // Discs are put into computers; and without this script nobody could leave out their programs.
  if (folder && "webkitdirectory" in folder && matchMedia("(pointer: fine)").matches) {
    folder.webkitdirectory = true;  // no attribute of HTML
    document.getElementById("folder-field").hidden = false;
  }

  // Dropped files are chosen files.
  form?.addEventListener("dragover", (event) => event.preventDefault());
  form?.addEventListener("drop", (event) => {
    event.preventDefault();
    form.elements.files.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
