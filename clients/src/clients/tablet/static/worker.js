// The service worker: keeps the shell, so that the page opens without network. Data are the page's business (IndexedDB).
// The server puts one line above this file: self.SHELL = { version, addresses }.

const CACHE = `refettorio-tablet-${self.SHELL.version}`;
const KEPT = new Set(self.SHELL.addresses);

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(self.SHELL.addresses.map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("refettorio-tablet-") && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === "/tablet/") event.respondWith(freshShell(event.request));
  else if (KEPT.has(url.pathname)) event.respondWith(kept(event.request));
});

/** The page itself: from the network when it answers soon, so that a new version arrives; else the kept one. */
async function freshShell(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(3000) });
    if (response.ok) return response;
  } catch {
    // No network: that is what the kept page is for.
  }
  return (await cache.match("/tablet/")) ?? Response.error();
}

/** Parts carry their version in the address: the kept one is always right. */
async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}
