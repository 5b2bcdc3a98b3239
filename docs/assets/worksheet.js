// A page as a worksheet: what is asked, with room to write on paper, and no answers. `?print=worksheet` asks for it, and
// only then is this loaded. `&key=1` adds the values on a last page, `&questions=0` leaves out the questions,
// `&variant=…` takes other numbers for an exercise, by their id, and `&paper=a4` settles the paper.

const STYLE = `
.md-sidebar--secondary, .md-nav--secondary, .md-footer, .md-top { display: none !important }
@media screen and (width >= 76.25em) {
  .md-sidebar--primary { display: none }
  body[dir] .md-content { max-width: none }
  body[dir] .md-content__inner { max-width: 42rem; margin-inline: auto !important }
}
.md-typeset .worksheet .lesson-kicker { display: inline }
.md-typeset .worksheet :is(h2, h3) { margin: 0 0 0.6em; padding: 0; border: 0; font-size: 1.15em; line-height: 1.35; break-after: avoid }
.md-typeset .worksheet-key h2 { margin-bottom: 1.2em; font-size: 1.3em }
.worksheet > section { margin-top: 2em; break-inside: avoid }
.md-typeset .worksheet .lesson-prompt { font: inherit }
.worksheet-name { display: flex; gap: 0.5em; align-items: end; margin: 1.4em 0 }
.worksheet-line { flex: 1; min-width: 4em; height: 1.6em; border-bottom: 1px solid currentcolor }
.worksheet-line.worksheet-short { flex: 0.4 }
.worksheet-prompt, .worksheet-answers { break-inside: avoid }
.worksheet-room > div { height: 2em; border-bottom: 1px solid color-mix(in srgb, currentcolor 40%, transparent) }
.worksheet-answers { margin-top: 1.2em }
.md-typeset .worksheet-answer { display: flex; flex-wrap: wrap; gap: 0.5em; align-items: end; margin: 0.6em 0 }
.worksheet-answer > :first-child { font-weight: 600 }
.worksheet-numbers { font-size: 0.8em; opacity: 0.8 }
.md-typeset .worksheet-key table:not([class]) { display: table; width: auto; min-width: 50%; margin: 0 0 2em; font-size: inherit }
.md-typeset .worksheet-key table :is(th, td) { padding: 0.35em 2em 0.35em 0; border: 0; border-bottom: 1px solid #8886; color: inherit; font: inherit; text-align: start; text-transform: none; letter-spacing: 0 }
.worksheet-tools { display: flex; flex-wrap: wrap; gap: 0.5rem 1.2rem; align-items: center; padding-bottom: 1rem }
.worksheet-tools .md-button { margin: 0 }
.worksheet-tools label { display: flex; gap: 0.4em; align-items: center; min-height: 2rem }
.worksheet-tools [role="status"]:empty { display: none }
@media print {
  .worksheet-tools { display: none }
  .md-typeset .worksheet h1 { margin: 0; font-size: 17pt }
  .worksheet .worksheet-key { margin: 0; break-before: page }
  .worksheet-room > div { height: 8.5mm }
  .worksheet-line { height: 8mm }
}
`;
const LINES = { question: 4, answer: 2, exercise: 8 }; // of room to write: for each question, each value, a whole exercise
const DECIMALS = ["no decimals", "one decimal", "two decimals", "three decimals", "four decimals"];

const article = document.querySelector("article");
const title = article.querySelector("h1")?.textContent.replace("¶", "").trim() ?? document.title;
const tasks = [...article.querySelectorAll(".lesson-question, .lesson-exercise")];
const isExercise = (task) => task.matches(".lesson-exercise");
const exercises = tasks.filter(isExercise);
const asked = new URLSearchParams(location.search);
const paper = { a4: "A4", letter: "letter" }[asked.get("paper")];

/** The variant of each exercise that is not to be as the page has it, by the exercise's id. */
const chosen = new Map();
let variants = {};

function make(tag, className, ...inside) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside);
  return element;
}

/** HTML of this site's own files; nothing that the address says ever comes here. */
function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

const idOf = (task) => task.getAttribute("aria-labelledby");
const answersOf = (exercise) => [...exercise.querySelectorAll(".lesson-ask")];

/** A file beside the page. */
async function beside(name) {
  const reply = await fetch(name);
  if (!reply.ok) throw new Error(`${name}: ${reply.status}`);
  return reply.json();
}

// ---- the sheet ------------------------------------------------------------------------------------------------------

function line(className = "") {
  return make("span", `worksheet-line ${className}`.trim());
}

function room(lines) {
  return make("div", "worksheet-room", ...Array.from({ length: lines }, () => make("div")));
}

/** A task's heading as it is on the page, without its link and its name for links. */
function heading(task, tag) {
  const copy = task.querySelector("h3").cloneNode(true);
  copy.querySelectorAll(".headerlink").forEach((link) => link.remove());
  return make(tag, "", ...copy.childNodes);
}

/** Which numbers an exercise has, where they are not the page's. */
function numbers(exercise) {
  const variant = chosen.get(idOf(exercise));
  return variant ? [make("p", "worksheet-numbers", `Numbers: ${variant.id}`)] : [];
}

/** A line for a value: "1. The latent ______ nats (three decimals)". */
function answerLine({ dataset: { label, unit, digits } }) {
  const decimals = `(${DECIMALS[digits] ?? `${digits} decimals`})`;
  return make("p", "worksheet-answer", make("span", "", `${label}:`), line(), make("span", "", [unit, decimals].join(" ").trim()));
}

function prompt(exercise) {
  const variant = chosen.get(idOf(exercise));
  const own = exercise.querySelector(":scope > .lesson-content");
  const content = variant ? parsed(variant.prompt) : own.cloneNode(true);
  content.querySelectorAll("details, .headerlink").forEach((one) => one.remove());
  return make("div", "worksheet-prompt", ...content.childNodes);
}

