// What a reader needs of the theme before its script is there: colours, contents, keys. The script itself, its search and
// its index are loaded for those who search or come to code that they can copy; then this file does no more.

const own = document.currentScript;
let themeWorks = !own.dataset.script; // without the address, the page has loaded it itself

/** Load the theme's script, once. What it needs for a search is fetched at the same time, and not after it. */
function loadTheme() {
  if (!own.dataset.script) return;
  const { base, search } = JSON.parse(document.getElementById("__config").textContent);
  const script = document.createElement("script");
  script.src = own.dataset.script;
  delete own.dataset.script;
  for (const address of [search, `${base}/search/search_index.json`]) fetch(address).catch(() => {});
  script.addEventListener("load", () => {
    themeWorks = true;
    document.dispatchEvent(new Event("DOMContentLoaded")); // which it waits for, as it does where it comes with the page
    if (query) query.dispatchEvent(new Event("keyup")); // what was typed meanwhile is looked for
    document.dispatchEvent(new Event("theme"));
  });
  script.addEventListener("error", () => {
    own.dataset.script = script.src; // the next attempt may find a network
  });
  document.body.append(script);
}

// ---- search and code: where the script is wanted --------------------------------------------------------------------

const query = document.querySelector("[data-md-component=search-query]");
const searchToggle = document.getElementById("__search");

if (query) {
  searchToggle.addEventListener("change", () => {
    if (searchToggle.checked && !themeWorks) query.focus();
  });
  query.addEventListener("focus", () => {
    if (!themeWorks) searchToggle.checked = true;
    loadTheme();
  });
  query.addEventListener("input", loadTheme); // again, where it could not be had before
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || themeWorks || !searchToggle.checked) return;
    searchToggle.checked = false;
    query.blur();
  });
}
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, ({ target }) => {
    if (target.closest?.("pre, .md-search, [for=__search]")) loadTheme();
  });
}
if (new URLSearchParams(location.search).has("h")) loadTheme(); // the words that were found are to be marked

// ---- keys -----------------------------------------------------------------------------------------------------------

const KEYS = { f: "search", s: "search", "/": "search", p: "prev", ",": "prev", n: "next", ".": "next" };

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing || event.altKey || event.ctrlKey || event.metaKey || !(event.key in KEYS)) return;
  const meant = KEYS[event.key];
  // The theme would look for a link in the head that is not there: Firefox would fetch the next page unasked.
  if (themeWorks && meant !== "next") return;
  if (meant === "search") {
    event.preventDefault();
    if (query) query.focus();
  } else {
    document.querySelector(`.md-footer__link--${meant}`)?.click();
  }
});

// ---- colours --------------------------------------------------------------------------------------------------------

const schemes = [...document.querySelectorAll("input[name=__palette]")];

function showScheme(chosen) {
  schemes.forEach((option, index) => (option.nextElementSibling.hidden = index !== chosen));
}

schemes.forEach((option, index) =>
  option.addEventListener("change", () => {
    if (themeWorks) return;
    const color = {};
    for (const part of ["media", "scheme", "primary", "accent"]) {
      color[part] = option.getAttribute(`data-md-color-${part}`);
      document.body.setAttribute(`data-md-color-${part}`, color[part]);
    }
    showScheme(index);
    __md_set("__palette", { index, color });
    option.focus();
  }),
);
schemes[0]?.form.addEventListener("keydown", (event) => {
  if (themeWorks || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  schemes[(schemes.indexOf(event.target) + 1) % schemes.length].click();
});
if (!themeWorks && schemes.length) {
  const index = __md_get("__palette")?.index ?? 0;
  schemes[index].checked = true;
  showScheme(index);
}

// ---- where the reader is --------------------------------------------------------------------------------------------

const drawer = document.getElementById("__drawer");
const title = document.querySelector("[data-md-component=header-title]");
const heading = document.querySelector("article h1");
const toTop = document.querySelector("[data-md-component=top]");
const LINKS = "[data-md-component=toc] a[href^='#']";
const placeOf = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));
let before = 0;

/** Mark the section that is read, and show in the header which page it is of. */
function follow() {
  const below = document.querySelector("header").offsetHeight + 48;
  let read = null;
  for (const link of document.querySelectorAll(LINKS)) {
    const place = placeOf(link);
    if (place && place.getBoundingClientRect().top < below) read = link.hash;
  }
  for (const link of document.querySelectorAll(LINKS)) {
    link.classList.toggle("md-nav__link--active", link.hash === read);
  }
  if (title && heading) {
    title.classList.toggle("md-header__title--active", heading.getBoundingClientRect().bottom < below - 48);
  }
  if (toTop) toTop.hidden = !(scrollY < before && scrollY > innerHeight);
  before = scrollY;
}

let asked = 0;
addEventListener(
  "scroll",
  () => {
    if (!themeWorks && !asked) asked = requestAnimationFrame(() => ((asked = 0), follow()));
  },
  { passive: true },
);
if (toTop) {
  toTop.addEventListener("click", () => {
    if (!themeWorks) scrollTo({ top: 0 });
  });
}
addEventListener("hashchange", () => {
  if (drawer && !themeWorks) drawer.checked = false; // a link in it was followed
});
