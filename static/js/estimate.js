// The running total of an estimate as it is typed; without this script "Check" shows it.
// Amounts are counted in hundredths, as whole numbers, so that nothing is rounded.
"use strict";
{
  const form = document.getElementById("estimate");
  const shown = document.getElementById("running-total");
  const stale = document.getElementById("preview-stale");

  // As the server writes it: US$1,200, not $1,200.
  const locale = document.documentElement.lang.replace(/^en$/, "en-GB");

  const control = (line, name) => line.querySelector(`[name$="-${name}"]`);
  const typed = (line, name) => control(line, name)?.value.trim() ?? "";

  // Nothing for an empty control, undefined for one that is no amount.
  function hundredths(text) {
    if (!text) return null;
    const parts = /^(\d{1,10})(?:[.,](\d{1,2}))?$/.exec(text.replace(/\s/g, ""));
    return parts ? BigInt(parts[1]) * 100n + BigInt((parts[2] ?? "").padEnd(2, "0")) : undefined;
  }

  function isCounted(line) {
    const tick = control(line, "include");
    if (tick) return tick.checked;
    return Boolean(typed(line, "name")) && !control(line, "DELETE")?.checked;
  }

  // One total for each currency; null as its upper end is "and more".
  function totals() {
    const sums = new Map();
    for (const line of form.querySelectorAll("tbody.line")) {
      if (!isCounted(line)) continue;
      const low = hundredths(typed(line, "amount_from")), high = hundredths(typed(line, "amount_to"));
      const quantity = typed(line, "quantity") || "1";
      if (low === undefined || high === undefined || !/^\d{1,3}$/.test(quantity)) return null;
      if (low === null) continue;
      const currency = typed(line, "currency").toUpperCase() || "USD";
      const sum = sums.get(currency) ?? { low: 0n, high: 0n };
      const times = BigInt(quantity);
      if ("isDiscount" in line.dataset) {
        sum.low -= times * low;
        if (sum.high !== null) sum.high -= times * low;
      } else {
        sum.low += times * low;
        sum.high = sum.high === null || high === null ? null : sum.high + times * high;
      }
      sums.set(currency, sum);
    }
    return sums;
  }

  function money(amount, currency) {
    const digits = amount % 100n ? 2 : 0;
    const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
    try {
      return new Intl.NumberFormat(locale, options).format(Number(amount) / 100);
    } catch {
      return `${Number(amount) / 100} ${currency}`; // three letters that are no currency yet
    }
  }

  function inWords([currency, { low, high }]) {
    const words = { low: money(low, currency), high: high === null ? "" : money(high, currency) };
    if (low === high) return words.low;
    const sentence = high === null ? shown.dataset.from : shown.dataset.range;
    return sentence.replace("{low}", words.low).replace("{high}", words.high);
  }

  function show() {
    const sums = totals();
    if (sums === null) return; // half an amount: what stands there stays until it is whole
    const sentences = sums.size ? [...sums].map(inWords) : [shown.dataset.none];
    shown.replaceChildren(...sentences.map((sentence) => {
      const total = document.createElement("span");
      total.textContent = sentence[0].toUpperCase() + sentence.slice(1);
      return total;
    }));
  }

  form.addEventListener("input", (event) => {
    const line = event.target.closest("tbody.line-own");
    // Who types an amount of our own wants the line.
    if (line && event.target.name.endsWith("-amount_from") && event.target.value) control(line, "include").checked = true;
    show();
    stale.hidden = false;
  });

  const pairs = [...document.querySelectorAll("#names option")].map((option) => [option.value, option.textContent]);
  form.addEventListener("change", (event) => {
    const line = event.target.closest("tbody.line");
    const own = line && control(line, "name"), russian = line && control(line, "name_ru");
    if (!own || !russian) return;
    const pair = pairs.find(([name, other]) => name === own.value || (other && other === russian.value));
    if (!pair) return;
    if (!own.value) own.value = pair[0];
    if (!russian.value) russian.value = pair[1] || pair[0];
    show();
  });

  form.querySelector("button[name=add]").addEventListener("click", (event) => {
    event.preventDefault();
    const count = form.elements["free-TOTAL_FORMS"];
    const last = [...form.querySelectorAll("tbody.line-by-hand")].at(-1);
    if (!last) return;
    const line = last.cloneNode(true), number = count.value;
    for (const part of line.querySelectorAll("[id], [name], [for]")) {
      for (const name of ["id", "name", "for"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace(/free-\d+-/, `free-${number}-`));
      }
    }
    line.querySelector(".line-errors")?.remove();
    line.querySelector(".line-tick").replaceChildren();
    for (const field of line.querySelectorAll("input, textarea")) {
      if (/-(quantity|currency)$/.test(field.name)) continue;
      field.value = "";
    }
    control(line, "quantity").value = "1";
    last.after(line);
    count.value = Number(number) + 1;
    control(line, "name").focus();
  });
}
