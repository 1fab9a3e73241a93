// Asks every ten seconds who else has this case open, which also tells them that this page is.
// Without this script the page says what was true when it was opened.
"use strict";
{
  const notice = document.getElementById("presence");
  const pause = 10_000;

  async function ask() {
    try {
      const answer = await fetch(notice.dataset.present, { redirect: "manual" });
      // Signed out, or no longer of the desk: asking again changes nothing.
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return;
      const told = await answer.json();
      notice.textContent = told.sentence;
      notice.hidden = !told.sentence;
    } catch {
      // The portal does not answer: it is asked again.
    }
    setTimeout(ask, pause);
  }
  setTimeout(ask, pause);
}
