// What a reader may choose of how a lesson's cards and its questions are printed, in one dialog. The button above a deck
// loads it.

import { button, make } from "./element.js";
import { clear, grid, keep, kept, layOut, offset, settled } from "./sheets.js";

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
const EDGES = { long: "Long edge", short: "Short edge" };
const STYLE = `
.printing { box-sizing: border-box; width: min(27rem, 100vw - 1rem); max-height: calc(100dvh - 1rem); margin: auto; padding: 1.2rem; overflow: auto; border: 1px solid var(--lesson-rule); border-radius: 0.3rem; background: var(--lesson-card); color: var(--lesson-ink); font: max(0.72rem, 16px)/1.45 var(--lesson-sans) }
.printing::backdrop { background: #0008 }
.md-typeset .printing h2, .printing h2 { margin: 0 0 1rem; font: 600 1.15em/1.3 var(--lesson-sans) }
.printing form { display: grid; gap: 0.9rem; margin: 0 }
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

let dialog, what, whose, paper, per, flip, right, down, printing, hint, status, layOutCards;

/** What is chosen, as an address would say it. */
function chosen() {
  const print = what.select.value === "sides" ? "sheets" : what.select.value;
  return {
    print, of: whose.select.value, paper: paper.select.value, per: what.select.value === "sides" ? "1" : per.select.value,
    flip: flip.select.value, dx: offset(right.input.value), dy: offset(down.input.value),
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
  whose.field.hidden = !cut && !twoSided;
  per.field.hidden = !cut;
  flip.field.hidden = kind !== "sheets";
  right.field.parentElement.hidden = !twoSided;
  hint.textContent = twoSided
    ? `In the printer's own dialog choose both sides${kind === "sheets" ? `, turned over the ${flip.select.value} edge,` : ""} and a scale of 100 %.`
    : kind === "fold" ? "In the printer's own dialog choose one side and a scale of 100 %. Cut, fold along the dashed line, and glue."
    : kind === "worksheet" ? "It takes the page's place. There you can add a key, leave questions out, take other numbers, and print." : "";
  printing.textContent = kind === "worksheet" ? "Open the worksheet" : "Print";
  status.textContent = "";
}

async function print(asked) {
  keep({ ...chosen(), print: what.select.value, per: per.select.value });
  if (asked.print === "worksheet") {
    location.assign(`?${new URLSearchParams({ print: "worksheet", paper: asked.paper })}`);
    return;
  }
  if (asked.print === "cards") {
    clear();
    layOutCards(asked.paper);
  } else {
    let tooTall;
    try {
      tooTall = await layOut(asked);
    } catch {
      clear();
      status.textContent = "The other lessons could not be loaded. Try again when you are connected.";
      return;
    }
    if (tooTall.length) {
      clear();
      const names = tooTall.map(({ id, side }) => `the ${side} of “${id}”`).join(", ");
      status.textContent = `Too long for a card of this size: ${names}. Choose larger cards.`;
      return;
    }
    addEventListener("afterprint", clear, { once: true });
  }
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
  const testing = button("Print a test sheet", () => print({ ...chosen(), print: "test" }));
  const cancel = button("Cancel", () => dialog.close());
  printing = make("button", { type: "submit" });
  const name = make("h2", { id: "printing-name" }, "Print");
  const form = make(
    "form", {}, what.field, whose.field, paper.field, per.field, flip.field,
    make("fieldset", {}, right.field, down.field, testing), hint, status,
    make("div", { className: "printing-buttons" }, printing, cancel),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    print(chosen());
  });
  dialog = make("dialog", { className: "printing" }, name, form);
  dialog.setAttribute("aria-labelledby", name.id);
  document.body.append(dialog);
}

/** Ask, and print. `cards` lays out one card a page on a paper. */
export function ask(cards) {
  layOutCards = cards;
  if (!dialog) build();
  const styles = new CSSStyleSheet();
  styles.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, styles];
  settle();
  dialog.showModal();
}
