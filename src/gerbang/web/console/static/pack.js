// @ts-check
/* The pack station: whatever is typed goes into the box, and a label opens beside the page. Without the script the box has the focus too, and a label opens in the page. */

const form = document.querySelector("form.scan-box"), box = document.getElementById("scan"), link = document.getElementById("label");

if (form instanceof HTMLFormElement && box instanceof HTMLInputElement) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") box.value = "";
    if (event.key === "F2" && link) {
      event.preventDefault();
      link.click();
    }
    const isTyped = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isTyped && !(event.target instanceof HTMLInputElement)) box.focus();
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.label && !box.value.trim() && link) {
      event.preventDefault();
      link.click();
    }
  });
}
