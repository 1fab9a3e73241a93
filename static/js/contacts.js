// Opens the form of a contact, its channel chosen, when somebody calls or writes from the page of a case.
// Without this script the link beside each way leads to a page with the form.
"use strict";
{
  const log = document.getElementById("contact-log");
  for (const way of document.querySelectorAll("[data-contact]")) {
    way.addEventListener("click", () => {
      log.open = true;
      log.querySelector("select[name=contact-channel]").value = way.dataset.contact;
      log.querySelector("textarea").focus();
    });
  }
}
