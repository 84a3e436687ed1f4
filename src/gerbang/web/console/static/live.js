// @ts-check
/* A page that stays true: htmx loads the part again when the stream says that something changed; here stands what htmx does not know: what
   somebody has opened, ticked or typed stays; what is new is said politely; a lost connection is shown, and comes back by itself. */

const LOST_MS = 3000;      // a stream that comes back sooner was not missed by anybody
const AGAIN_MS = 5000;
const MOST_MS = 60000;
const QUIET_MS = 5000;     // how long after a sentence the next one may be said
const KEPT = "[data-copy], dialog, details";

/** @typedef {{registerExtension(name: string, extension: object): void, trigger(element: Element, event: string): void}} Htmx */
/** @returns {Htmx | undefined} */
const htmx = () => /** @type {any} */ (window).htmx;

/** Keep the page true. @param {(root: ParentNode) => void} offer what new content needs besides */
export function stayTrue(offer) {
  keepWhatIsOpen();
  const part = document.getElementById("part"), lamp = document.getElementById("live");
  if (!part || !lamp) return;
  watchThePart(part, offer);
  watchTheStream(lamp);
}

/* ── what somebody has opened, ticked or typed ── */
function keepWhatIsOpen() {
  htmx()?.registerExtension("console", {
    /** @param {Element} element @param {{attrName: string}} detail */
    htmx_before_morph_attr: (element, detail) => {
      const isOpen = (detail.attrName === "open" || detail.attrName === "hidden") && element.matches(KEPT);
      const isTyped = ["value", "checked", "selected"].includes(detail.attrName) && isDirty(element);
      return !(isOpen || isTyped);
    },
  });
}

/** Whether somebody has changed this box, or is in it. @param {Element} element */
function isDirty(element) {
  if (element === document.activeElement) return true;
  if (element instanceof HTMLInputElement) return element.value !== element.defaultValue || element.checked !== element.defaultChecked;
  return element instanceof HTMLOptionElement && element.selected !== element.defaultSelected;
}

/* ── what is new ── */
/** @param {HTMLElement} part @param {(root: ParentNode) => void} offer */
function watchThePart(part, offer) {
  /** @type {Set<string>} */
  let rows = new Set();
  let told = "";
  document.addEventListener("htmx:before:swap", () => { rows = rowsOf(part); told = saidBy(part); });
  document.addEventListener("htmx:after:swap", () => {
    offer(part);
    const fresh = [...part.querySelectorAll("[data-row]")].filter((row) => !rows.has(row.id));
    if (rows.size) for (const row of fresh) tint(row);
    const now = saidBy(part);
    if (now !== told) say(now);
    else if (rows.size && fresh.length) say(fresh.length === 1 ? part.dataset.one : part.dataset.more?.replace("#", String(fresh.length)));
  });
}

/** @param {HTMLElement} part */
const rowsOf = (part) => new Set([...part.querySelectorAll("[data-row]")].map((row) => row.id));
/** @param {HTMLElement} part */
const saidBy = (part) => [...part.querySelectorAll("[data-say]")].map((one) => one.textContent?.trim()).join(". ");

/** @param {Element} row */
function tint(row) {
  row.classList.add("fresh");
  setTimeout(() => row.classList.remove("fresh"), 2000);
}

let lastSaid = 0, saying = 0;
/** Say it in the polite voice of the page, not more often than somebody can listen. @param {string | undefined} text */
function say(text) {
  const voice = document.getElementById("said");
  if (!voice || !text) return;
  clearTimeout(saying);
  saying = window.setTimeout(() => { lastSaid = Date.now(); voice.textContent = text; }, Math.max(50, lastSaid + QUIET_MS - Date.now()));
}

/* ── the stream ── */
/** @param {HTMLElement} lamp */
function watchTheStream(lamp) {
  const word = lamp.querySelector("span"), login = lamp.querySelector("a");
  let losing = 0, again = 0, pause = AGAIN_MS, state = "";
  /** @param {"on" | "lost" | "ended"} next */
  const show = (next) => {
    clearTimeout(losing);
    if (state === "lost" && next === "on") say(lamp.dataset.back);
    if (state !== next && next !== "on") say(lamp.dataset[next]);
    state = next;
    lamp.hidden = false;
    lamp.classList.toggle("lost", next !== "on");
    if (word) word.textContent = lamp.dataset[next] ?? "";
    if (login) login.hidden = next !== "ended";
  };
  const lose = () => { if (state !== "ended") { clearTimeout(losing); losing = window.setTimeout(() => show("lost"), LOST_MS); } };
  /** The stream ended for good, or never began: begin another after a while. */
  const beginAgain = () => {
    lose();
    clearTimeout(again);
    if (state === "ended") return;
    again = window.setTimeout(() => htmx()?.trigger(lamp, "reconnect"), pause);
    pause = Math.min(pause * 2, MOST_MS);
  };
  const end = () => { clearTimeout(again); show("ended"); };
  lamp.addEventListener("htmx:sse:after:connection", () => { pause = AGAIN_MS; show("on"); });
  lamp.addEventListener("htmx:sse:before:connection", () => { if (state) lose(); });
  lamp.addEventListener("htmx:sse:error", (event) => { if (statusOf(event) === 401) end(); else lose(); });
  lamp.addEventListener("htmx:sse:close", beginAgain);
  for (const name of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(name, (event) => {
      if (statusOf(event) === 401) end();
      else if (event.target === lamp) beginAgain();
    });
  }
  /* Only a page that is seen holds a stream: over HTTP/1.1 a browser has six connections to us, and whoever opens ten payments in tabs
     behind this one would wait for the seventh for ever. htmx lets go of a stream when its page is hidden, but would begin one there. */
  const begin = () => { if (!document.hidden && !state) htmx()?.trigger(lamp, "reconnect"); };
  /* htmx begins once every script is there (its own is not deferred), and so after everybody listens */
  document.addEventListener("htmx:after:process", begin, { once: true });
  document.addEventListener("visibilitychange", begin);
}

/** The status of the answer that an event of htmx is about; 0 for none. @param {Event} event @returns {number} */
function statusOf(event) {
  const detail = /** @type {any} */ (event).detail;
  return detail?.status ?? detail?.ctx?.response?.status ?? 0;
}
