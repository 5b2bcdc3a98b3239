// The review: one card after another, a grade for each, and a calm end. What is due follows from the log, each time anew.
// Keys hold only while the focus is in the session. Loaded by the page of the review alone.

import { button, make, tool } from "./element.js";
import { all, append, holding, onChange } from "./log.js";
import { counted, progress } from "./progress.js";
import { again, asked, dayOf, outcomes, replay, today } from "./schedule.js";

const root = new URL("..", import.meta.url);
const GRADES = ["Again", "Hard", "Good", "Easy"];
const REMIND = 30; // grades without an export
const SAFARI = /^((?!chrome|chromium|android|crios|fxios).)*safari/i.test(navigator.userAgent);

let [items, lessons, states, events] = [[], [], new Map(), []];
let order = []; // of the session: ids
const later = new Set(); // not now
let [shown, turned, started, done, best, day] = [null, false, false, 0, 3, today()];
let only = ""; // the address of the one lesson that an address asks for

// ---- what is kept beside the log: what may be lost ----

function settings() {
  const found = window.__md_get?.("review");
  return typeof found === "object" && found ? found : {};
}
const set = (more) => window.__md_set?.("review", { ...settings(), ...more });
const without = () => [settings().without].flat().filter((url) => typeof url === "string");
const itemOf = (id) => items.find((one) => one.id === id);
const within = ({ lesson }) => !only || lessons[lesson].url === only;
const takes = (lesson) => (only ? lessons[lesson].url === only : !without().includes(lessons[lesson].url));
const graded = () => events.filter(({ kind }) => kind === "grade");

/** For pages that say what is due: how many of each lesson come on which day. */
function tellOthers() {
  const due = {};
  for (const { id, lesson } of items) {
    const on = states.get(id)?.due;
    const rows = (due[lessons[lesson].url] ??= []);
    const row = rows.find(([day]) => day === on);
    if (row) row[1] += 1;
    else if (on !== undefined) rows.push([on, 1]);
  }
  if (states.size || settings().due) set({ due });
}

// ---- the page ----

const said = make("output", { className: "lesson-review-said" });
const face = make("div", { className: "lesson-review-face" });
const foot = make("div", { className: "lesson-review-buttons" });
const takeBack = button("Undo", undo, { title: "u" });
const skip = button("Not now", () => {
  later.add(shown);
  shown = null;
  update();
});
const more = make("div", { className: "lesson-tools" }, takeBack, skip);
const title = make("h2", { id: "session" }, "Today");
const session = make("section", { className: "lesson-review" }, title, said, face, foot, more);
session.setAttribute("aria-labelledby", "session");
const standing = make("div");
const keeping = make("p", { className: "lesson-review-kept" });
const choice = make("fieldset", {});

/** HTML of the site's own file, its links seen from its lesson. */
function content(html, { lesson }, className) {
  const template = make("template", { innerHTML: html });
  const base = new URL(lessons[lesson].url, root);
  for (const [selector, name] of [["a[href]", "href"], ["img[src]", "src"]]) {
    for (const one of template.content.querySelectorAll(selector)) {
      one.setAttribute(name, new URL(one.getAttribute(name), base));
    }
  }
  template.content.querySelectorAll(".lesson-code").forEach((one) => one.remove()); // the lesson has it
  const place = make("div", { className, tabIndex: -1 });
  place.append(template.content);
  return place;
}

/** How long until a card comes again, in words. */
function inWords(days) {
  if (!days) return "in this session";
  if (days < 31) return counted(days, "day");
  if (days < 365) return counted(Math.round(days / 30.4), "month");
  return counted(Math.round(days / 36.525) / 10, "year");
}

async function showCard(id) {
  const item = itemOf(id);
  [shown, turned, best] = [id, false, 3];
  const { url, title: of } = lessons[item.lesson];
  // Where its script cannot be had, an exercise is as it stands in its lesson, without fields.
  const exercise = item.title && (await import("./exercise.js").catch(() => null));
  const asks = await exercise?.numbers(item, url).catch(() => null);
  if (shown !== id) return; // meanwhile another
  const state = states.get(id);
  const kind = item.title ?? "Card";
  const link = make("a", { href: new URL(`${url}#${id}`, root) }, of);
  const about = [make("strong", {}, state ? kind : `New. ${kind}`), " · ", link];
  const reworded = state?.hash && state.hash !== item.hash ? [" · reworded since you saw it"] : [];
  const front = content(asks?.prompt ?? item.front, item, "lesson-review-front");
  const back = content(asks?.solution ?? item.back, item, "lesson-review-back");
  back.hidden = true;
  face.replaceChildren(make("p", { className: "lesson-review-about" }, ...about, ...reworded), front);
  if (asks) exercise.ask(face, item, url, asks, (worth) => (best = worth));
  face.append(back);
  skip.hidden = false;
  foot.replaceChildren(button(item.title ? "Show the solution" : "Show the answer", turn, { className: "lesson-review-turn" }));
  focus(front);
}

