// @ts-check
/* The reference's script: copying, the search by its key, rows that an address leads to, and the language of samples, which stays chosen. Every page works without it. */
import { offerCopies } from "./copying.js";

const CHOSEN = "docs-language";

offerCopies(document);

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("q");
  if (event.key !== "/" || !search || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  search.focus();
});

/** Open the row that the address leads to. */
function openNamed() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (row instanceof HTMLDetailsElement) row.open = true;
}
addEventListener("hashchange", openNamed);
openNamed();

const before = document.getElementById(`l-${localStorage.getItem(CHOSEN)}`);
if (before instanceof HTMLInputElement) before.checked = true;
for (const one of document.querySelectorAll('input[name="lang"]')) {
  one.addEventListener("change", () => localStorage.setItem(CHOSEN, one.id.slice(2)));
}
