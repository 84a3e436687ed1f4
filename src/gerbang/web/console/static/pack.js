// @ts-check
/* The pack station: whatever is typed goes into the box, and a label opens beside the page. Without the script the box has the focus too, and a label opens in the page.
   A scanner may end with Tab instead of Enter, or with a second Enter: the one is taken as Enter, the other packs and prints nothing. */

const SECOND_ENTER_MS = 80;
const form = document.querySelector("form.scan-box"), box = document.getElementById("scan"), link = document.getElementById("label");

if (form instanceof HTMLFormElement && box instanceof HTMLInputElement) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") box.value = "";
    if (event.key === "F2" && link) {
      event.preventDefault();
      link.click();
    }
    const key = { F4: "open", F6: "skip" }[event.key], pressed = key && document.getElementById(key);
    if (pressed) {
      event.preventDefault();
      pressed.click();
    }
    if (event.key === "F8" && location.search.includes("got=")) {
      event.preventDefault();
      history.back();
    }
    if (event.key === "Tab" && !event.shiftKey && event.target === box && box.value.trim()) {
      event.preventDefault();
      form.requestSubmit();
    }
    const isTyped = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isTyped && !(event.target instanceof HTMLInputElement)) box.focus();
  });
  const shownAt = performance.now();
  form.addEventListener("submit", (event) => {
    if (!box.value.trim() && event.timeStamp - shownAt < SECOND_ENTER_MS) {
      event.preventDefault();
      return;
    }
    if (form.dataset.label && !box.value.trim() && link) {
      event.preventDefault();
      link.click();
    }
  });
}