/** The focus goes along, where it is in the session; where a reader does something else, it stays. */
function focus(place) {
  if (started && (session.contains(document.activeElement) || document.activeElement === document.body)) {
    place.focus({ preventScroll: true });
    const { top } = place.getBoundingClientRect();
    if (top > 80 && top < innerHeight * 0.6) return; // all stays where it is
    (place.matches(".lesson-review-back") ? place : session).scrollIntoView();
  }
}

function turn() {
  if (!shown || turned) return;
  turned = true;
  const item = itemOf(shown);
  const back = face.querySelector(".lesson-review-back");
  back.hidden = false;
  const next = outcomes(item.id, states.get(item.id), day);
  const grades = next.map(({ days }, index) => {
    const key = make("kbd", { ariaHidden: "true" }, String(index + 1));
    const one = button("", () => grade(index + 1), { className: index + 1 === best ? "lesson-review-best" : "" });
    one.append(key, make("b", {}, GRADES[index]), " ", make("span", {}, inWords(days)));
    return one;
  });
  const ariaLabel = "How well did you have it, and when it comes again";
  foot.replaceChildren(make("div", { role: "group", ariaLabel, className: "lesson-review-grades" }, ...grades));
  focus(back);
}

function grade(value) {
  if (!shown || !turned) return;
  const item = itemOf(shown);
  const event = { kind: "grade", page: lessons[item.lesson].url, item: shown, grade: value, hash: item.hash };
  append(event);
  order = order.filter((id) => id !== shown);
  if (value === 1) order = again(order, shown);
  if (!done && !("mozInnerScreenX" in window)) navigator.storage?.persist?.().catch(() => {}); // Firefox asks; others do not
  [shown, done] = [null, done + 1];
  update();
}

/** The last grade of today, also of before the page was loaded anew; lessons' own pages grade without a hash. */
const last = () => graded().findLast(({ item, hash, at, off }) => hash && dayOf(at, off) === day && itemOf(item));

function undo() {
  const { id, item, page } = last() ?? {};
  if (!id) return;
  append({ kind: "undo", page, item, undoes: id });
  order = [item, ...order.filter((one) => one !== item)];
  [shown, done] = [null, Math.max(0, done - 1)];
  update();
}

// ---- what follows from the log ----

/** Read the log anew, and show what it says: of cards that another tab has graded, too. */
async function update() {
  const found = await all();
  events = holding(found.events);
  states = replay(events);
  if (day !== today()) newDay();
  let { due, fresh } = asked(items, states, day, takes);
  due = due.filter(within);
  const wanted = [...due, ...fresh].map(({ id }) => id).filter((id) => !later.has(id));
  order = [...order.filter((id) => wanted.includes(id)), ...wanted.filter((id) => !order.includes(id))];
  takeBack.hidden = !last();
  if (!started) begin(due.length, fresh.length);
  else if (!order.length) end();
  else {
    said.textContent = `${order.length} to go${done ? `, ${done} done` : ""}.`;
    if (shown !== order[0] && !(shown && order.includes(shown))) await showCard(order[0]);
  }
  standing.replaceChildren(...progress(items, states, events, day, dayOf));
  tellOf(found);
  tellOthers();
}

/** A page may stay open for days. A card that is shown is gone on with; else the day begins as with a new page. */
function newDay() {
  day = today();
  later.clear();
  if (shown) return;
  [started, done] = [false, 0];
  foot.replaceChildren();
}

function begin(due, fresh) {
  if (!order.length) return end();
  const parts = [due ? `${due} due` : "", fresh ? `${fresh} new` : ""].filter(Boolean).join(" and ");
  said.textContent = `For today: ${parts}.`;
  const start = () => {
    started = true;
    update();
  };
  if (!foot.firstChild) foot.append(button("Begin", start, { className: "lesson-review-turn" }));
  skip.hidden = true;
}

function end() {
  shown = null;
  const next = Math.min(...items.map(({ id }) => states.get(id)?.due ?? Infinity).filter((due) => due > day));
  const wait = next - day;
  const comes = Number.isFinite(wait) ? ` The next comes back ${wait === 1 ? "tomorrow" : `in ${wait} days`}.` : "";
  const all = `${done ? "That is all for today" : "Nothing is due today"}${only ? " of this lesson" : ""}.`;
  said.textContent = later.size ? `You left ${later.size} for later today.` : all + comes;
  const anyway = button("Take them up now", () => {
    later.clear();
    foot.replaceChildren();
    update();
  });
  face.replaceChildren();
  foot.replaceChildren(...(later.size ? [anyway] : []));
  skip.hidden = true;
  if (started) {
    said.tabIndex = -1;
    focus(said);
  }
}

