// What a reader may choose of how a lesson's cards and its questions are printed, in one dialog. The button above a deck
// loads it, and the one above the list of lessons.

import { button, make } from "./element.js";
import { clear, deckOfAll, grid, keep, kept, layOut, offset, settled } from "./sheets.js";

const KINDS = {
  cards: "One a page, on one side",
  sides: "One a page, answer on the back",
  sheets: "To cut, answers on the back",
  fold: "To cut and fold, on one side",
  worksheet: "Questions, with room to write",
};
const WHOSE = { own: "This lesson's", all: "All lessons'" };
const PAPERS = { a6: "A6", a5: "A5", a4: "A4", letter: "US Letter", index: "3 × 5 in card" };
const LARGE = ["a4", "letter"];
const ASKED = ".lesson-question, .lesson-exercise"; // of which there is a worksheet
const NAMED = 3; // of the cards that are too long
const EDGES = { long: "Long edge", short: "Short edge" };
const STYLE = `
.printing { --away: max(0.5rem, 8dvh - 2.5rem); box-sizing: border-box; width: min(27rem, 100vw - 1rem); max-height: calc(100dvh - 2 * var(--away)); margin: var(--away) auto auto; padding: 0; overflow: hidden; border: 1px solid var(--lesson-rule); border-radius: 0.3rem; background: var(--lesson-card); color: var(--lesson-ink); font: max(0.72rem, 16px)/1.45 var(--lesson-sans) }
.printing::backdrop { background: #0008 }
.md-typeset .printing h2, .printing h2 { margin: 0 0 0.1rem; font: 600 1.15em/1.3 var(--lesson-sans) }
.printing[open], .printing form { display: flex; flex-direction: column; min-height: 0; margin-block-end: 0 }
.printing form { margin: 0 }
.printing-choices { display: grid; gap: 0.9rem; min-height: 0; padding: 1.2rem; overflow: auto; scroll-padding-block: 0.6rem; background: linear-gradient(transparent, var(--lesson-card) 70%) bottom / 100% 2rem no-repeat local, linear-gradient(transparent, #0004) bottom / 100% 0.6rem no-repeat scroll }
.printing-foot { display: grid; flex: none; gap: 0.5rem; padding: 0.8rem 1.2rem; border-top: 1px solid var(--lesson-rule) }
@media (height < 22rem) {
  .printing[open], .printing form { display: block }
  .printing { overflow: auto }
}
.printing-field { display: grid; gap: 0.25rem; justify-items: start }
.printing fieldset { display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; margin: 0; padding: 0; border: 0; min-width: 0 }
.printing :is(.printing-field, fieldset)[hidden] { display: none }
.printing :is(select, input, button) { box-sizing: border-box; min-width: 0; max-width: 100%; min-height: 2.4em; padding: 0.2rem 0.5rem; border: 1px solid var(--lesson-quiet); border-radius: 0.2rem; background: var(--lesson-paper); color: inherit; font: inherit }
.printing input { width: 6em }
.printing :is(select, input, button):focus-visible { outline: 2px solid var(--lesson-accent); outline-offset: 1px }
.printing button { padding-inline: 1rem; cursor: pointer }
.printing button[type=submit] { border-color: var(--lesson-accent); background: var(--lesson-accent); color: var(--lesson-paper); font-weight: 600 }
.printing p { margin: 0; color: var(--lesson-quiet); font-size: 0.9em }
.printing [role=status] { color: var(--lesson-accent) }
.printing p:empty { display: none }
.printing-buttons { display: flex; flex-wrap: wrap; gap: 0.5rem }
@media print { .printing { display: none } }
`;

