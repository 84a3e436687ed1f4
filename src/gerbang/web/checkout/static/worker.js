/* The service worker of the payer's pages, and that of the console: shows what a push says, in words that stand above, and opens the payment's page, or HOME.
   It fetches nothing and keeps nothing, so the pages work as they would without it. */
"use strict";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const said = read(event.data), lang = said.lang === "en" ? "en" : "id", words = WORDS[lang];
  const options = { body: words.says[said.event] ?? words.any, lang, data: { payment: said.payment } };
  /* the same push once more replaces what is shown, and makes no sound */
  if (said.tag) options.tag = String(said.tag);
  event.waitUntil(self.registration.showNotification(said.test ? words.test : words.title, options));
});

function read(data) {
  try { return data.json() ?? {}; } catch { return {}; }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const payment = String(event.notification.data?.payment ?? "");
  const path = /^pay_[0-9A-Z]{26}$/.test(payment) ? `/pay/${payment}` : HOME;
  if (path) event.waitUntil(show(path));
});

async function show(path) {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = open.find((one) => new URL(one.url).pathname === path);
  if (page) await page.focus();
  else await self.clients.openWindow(path);
}