/** What is kept, where, and what cannot be read or shown: the words for what is rare come when they are needed. */
async function tellOf({ aside, keeps }) {
  const rare = () => {
    const known = new Set(items.map(({ id }) => id));
    const retired = new Set(events.filter(({ item, hash }) => hash && !known.has(item)).map(({ item }) => item)).size;
    const ahead = events.filter(({ at }) => at > Date.now() + 86_400_000).length;
    const since = graded().length - (+settings().exported || 0);
    return { aside, retired, ahead, since: since >= REMIND && since, safari: SAFARI, gone: !keeps };
  };
  const first = keeps ? "Your reviews are kept in this browser and nowhere else." : "";
  const without = keeps ? "" : "Nothing is kept in this browser."; // the words could not be had
  const words = Object.values(rare()).some(Boolean) ? await kept().then(({ told }) => told(rare()), () => without) : "";
  keeping.textContent = `${first} ${words}`.trim();
}

// ---- keys ----

session.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.matches("input, select, textarea")) return;
  const turns = shown && [" ", "Enter"].includes(event.key);
  if (turns && event.target.closest("button, a, summary")) return; // they have a press of their own
  if (turns) (turned ? grade(best) : turn());
  else if (/^[1-4]$/.test(event.key) && turned) grade(+event.key);
  else if (event.key !== "u") return;
  else undo();
  event.preventDefault();
  event.stopPropagation();
});
// A lesson's own script would keep answers, too, as answers on this page.
for (const kind of ["focusin", "answer"]) session.addEventListener(kind, (event) => event.stopPropagation());

// ---- out, in, and away ----

const kept = () => import("./kept.js");
const reviews = ({ kind, item, hash }) => hash || kind === "undo" || (kind === "grade" && items.some(({ id }) => id === item));
const WARNING = "Press again to forget your reviews: there is no way back but a file you exported.";
const filed = make("output");
const time = make("input", { type: "time", value: "18:00", required: true });
const tools = make(
  "div",
  { className: "lesson-tools" },
  tool("Export", filed, kept, async ({ exported }) => {
    const words = await exported();
    set({ exported: graded().length });
    await update();
    return words;
  }),
  tool("Import", filed, kept, async ({ imported }) => {
    const before = graded().length;
    const words = await imported();
    await update();
    set({ exported: (+settings().exported || 0) + graded().length - before }); // a file has those
    await update();
    return words;
  }),
  tool("Forget my reviews", filed, kept, ({ forgotten }, target) =>
    forgotten(target, filed, WARNING, reviews, () => {
      [order, shown, done] = [[], null, 0];
      set({ due: {}, exported: 0 });
      return update();
    }),
  ),
  filed,
);
const made = make("output");
const reminder = make(
  "div",
  { className: "lesson-tools" },
  make("label", {}, "Remind me each day at ", time),
  tool("Make a calendar file", made, () => import("./reminder.js"), ({ remind }) => remind(time.value)),
  made,
);

/** Which lessons new cards are taken from. */
function lessonChoice() {
  const boxes = lessons.map(({ title: of, url }) => {
    const box = make("input", { type: "checkbox", checked: !without().includes(url) });
    box.onchange = () => {
      set({ without: lessons.map((one) => one.url).filter((one) => (one === url ? !box.checked : without().includes(one))) });
      order = order.filter((id) => states.has(id));
      update();
    };
    return make("label", {}, box, of);
  });
  choice.replaceChildren(make("legend", {}, "Take new cards from"), ...boxes);
}

const styles = make("link", { rel: "stylesheet", href: new URL("review.css", import.meta.url) });
const dressed = new Promise((resolve) => (styles.onload = styles.onerror = resolve));

async function load() {
  said.textContent = "Loading the cards …";
  try {
    const [reply] = await Promise.all([fetch("cards.json"), dressed]);
    if (!reply.ok) throw new Error(String(reply.status));
    ({ items, lessons } = await reply.json());
  } catch {
    said.textContent = "The cards could not be loaded. Try again when you are connected.";
    foot.replaceChildren(button("Try again", () => (foot.replaceChildren(), load())));
    return;
  }
  lessonChoice();
  const asks = new URLSearchParams(location.search).get("lesson");
  const lesson = lessons.find(({ url }) => url === asks);
  if (lesson) {
    only = lesson.url;
    title.append(`: ${lesson.title}`);
    more.append(make("a", { href: location.pathname }, "All lessons"));
  }
  onChange(update);
  for (const sign of ["pageshow", "visibilitychange", "focus"]) addEventListener(sign, () => day !== today() && update());
  await update();
}

const progressPart = make("section", { className: "lesson-progress" }, make("h2", { id: "progress" }, "Where you stand"), standing, choice, keeping, tools, reminder);
takeBack.hidden = skip.hidden = true;
document.head.append(styles);
document.querySelector("article h2").before(session, progressPart);
load();
