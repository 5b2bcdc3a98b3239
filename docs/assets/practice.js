// What a reader thinks of an answer, and at the page's end what is still open, with a way to each.
// Loaded by lesson.js, once a reader has begun to answer or has a history.

import { make, tool } from "./element.js";
import { all, append, holding, onChange, page } from "./log.js";

const SURE = { sure: 3, "so-so": 2, guess: 1 };
const GRADES = { "had it": 3, partly: 2, not: 1 }; // as cards are graded; 4, easy, is for those
const ITEMS = ".lesson-question, .lesson-ask, .lesson-exercise:not(:has(.lesson-ask))";
const idOf = (place) => place.getAttribute("aria-labelledby") ?? place.id;

let groups = 0;

function choice(asked, options, className, onchange) {
  const name = `lesson-choice-${(groups += 1)}`;
  const labels = Object.entries(options).map(([words, value]) =>
    make("label", {}, make("input", { type: "radio", name, value }), words),
  );
  return make("fieldset", { className: "lesson-choice", onchange }, make("legend", { className }, asked), ...labels);
}

const sureness = () => choice("How sure are you?", SURE, "lesson-unseen");
const chosen = (fieldset) => +fieldset?.querySelector(":checked")?.value || undefined;
const clear = (within) => within.querySelectorAll(".lesson-choice :checked").forEach((one) => (one.checked = false));

/** Put the choices where there are none: a form that is made anew has lost them. */
export function equip() {
  for (const form of document.querySelectorAll(".lesson-ask form:not(:has(fieldset))")) {
    form.querySelector("output").before(sureness());
    form.parentElement.addEventListener("variant", () => clear(form)); // with other numbers one begins anew
  }
  for (const place of document.querySelectorAll(ITEMS)) {
    const answer = place.querySelector(".lesson-answer:not(:has(fieldset))");
    if (!answer) continue;
    const sure = sureness();
    let replaces;
    const onchange = () => {
      replaces = keep({ kind: "grade", item: idOf(place), grade: chosen(grade), confidence: chosen(sure), replaces });
    };
    const grade = choice("Did you have it?", GRADES, "", onchange);
    answer.before(sure);
    answer.append(grade);
  }
}

const remember = (value) => window.__md_set?.("practice", value); // lesson.js asks for it

function keep(event) {
  remember(1);
  return append(event);
}

/** A typed answer was judged. One that could not be read says nothing. */
export function answered(place, { kind: verdict, text, slip, variant }) {
  if (verdict === "unreadable") return;
  const confidence = chosen(place.querySelector("fieldset"));
  keep({ kind: "answer", item: place.id, verdict, text: text?.slice(0, 100), slip, variant, confidence });
}

/** How items of this page stand: "right", "open", or "sure", where a reader was and is wrong. */
function standing(events) {
  const states = new Map();
  for (const { page: of, item, verdict, grade, confidence } of events) {
    if (of !== page || !(verdict || grade)) continue;
    const sure = states.get(item) === "sure" || (confidence === 3 && verdict !== "more");
    states.set(item, grade > 2 || ["right", "last"].includes(verdict) ? "right" : sure ? "sure" : "open");
  }
  return states;
}

/** A link into an item's field, or onto the button of its answer. */
function leadTo(place, short) {
  const heading = place.closest("section").querySelector("h3");
  const [kicker, ...rest] = heading.cloneNode(true).childNodes;
  const asks = place.matches(".lesson-ask");
  const words = asks ? [`: ${place.dataset.label}`] : short ? [] : [":", ...rest.filter((one) => one.nodeName !== "A")];
  const href = `#${asks ? place.id : heading.id}`;
  const onclick = () => {
    history.pushState(null, "", href);
    (asks ? place : heading).scrollIntoView();
    place.querySelector("input[type=text], .lesson-answer > summary").focus({ preventScroll: true });
    return false;
  };
  return make("li", {}, make("a", { href, onclick }, kicker.firstChild.data, ...words));
}

const GROUPS = { sure: "You were sure, and it was not right", open: "Not right yet", new: "Not answered yet" };
const body = make("div");
const status = make("output", { role: "status" });
let summary = null;

async function show() {
  const { events, aside, keeps } = await all();
  const states = standing(holding(events));
  if (!states.size && !summary) return;
  const items = [...document.querySelectorAll(ITEMS)];
  const those = (state) => items.filter((place) => (states.get(idOf(place)) ?? "new") === state);
  const right = those("right").length;
  const said = [
    `${right} of ${items.length} right.`,
    keeps
      ? "Your answers are kept in this browser and nowhere else."
      : "Nothing is kept in this browser: when you leave this page, your answers are gone.",
    aside ? `Entries that cannot be read, set aside and exported with the rest: ${aside}.` : "",
  ];
  body.replaceChildren(make("p", {}, said.join(" ")));
  for (const [state, words] of Object.entries(GROUPS)) {
    const short = state === "new";
    const links = those(state).map((place) => leadTo(place, short));
    const list = make("ul", { className: short ? "lesson-short" : "" }, ...links);
    if (links.length) body.append(make("h3", {}, words), list);
  }
  if (summary) return;
  const title = make("h2", {}, "Where you stand on this page");
  const tools = make("div", { className: "lesson-tools" }, ...buttons, status);
  summary = make("section", { className: "lesson-practice" }, title, body, tools);
  document.querySelector("article").append(summary);
}

const kept = () => import("./kept.js");
const mine = ({ page: of, hash, kind }) => of === page && !hash && kind !== "undo"; // else it is the review's
const buttons = [
  tool("Export", status, kept, ({ exported }) => exported()),
  tool("Import", status, kept, ({ imported }) => imported()),
  tool("Forget my answers", status, kept, ({ forgotten }, target) =>
    forgotten(target, status, "Press again to forget your answers on this page.", mine, async () => {
      if (!(await all()).events.length) remember(0);
      clear(document);
    }),
  ),
];

equip();
onChange(show);
show();