/** A label above what it names. */
function field(name, control) {
  control.id = `printing-${name.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return make("div", { className: "printing-field" }, make("label", { htmlFor: control.id }, name), control);
}

function choice(name, options, value) {
  const select = make("select", {}, ...Object.entries(options).map(([one, words]) => new Option(words, one)));
  if (value in options) select.value = value;
  select.addEventListener("change", settle);
  return { select, field: field(name, select) };
}

function number(name, value) {
  const input = make("input", { type: "number", min: -5, max: 5, step: 0.25, value: offset(value) });
  return { input, field: field(name, input) };
}

/** A number of millimetres; while it is none that can be, the last one that was. */
const moved = ({ input }, last) => offset(input.validity.valid ? input.value : last);

let dialog, what, whose, paper, per, flip, right, down, printing, hint, status, layOutCards;

/** Whether the page has cards, or lists the lessons that have some. */
const ownCards = () => Boolean(document.querySelector(".lesson-card"));

/** What is chosen, as an address would say it. */
function chosen() {
  const print = what.select.value === "sides" ? "sheets" : what.select.value;
  return {
    print, of: ownCards() ? whose.select.value : "all", paper: paper.select.value, per: what.select.value === "sides" ? "1" : per.select.value,
    flip: flip.select.value, dx: moved(right, kept().dx), dy: moved(down, kept().dy),
  };
}

const millimetres = (length) => String(Math.round(length));

/** Show what goes with what is chosen, and how large the cards become. */
function settle() {
  const kind = what.select.value;
  const [cut, twoSided] = [kind === "sheets" || kind === "fold", kind === "sheets" || kind === "sides"];
  const large = cut || kind === "worksheet";
  for (const option of paper.select.options) option.disabled = option.hidden = large && !LARGE.includes(option.value);
  if (paper.select.selectedOptions[0]?.disabled) paper.select.value = LARGE[0];
  for (const option of per.select.options) {
    const { across, down: high } = grid(settled({ ...chosen(), print: cut ? kind : "sheets", per: option.value }));
    const cards = option.value / (kind === "fold" ? 2 : 1);
    option.textContent = `${cards} cards of ${millimetres(across)} × ${millimetres(high)} mm`;
  }
  whose.field.hidden = kind === "worksheet" || !ownCards();
  per.field.hidden = !cut;
  flip.field.hidden = kind !== "sheets";
  // What is not shown is not asked for: it cannot keep anything from being printed.
  right.field.parentElement.hidden = right.field.parentElement.disabled = !twoSided;
  hint.textContent = twoSided
    ? `In the printer's own dialog choose both sides, turned over the ${settled(chosen()).flip} edge, and a scale of 100 %.`
    : kind === "fold" ? "In the printer's own dialog choose one side and a scale of 100 %. Cut, fold along the dashed line, and glue."
    : kind === "worksheet" ? "It takes the page's place. There you can add a key, leave questions out, take other numbers, and print." : "";
  printing.textContent = kind === "worksheet" ? "Open the worksheet" : "Print";
  status.textContent = "";
}

let busy = false; // other lessons are being loaded
async function print(asked) {
  if (busy) return;
  keep({ ...chosen(), print: what.select.value, of: whose.select.value, per: per.select.value });
  if (asked.print === "worksheet") {
    location.assign(`?${new URLSearchParams({ print: "worksheet", paper: asked.paper })}`);
    return;
  }
  let tooTall = [];
  busy = true;
  try {
    if (asked.print === "cards") {
      const other = asked.of === "all" ? await deckOfAll() : undefined;
      clear();
      layOutCards(asked.paper, other);
    } else tooTall = await layOut(asked);
  } catch {
    clear();
    status.textContent = "The other lessons could not be loaded. Try again when you are connected.";
    return;
  } finally {
    busy = false;
  }
  if (tooTall.length) {
    clear();
    const names = tooTall.slice(0, NAMED).map(({ id, side }) => `the ${side} of “${id}”`).join(", ");
    const more = tooTall.length > NAMED ? ` and ${tooTall.length - NAMED} more` : "";
    status.textContent = `Too long for a card of this size: ${names}${more}. Choose larger cards.`;
    return;
  }
  if (asked.print !== "cards") addEventListener("afterprint", clear, { once: true });
  dialog.close();
  window.print();
}

function build() {
  const last = kept();
  const { worksheet, ...ofCards } = KINDS;
  what = choice("Layout", document.querySelector(ASKED) ? { ...ofCards, worksheet } : ofCards, last.print);
  whose = choice("Cards", WHOSE, last.of);
  paper = choice("Paper", PAPERS, last.paper ?? "a6");
  per = choice("On each sheet", { 4: "", 6: "", 8: "" }, last.per ?? "8");
  flip = choice("The printer turns the paper over its", EDGES, last.flip);
  right = number("Move backs right (mm)", last.dx);
  down = number("Move backs down (mm)", last.dy);
  hint = make("p");
  status = make("p", { role: "status" });
  const testing = button("Print a test sheet", () => form.reportValidity() && print({ ...chosen(), print: "test" }));
  const cancel = button("Cancel", () => dialog.close());
  printing = make("button", { type: "submit" });
  const name = make("h2", { id: "printing-name" }, ownCards() ? "Print" : "Print the flashcards of all lessons");
  const choices = make(
    "div", { className: "printing-choices" }, name, what.field, whose.field, paper.field, per.field, flip.field,
    make("fieldset", {}, right.field, down.field, testing), hint,
  );
  const buttons = make("div", { className: "printing-buttons" }, printing, cancel);
  const form = make("form", {}, choices, make("div", { className: "printing-foot" }, status, buttons));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    print(chosen());
  });
  dialog = make("dialog", { className: "printing" }, form);
  dialog.setAttribute("aria-labelledby", name.id);
  document.body.append(dialog);
}

const styles = new CSSStyleSheet();
styles.replaceSync(STYLE);

/** Ask, and print. `cards` lays out one card a page on a paper: the page's, or those of a deck that it is given. */
export function ask(cards) {
  layOutCards = cards;
  if (!dialog) build();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((one) => one !== styles), styles];
  settle();
  dialog.showModal();
}
