// What a page can do beyond reading. Everything here is extra: without this file every answer still opens by
// click, Enter and Space, and prints.

/** What the address wants printed, if anything: then another sheet takes the page's place. */
const printAsked = new URLSearchParams(location.search).get("print");

/** The id after the # of the address; none where it is no proper one. */
function linkedId() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

/** Open what a link points into: the answer, the note or the card. */
function openTarget() {
  const target = document.getElementById(linkedId());
  if (!target) return;
  const closed = target.matches("details") ? target : target.querySelector(":scope > details");
  if (closed) closed.open = true;
  for (let outer = target.parentElement; outer; outer = outer.parentElement) {
    if (outer.matches("details")) outer.open = true;
  }
  target.scrollIntoView();
}

/** Open every answer for the printer, for browsers that cannot do it in CSS, and close them again. */
function openWhilePrinting() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((details) => (details.open = true));
  });
  addEventListener("afterprint", () => {
    opened.forEach((details) => (details.open = false));
    opened = [];
  });
}

/** What scrolls inside itself must be reachable by keyboard. */
function reachScrollers() {
  const mark = (element) => {
    if (element.scrollWidth > element.clientWidth + 1) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  };
  const sized = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  // Measuring inside a closed answer would make the browser lay it out: wait until it is open, wherever it stands.
  const shown = new IntersectionObserver(
    (entries) =>
      entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
        shown.unobserve(target);
        sized.observe(target);
      }),
    { rootMargin: "1000000px" },
  );
  document
    .querySelectorAll(".lesson-formula, .md-typeset__scrollwrap, .md-typeset table:not([class]),  .highlight code, .lesson-printed, .lesson-output")
    .forEach((element) => shown.observe(element));
}

/** Copied text holds each formula once, as the TeX it was written in; one that is selected in part comes whole. */
function copyFormulasAsTex() {
  const holding = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest("math");
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection.rangeCount) return;
    const range = selection.getRangeAt(0).cloneRange();
    const [first, last] = [holding(range.startContainer), holding(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    const copy = document.createElement("div");
    copy.append(range.cloneContents());
    const formulas = copy.querySelectorAll("math[data-tex]");
    if (!formulas.length) return;
    const html = copy.innerHTML;
    for (const formula of formulas) {
      const sign = formula.getAttribute("display") === "block" ? "$$" : "$";
      formula.replaceWith(sign + formula.dataset.tex + sign);
    }
    copy.style.cssText = "position: fixed; inset-inline-start: -9999px; white-space: normal";
    document.body.append(copy); // only what is laid out has lines
    event.clipboardData.setData("text/plain", copy.innerText);
    event.clipboardData.setData("text/html", html);
    copy.remove();
    event.preventDefault();
  });
}

/** What a press would do is said by what is pressed. */
function sayWhatHides() {
  const says = (details) => {
    const summary = details.querySelector(":scope > summary");
    summary.textContent = details.open ? "Hide answer" : "Show answer";
  };
  document.addEventListener(
    "toggle",
    ({ target }) => target.matches(".lesson-question > .lesson-answer") && says(target),
    true,
  );
}

/** What a reader answers is kept in this browser, by a script that comes once there is something to keep or to show. */
function keepPractice() {
  const load = () => import("./practice.js");
  const on = (kind, selector, tell) =>
    document.addEventListener(kind, (event) => {
      if (event.target.closest?.(selector)) load().then((practice) => tell?.(practice, event), () => {});
    });
  on("focusin", ".lesson-ask", (practice) => practice.equip());
  on("click", ".lesson-answer:not(.lesson-outcome) > summary");
  on("answer", ".lesson-ask", (practice, { target, detail }) => practice.answered(target, detail));
  if (printAsked || !document.querySelector(".lesson-question, .lesson-exercise") || !window.__md_get?.("practice")) return;
  (window.requestIdleCallback ?? setTimeout)(() => load().catch(() => {}));
}

/**
 * The site can be kept for offline, see offline.js: by whoever asks, and by nobody else. So a first visit fetches, registers
 * and remembers nothing; and what a whole site weighs is never fetched unasked.
 */
function offerToKeep() {
  const place = document.querySelector(".md-copyright");
  if (!navigator.serviceWorker || !place) return;
  const status = document.createElement("span");
  const press = Object.assign(document.createElement("button"), { type: "button", textContent: "Keep for offline" });
  const load = (asked) =>
    import("./offline.js").then(
      ({ attend }) => attend(press, status, asked),
      () => asked && (status.textContent = "It cannot be kept now: try again when you are connected. "),
    );
  const line = document.createElement("div");
  line.className = "lesson-keep";
  press.onclick = () => {
    status.setAttribute("role", "status"); // only an answer to a press is read out
    load(true);
  };
  line.append(status, press);
  place.append(line);
  if (navigator.serviceWorker.controller) addEventListener("load", () => load(false));
}

if (printAsked === "worksheet") import("./worksheet.js");
openWhilePrinting();
keepPractice();
sayWhatHides();
copyFormulasAsTex();
addEventListener("load", reachScrollers);
offerToKeep();
document.addEventListener("theme", () => {
  // The theme's script has put a scroller around each table, and a landmark without a name into each block of code.
  reachScrollers();
  document.querySelectorAll(".md-code__nav").forEach((buttons) => buttons.setAttribute("role", "none"));
});
openTarget();
addEventListener("hashchange", openTarget);