function task(one) {
  if (!isExercise(one)) return make("section", "", heading(one, "h2"), room(LINES.question));
  const answers = answersOf(one);
  const lines = Math.max(LINES.exercise, LINES.answer * answers.length);
  const values = make("div", "worksheet-answers", ...answers.map(answerLine));
  return make("section", "", heading(one, "h2"), ...numbers(one), prompt(one), room(lines), values);
}

function sheet() {
  const who = make("p", "worksheet-name", "Name", line(), "Date", line("worksheet-short"));
  const shown = tasks.filter((one) => isExercise(one) || questions.checked);
  const head = make("h1", "", title);
  head.id = article.querySelector("h1")?.id ?? ""; // where "Skip to content" leads
  return [head, who, ...shown.map(task)];
}

/** The values of each exercise, with their digits and units: from the file beside the page, or from the page. */
async function key() {
  const asking = exercises.filter((exercise) => answersOf(exercise).length);
  const inPage = asking.flatMap(answersOf).every((place) => place.dataset.shown);
  const own = inPage ? {} : await beside("answers.json");
  const rows = (exercise) =>
    answersOf(exercise).map((place) => {
      const { shown } = chosen.get(idOf(exercise))?.answers[place.id] ?? own[place.id] ?? place.dataset;
      return make("tr", "", make("th", "", place.dataset.label), make("td", "", shown));
    });
  const parts = asking.flatMap((exercise) => [
    heading(exercise, "h3"),
    ...numbers(exercise),
    make("table", "", make("tbody", "", ...rows(exercise))),
  ]);
  const section = make("section", "worksheet-key", make("h2", "", `Answer key: ${title}`), ...parts);
  section.querySelectorAll("th").forEach((cell) => (cell.scope = "row"));
  return section;
}

// ---- what a teacher chooses -----------------------------------------------------------------------------------------

const status = make("span", "");
status.setAttribute("role", "status");

function box(name, checked) {
  const input = Object.assign(document.createElement("input"), { type: "checkbox", checked });
  input.addEventListener("change", lay);
  return { input, label: make("label", "", input, name) };
}

function button(name, onClick) {
  const element = Object.assign(make("button", "md-button", name), { type: "button" });
  element.addEventListener("click", onClick);
  return element;
}

const { input: questions, label: withQuestions } = box("Questions", asked.get("questions") !== "0");
const { input: keyed, label: withKey } = box("Answer key", asked.get("key") === "1");
const place = make("div", "worksheet");

/** The address of the worksheet as it is now, to come back to it or to pass it on. */
function address() {
  const said = new URLSearchParams({ print: "worksheet" });
  if (keyed.checked) said.set("key", "1");
  if (!questions.checked) said.set("questions", "0");
  if (paper) said.set("paper", asked.get("paper"));
  for (const variant of chosen.values()) said.append("variant", variant.id);
  return `?${said}`;
}

let turn = 0;
async function lay() {
  const mine = ++turn;
  let last = [];
  if (keyed.checked) {
    last = await key().then(
      (section) => [section],
      () => {
        status.textContent = "The answer key could not be loaded. Try again when you are connected.";
        return [];
      },
    );
  }
  if (mine !== turn) return; // something else was chosen meanwhile
  place.replaceChildren(...sheet(), ...last);
  history.replaceState(history.state, "", address());
}

/** Another variant for each exercise that has some. */
async function otherNumbers() {
  status.textContent = "";
  try {
    variants = await all();
  } catch {
    status.textContent = "Other numbers could not be loaded. Try again when you are connected.";
    return;
  }
  for (const exercise of exercises) {
    const id = idOf(exercise);
    const others = (variants[id] ?? []).filter((one) => one.id !== chosen.get(id)?.id);
    if (others.length) chosen.set(id, others[Math.floor(Math.random() * others.length)]);
  }
  await lay();
  status.textContent = "The exercises have other numbers.";
}

/** The variants of each exercise: a script of their own knows their file. */
const all = async () => (await import("./variants.js")).all();

/** The variants that the address names. */
async function choose() {
  const named = asked.getAll("variant");
  if (!named.length) return;
  variants = await all().catch(() => ({}));
  const found = Object.entries(variants).flatMap(([id, all]) => all.map((variant) => [id, variant]));
  for (const [id, variant] of found) if (named.includes(variant.id)) chosen.set(id, variant);
  const known = new Set([...chosen.values()].map((variant) => variant.id));
  if (named.some((id) => !known.has(id))) {
    status.textContent = "These numbers could not be found: the exercise is as the page has it.";
  }
}

/** What is not on paper: the choices, and the way back. */
function tools() {
  const group = make("div", "worksheet-tools", button("Print", () => print()));
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Worksheet");
  if (exercises.some((exercise) => answersOf(exercise).length)) group.append(withKey);
  if (tasks.length > exercises.length) group.append(withQuestions);
  if (exercises.some((exercise) => exercise.querySelector(".lesson-variants"))) {
    group.append(button("Other numbers", otherNumbers));
  }
  group.append(Object.assign(make("a", "", "Back to the lesson"), { href: location.pathname }), status);
  return group;
}

if (tasks.length) {
  const styles = new CSSStyleSheet();
  styles.replaceSync(paper ? `${STYLE} @page { size: ${paper} }` : STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, styles];
  await choose();
  await lay();
  article.replaceChildren(tools(), place);
  document.title = `Worksheet: ${document.title}`; // by which a build knows that a PDF is one
  document.body.dataset.print = "worksheet"; // for whoever waits to print it
  scrollTo({ top: 0 });
}
