// What the theme keeps in the reader's browser. The names with __md are the theme's own, which it writes into each page;
// from a file they need no exception in the policy. What lies there broken, or cannot be had, is as if it were not there.

/** The folder of the site: its settings are kept under this path, apart from those of the host's other sites. */
var __md_scope = new URL("..", document.currentScript.src);

var __md_hash = (text) => [...text].reduce((sum, sign) => (sum << 5) - sum + sign.charCodeAt(0), 0);

/** Whether the reader has used the switch between colour schemes on this page. */
let schemeChosen = false;
addEventListener("change", ({ target }) => (schemeChosen ||= target.name === "__palette"), true);

// Scripts run here: the theme's styles hide the search where they do not.
document.documentElement.classList.replace("no-js", "js");

/** The colour scheme that the reader's system asks for, as the theme would set it later. */
function systemScheme() {
  const options = [...document.querySelectorAll("input[name=__palette]")];
  const index = options.findIndex((option) => matchMedia(option.dataset.mdColorMedia).matches);
  if (index < 0) return null;
  const part = (name) => [name, options[index].getAttribute(`data-md-color-${name}`)];
  return { index, color: Object.fromEntries(["media", "scheme", "primary", "accent"].map(part)) };
}

/** A stored setting, or null. A broken one is removed, so that the next visit is as the first. */
function stored(name, store, scope) {
  const key = `${scope.pathname}.${name}`;
  try {
    store ??= localStorage; // which browsers may refuse to give
    try {
      const value = JSON.parse(store.getItem(key));
      if (value === null || name !== "__palette" || isOffered(value)) return value;
    } catch {} // no JSON, or another shape
    store.removeItem(key);
  } catch {}
  return null;
}

var __md_get = (name, store, scope = __md_scope) =>
  stored(name, store, scope) ?? (name === "__palette" ? systemScheme() : null);

/** Keep a setting. The theme keeps a colour scheme that nobody chose, too: the system's then holds no more. */
var __md_set = (name, value, store, scope = __md_scope) => {
  if (name === "__palette" && !schemeChosen) return;
  try {
    (store ?? localStorage).setItem(`${scope.pathname}.${name}`, JSON.stringify(value));
  } catch {} // full, or refused: the setting holds for this page
};

/** Whether a colour scheme is one that the page's switch offers: the theme believes whatever it finds. */
function isOffered({ index, color }) {
  const options = [...document.querySelectorAll("input[name=__palette]")];
  const parts = Object.entries(color);
  const offers = ([part, value]) => options.some((option) => option.getAttribute(`data-md-color-${part}`) === value);
  return Number.isInteger(index) && index in options && parts.length === 4 && parts.every(offers);
}
