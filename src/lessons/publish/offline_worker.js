// The site without a network. Before this stands `const SITE`: the files to keep, each with how its SHA-256 begins; it is
// written when the site is built. Without files this is the way back: it deletes what was kept, and itself.
//
// A file lies in the cache at its address and its hash. So two versions lie there side by side, the old one whole until
// nobody reads it any more, and a version that could not be had in one go is gone on with the next time.

const root = registration.scope;
const NAME = `lessons ${new URL(root).pathname}`; // other sites of the host, a preview say, have their own
const paths = Object.keys(SITE);
const place = (path) => `${root}${path}?${SITE[path]}`;

/**
 * A file from the network, if it is of this version: what a host sends while it is updated may be of another. So may what
 * the browser has of it, where a host tells versions apart by the second: then it is asked for in full.
 */
async function fetched(path) {
  for (const cache of ["no-cache", "reload"]) {
    const reply = await fetch(root + path.replace(/(^|\/)index\.html$/, "$1"), { cache });
    const body = await reply.arrayBuffer();
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).slice(0, SITE[path].length / 2);
    if ([...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== SITE[path]) continue;
    const headers = new Headers(reply.headers); // the policy is among them
    for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name); // of how it came
    return new Response(body, { headers });
  }
  throw new Error(`${path} is not as this version has it`);
}

/** Have every file of this version; those that are there already are not fetched. */
async function fill() {
  const cache = await caches.open(NAME);
  const there = new Set((await cache.keys()).map(({ url }) => url));
  const missing = paths.filter((path) => !there.has(place(path)));
  const done = await Promise.allSettled(missing.map(async (path) => cache.put(place(path), await fetched(path))));
  for (const { reason } of done) if (reason) throw reason;
}

/** Leave what no version needs any more. */
async function tidy() {
  if (!paths.length) {
    await caches.delete(NAME);
    return registration.unregister();
  }
  const cache = await caches.open(NAME);
  const wanted = new Set(paths.map(place));
  await Promise.all((await cache.keys()).map((one) => wanted.has(one.url) || cache.delete(one)));
  return clients.claim(); // the page that asked for it is the first to have it
}

addEventListener("install", (event) => event.waitUntil(paths.length ? fill() : skipWaiting()));
addEventListener("activate", (event) => event.waitUntil(tidy()));

addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(skipWaiting());
  if (event.data === "keep") {
    const tell = (kept) => event.ports[0].postMessage(kept);
    event.waitUntil(fill().then(() => tell(paths.length > 0), () => tell(false)));
  }
});

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const [address] = url.split(/[?#]/, 1);
  if (method !== "GET" || !address.startsWith(root)) return;
  const path = address.slice(root.length).replace(/(^|\/)$/, "$1index.html");
  if (Object.hasOwn(SITE, path)) {
    const found = caches.match(place(path), { cacheName: NAME });
    event.respondWith(found.then((kept) => kept ?? fetch(event.request))); // browsers may throw away what is kept
  } else if (Object.hasOwn(SITE, `${path}/index.html`)) {
    event.respondWith(Response.redirect(url.replace(address, `${address}/`)));
  }
});
