// @ts-check
/* Copy buttons. Without the script they stay hidden, and what they would copy can be selected. */

const SHOWN_MS = 2000;

/** Show the buttons under `root`; pressing is listened to once, for all that ever come. @param {ParentNode} root */
export function offerCopies(root) {
  for (const button of root.querySelectorAll("[data-copy]")) if (button instanceof HTMLElement) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  const word = button.querySelector("span"), said = document.getElementById("said");
  if (!word || !said) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
  } catch {
    const shown = document.getElementById(button.dataset.from ?? "");
    if (shown) getSelection()?.selectAllChildren(shown);
    return;
  }
  const before = button.dataset.word ??= word.textContent ?? "";
  button.classList.add("done");
  word.textContent = said.textContent = button.dataset.done ?? "";
  setTimeout(() => {
    button.classList.remove("done");
    word.textContent = before;
    said.textContent = "";
  }, SHOWN_MS);
});
