/* The one script of the payer's pages: copying, sharing a code, the countdown, live status, the remembered choice. Every page works without it. */
(() => {
  "use strict";
  const one = (css, root = document) => root.querySelector(css);
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  const main = () => one("#isi");

  /* the link's token is in a cookie by now: it need not stay in the address and the history */
  const asked = new URLSearchParams(location.search);
  if (asked.has("t") && navigator.cookieEnabled) for (const name of [...asked.keys()]) if (!["lang", "back"].includes(name)) asked.delete(name);
  asked.delete("go");  /* who comes back from the provider is not sent on again */
  const clean = `${location.pathname}?${asked}`.replace(/\?$/, "");
  if (clean !== location.pathname + location.search) history.replaceState(null, "", clean);

  /* copy: the exact machine value, said for two seconds */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const label = one("span", button), word = label.textContent;
    let done = true;
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { done = copyByHand(button.dataset.copy); }
    label.textContent = done ? button.dataset.done : button.dataset.refused;
    button.classList.toggle("done", done);
    say(label.textContent);
    setTimeout(() => { label.textContent = word; button.classList.remove("done"); }, 2000);
  });
  function copyByHand(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    field.className = "vh";
    document.body.append(field);
    field.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch { done = false; }
    field.remove();
    return done;
  }

  /* one polite voice for the whole page */
  const voice = document.createElement("p");
  voice.className = "vh";
  voice.setAttribute("role", "status");
  document.body.append(voice);
  function say(text) {
    voice.textContent = "";
    setTimeout(() => { voice.textContent = text; }, 50);
  }

  /* a code's picture, handed to another app of this device; the button shows only where the browser can */
  function offerPicture() {
    if (navigator.canShare) all("[data-share]").forEach(async (button) => {
      try {
        const answer = await fetch(button.dataset.share);
        const file = new File([await answer.blob()], "qris.png", { type: "image/png" });
        if (!answer.ok || !navigator.canShare({ files: [file] })) return;
        button.addEventListener("click", () => { navigator.share({ files: [file] }).catch(() => { /* the payer thought again */ }); });
        button.hidden = false;
      } catch { /* saving the picture works everywhere */ }
    });
  }

  /* countdown: two leaves that close; the gap is the time left. The wall clock counts on while a phone sleeps */
  let ticking = 0, over = false;
  function countDown() {
    clearInterval(ticking);
    over = false;
    const count = one(".count");
    if (!count) return;
    const data = count.dataset, total = +data.total, started = Date.now(), left = +data.left;
    const clock = one("b", count), leaves = all("rect", count);
    let announced = Math.ceil(left / 60000);
    const tick = () => {
      const rest = Math.max(0, left - (Date.now() - started));
      clock.textContent = rest > 0 ? clockText(rest, data.mark) : data.over;
      const leaf = total ? 500 - Math.floor(500 * rest / total) : 500;
      leaves.forEach((rect) => rect.setAttribute("width", leaf));
      leaves[1].setAttribute("x", 1000 - leaf);
      count.classList.toggle("soon", rest <= +data.soon);
      const minutes = Math.ceil(rest / 60000);
      if (minutes < announced && [10, 5, 1].includes(minutes)) say(minutes === 1 ? data.minute : data.minutes.replace("#", minutes));
      announced = minutes;
      if (rest === 0) { clearInterval(ticking); say(data.over); over = true; look(); }
    };
    ticking = setInterval(tick, 1000);
    tick();
  }
  function clockText(ms, mark) {
    const s = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0");
    const parts = [two(Math.floor(s % 3600 / 60)), two(s % 60)];
    if (s >= 3600) parts.unshift(two(Math.floor(s / 3600)));
    return parts.join(mark);
  }

  /* live: events where the browser can, questions where it cannot; a changed version renews the page in place */
  let asking = 0, stream = null;
  function watch() {
    clearTimeout(asking);
    if (stream) stream.close();
    stream = null;
    const { watch: address, feed } = main().dataset;
    if (!address) return;
    ask(address, feed ? 15000 : 60000);
    /* a page that nobody sees holds no stream: over HTTP/1.1 a browser has six connections to a shop, and a seventh tab would wait for ever */
    if (feed && window.EventSource && !document.hidden) {
      stream = new EventSource(feed);
      stream.addEventListener("changed", look);
      stream.addEventListener("error", () => { if (stream && stream.readyState === 2) ask(address, 4000); });
    }
  }
  function ask(address, pause) {
    clearTimeout(asking);
    asking = setTimeout(async () => { await look(); if (main().dataset.watch === address) ask(address, pause); }, pause);
  }
  let looking = false;
  async function look() {
    const { watch: address, version } = main().dataset;
    if (!address || looking || document.hidden) return;
    looking = true;
    try {
      if (over) { await renew(); return; }
      const answer = await fetch(address, { headers: { accept: "application/json" } });
      if (answer.ok && (await answer.json()).version !== version) await renew();
    } catch { /* offline: the next question comes by itself */ } finally { looking = false; }
  }
  let pressed = false;
  for (const [name, down] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]])
    addEventListener(name, () => { pressed = down; }, true);
  async function renew() {
    if (pressed) { setTimeout(look, 400); return; }  /* not under a finger: the press goes where it was meant */
    const address = location.pathname.replace(/\/return$/, ""), token = asked.get("t");
    const here = token ? `${address}?t=${encodeURIComponent(token)}` : address;  /* only where no cookie is kept */
    const answer = await fetch(here, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = one("#isi", page);
    if (!fresh) return;
    const wasPaid = one(".through");
    document.title = page.title;
    main().replaceWith(fresh);
    history.replaceState(null, "", here);
    const mark = one(".through", fresh);
    if (mark && !wasPaid) mark.classList.add("open");
    start();
    fresh.focus({ preventScroll: true });
    window.scrollTo(0, 0);
    const title = one("h1", fresh);
    if (title) say(title.innerText.replace(/\s+/g, " "));
  }
  document.addEventListener("visibilitychange", () => { watch(); look(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });

  /* the choice of last time: a method and its bank, on this device only */
  const KEPT = "gerbang.choice";
  function remember() {
    const form = one("form[data-last]");
    if (!form) return;
    /* only what was chosen: a text field changes when a finger comes down elsewhere, and nothing may move under it */
    form.addEventListener("change", ({ target }) => { if (target.type === "radio") target.closest(".mwrap")?.scrollIntoView({ block: "nearest" }); });
    form.addEventListener("submit", () => {
      const method = one("input[name=method]:checked", form);
      const option = method && one(".sub input:checked", method.closest(".mwrap"));
      try { localStorage.setItem(KEPT, JSON.stringify([method && method.value, option && option.value])); } catch { /* private window */ }
    });
    let kept = [];
    try { kept = JSON.parse(localStorage.getItem(KEPT)) || []; } catch { kept = []; }
    const method = all("input[name=method]", form).find((input) => input.value === kept[0] && !input.disabled);
    if (!method) return;
    const wrap = method.closest(".mwrap"), option = all(".sub input", wrap).find((input) => input.value === kept[1]);
    one(".ln", wrap).textContent = form.dataset.last;
    const chosen = one("input[name=method]:checked", form);
    if (one("[role=alert]", form) || (chosen && chosen !== method)) return;
    method.checked = true;
    if (option && !one(".sub input:checked", wrap)) option.checked = true;
  }

  /* one press, one request */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const fill = event.target.closest("[data-fill]");
    if (fill) { one("#em").value = fill.dataset.fill; one("#pw").focus(); }
  });

  function start() {
    all("[data-copy], [data-print], [data-fill]").forEach((button) => { button.hidden = false; });
    offerPicture();
    countDown();
    remember();
    watch();
  }
  if (main()) start();
})();
