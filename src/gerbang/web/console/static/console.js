/* The console's only script: copy buttons. Without it they stay hidden, and what they would copy can be selected. */
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  const word = button.querySelector("span");
  const before = word.textContent;
  const said = document.getElementById("said");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      getSelection().selectAllChildren(document.getElementById(button.dataset.from));
      return;
    }
    button.classList.add("done");
    word.textContent = said.textContent = button.dataset.done;
    setTimeout(() => {
      button.classList.remove("done");
      word.textContent = before;
      said.textContent = "";
    }, 2000);
  });
}
