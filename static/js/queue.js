// Keys of the queue; everything that they do is also a link or a button.
const links = () => [...document.querySelectorAll(".queue-who a")];

function step(by) {
  const all = links();
  const here = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
  all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const row = document.activeElement.closest(".queue-table tr");
  const link = row?.querySelector(".queue-who a");
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    t: () => row?.querySelector(".queue-take")?.click(),
    r: () => link && location.assign(`${link.href}#answer`),
    n: () => link && location.assign(`${link.href}#note`),
    s: () => {
      if (!row) return;
      row.querySelector("input[name=case]").checked = true;
      document.querySelector("#id_on").focus();
    },
    "/": () => document.querySelector("#searchbar").focus(),
    "?": () => document.querySelector(".queue-keys").toggleAttribute("open"),
  };
  // On a Russian keyboard the key of a letter types another one.
  const act = keys[event.key] ?? keys[event.code.replace("Key", "").toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
