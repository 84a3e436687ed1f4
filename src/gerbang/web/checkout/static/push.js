/* The bell of a payer's page, or of an operator: only who presses it is asked whether they want to be told. Without this script, and where a browser cannot, there is none. */
(() => {
  "use strict";
  const bell = document.querySelector("[data-push]"), voice = document.querySelector("[data-push-says]");
  if (!bell || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;
  const { push: address, key, token, worker, whose = address } = bell.dataset, word = bell.querySelector("span"), kept = `gerbang.push.${whose}`;
  const SCOPE = worker.replace(/[^/]*$/, ""), SAID_MS = 8000;
  let saying = 0;

  const isOn = () => bell.getAttribute("aria-pressed") === "true";
  function show(on, says = "") {
    bell.setAttribute("aria-pressed", String(on));
    word.textContent = on ? bell.dataset.on : bell.dataset.off;
    bell.title = word.textContent;
    voice.textContent = says;
    clearTimeout(saying);
    if (says) saying = setTimeout(() => { voice.textContent = ""; }, SAID_MS);
  }
  function remember(on) {
    try { if (on) localStorage.setItem(kept, "1"); else localStorage.removeItem(kept); } catch { /* private window: asked again next time */ }
  }
  function isRemembered() {
    try { return localStorage.getItem(kept) === "1"; } catch { return false; }
  }

  bell.addEventListener("click", async () => {
    if (bell.disabled) return;
    bell.disabled = true;
    try { await (isOn() ? turnOff() : turnOn()); } catch { show(isOn(), bell.dataset.failed); } finally { bell.disabled = false; }
  });

  async function turnOn() {
    if (await Notification.requestPermission() !== "granted") { show(false, bell.dataset.refused); return; }
    const registration = await navigator.serviceWorker.register(worker, { scope: SCOPE });
    await navigator.serviceWorker.ready;
    const { endpoint, keys } = (await subscribed(registration.pushManager)).toJSON();
    await send({ state: "on", endpoint, p256dh: keys.p256dh, auth: keys.auth, key });
    remember(true);
    show(true, bell.dataset.done);
  }

  /* one subscription serves every payment of this browser; one for an older key of ours is of no use any more */
  async function subscribed(manager) {
    const known = await manager.getSubscription();
    if (known && keyOf(known) === key) return known;
    if (known) await known.unsubscribe();
    return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }
  function keyOf({ options }) {
    const bytes = new Uint8Array(options?.applicationServerKey ?? new ArrayBuffer(0));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  async function turnOff() {
    const registration = await navigator.serviceWorker.getRegistration(SCOPE);
    const known = registration && await registration.pushManager.getSubscription();
    if (known) await send({ state: "off", endpoint: known.endpoint });
    remember(false);
    show(false, bell.dataset.gone);
  }

  async function send(fields) {
    const body = new URLSearchParams(token ? { ...fields, t: token } : fields);
    const answer = await fetch(address, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
  }

  show(isRemembered() && Notification.permission === "granted");
  bell.hidden = false;
})();
