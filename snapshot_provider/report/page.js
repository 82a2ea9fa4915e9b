"use strict";
// Filters by state and by text. All else on the page works without.
const buttons = [...document.querySelectorAll("[data-filter]")];
const search = document.querySelector("#search");
const cards = [...document.querySelectorAll(".card")];
const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
const sections = [...document.querySelectorAll(".part")];
const folded = new Set(sections.filter((section) => !section.open));

function apply() {
  const state = buttons.find((button) => button.getAttribute("aria-pressed") === "true").dataset.filter;
  const words = search.value.toLowerCase().split(/\s+/);
  const fits = (card) =>
    (!state || card.dataset.state === state) && words.every((word) => texts.get(card).includes(word));
  const shown = new Set(cards.filter(fits).map((card) => card.dataset.job));
  const filtered = shown.size < cards.length;
  for (const element of document.querySelectorAll("[data-job]")) {
    const out = !shown.has(element.dataset.job);
    // A graph keeps its shape: what does not fit steps back.
    if (element instanceof SVGElement) {
      element.classList.toggle("out", out);
      element.setAttribute("aria-hidden", String(out));
      element.setAttribute("tabindex", out ? "-1" : "0");
    } else element.hidden = out;
  }
  for (const element of document.querySelectorAll("[data-once]")) element.hidden = filtered;
  for (const section of sections) {
    section.hidden = !section.querySelector(".job:not(.out)");
    section.open = filtered ? !section.hidden : !folded.has(section);
  }
  document.querySelector("#nothing").hidden = shown.size > 0;
  document.querySelector("#shown").textContent = filtered ? `${shown.size} of ${cards.length} shown` : "";
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") === "true" ? buttons[0] : button;
    for (const other of buttons) other.setAttribute("aria-pressed", String(other === on));
    apply();
  });
}
search?.addEventListener("input", apply);
addEventListener("beforeprint", () => {
  for (const section of document.querySelectorAll("details")) section.open = true;
});
