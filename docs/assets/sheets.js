// The cards of a page on paper to be cut, or folded and cut. `?print=sheets` prints fronts, and on the other side of the
// paper their backs; `?print=fold` each front beside its back; `?print=test` the sheet by which a printer is set right.
// Only what asks for it loads it. `&paper=` a4 or letter, `&per=` 4, 6 or 8 fields to a sheet (1: a side each, on any
// paper of "one a page"), `&flip=` long or short, the edge that the paper is turned over, and `&dx=` and `&dy=`: by how
// many millimetres backs move to the right and down, for a printer that does not meet the other side.

/** Width and height in millimetres, lying. */
const PAPERS = { a6: [148, 105], a5: [210, 148], a4: [297, 210], letter: [279.4, 215.9], index: [127, 76.2] };
/** Columns and rows for so many fields; whether the paper stands. */
const GRIDS = { 1: [1, 1, false], 4: [2, 2, false], 6: [2, 3, true], 8: [2, 4, true] };
const KINDS = ["sheets", "fold", "test"];
const LISTED = ".lesson-entry h2 a[href]"; // the lessons, on the page that lists them
const LARGE = ["a4", "letter"];
const MARGIN = 10; // millimetres around the fields, for the marks and for what printers cannot reach
const FARTHEST = 5; // millimetres that backs may be moved by
const [LEAST, STEP, WORDS] = [7, 0.25, 11]; // points: of what is set smallest, smaller by, of a test sheet
const CLEAR = 17.5; // millimetres above and below the middle of a test sheet, for its crosses wherever they are moved
const KEY = new URL("..", import.meta.url).pathname + ".print";
const STYLE = `
.sheets { position: absolute; top: 0; left: -1000cm; visibility: hidden; color: #000; text-align: start }
.sheet { position: relative; overflow: hidden; width: var(--width); height: calc(var(--height) - 0.1mm); break-after: page; break-inside: avoid }
.sheet:last-child { break-after: auto }
.sheet-field { position: absolute; box-sizing: border-box; display: flex; flex-direction: column; overflow: hidden; padding: calc(var(--across) * 0.05) calc(var(--across) * 0.06); line-height: 1.35 }
.sheets .sheet-head { display: flex; gap: 1em; flex: none; justify-content: space-between; margin: 0 0 0.4em; border-bottom: 0.5pt solid #8a2b1d; color: #555; font: 600 max(0.62em, 7pt)/1.6 var(--lesson-sans); print-color-adjust: exact }
.sheets .sheet-head > :last-child { overflow: hidden; margin: 0; color: inherit; font: inherit; letter-spacing: 0; text-overflow: ellipsis; white-space: nowrap }
.sheet-body { display: flex; flex: 1; flex-direction: column; justify-content: safe center; min-height: 0; overflow: hidden }
.sheets .sheet-body > * { flex: none }
.sheets .sheet-body > h2 { margin: 0; padding: 0; border: 0; color: inherit; font: 600 1.08em/1.35 var(--lesson-serif); letter-spacing: 0; text-align: center; text-wrap: balance }
.sheets .sheet-body :is(p, .lesson-formula) { margin: 0 0 0.5em }
.sheets .lesson-formula { overflow: visible }
.sheets .lesson-formula > math { font-size: min(1.08em, 100cqi / var(--ems, 1)) }
@supports (display: inline math) { .sheets .lesson-formula > math { font-size: min(1.08em, 100cqi / var(--row, var(--ems, 1))) } }
.sheets .sheet-body code { font-size: max(0.85em, 7pt) }
.sheets .sheet-body table:not([class]) { font-size: max(0.94em, 7pt) }
.sheets .sheet-body :is(ol, ul) { margin-block: 0; padding-inline-start: 1.6em }
.sheets .sheet-body :is(p, ol, ul, .lesson-formula):last-child { margin-bottom: 0 }
.sheet-mark { position: absolute; border: 0 solid #000 }
.sheet-mark.sheet-down { border-left-width: 0.2mm; margin-left: -0.1mm }
.sheet-mark.sheet-across { border-top-width: 0.2mm; margin-top: -0.1mm }
.sheet-mark.sheet-fold { border-style: dashed; border-color: #777 }
.sheets .sheet-words { position: absolute; overflow: hidden; font: 11pt/1.35 var(--lesson-sans); text-align: center; text-wrap: balance }
.sheet-words.sheet-above { display: flex; flex-direction: column; justify-content: safe end }
.sheets .sheet-words :is(h1, h2) { margin: 0; padding: 0; border: 0; color: inherit; font: 600 1em/1.35 var(--lesson-sans); letter-spacing: 0 }
.sheets .sheet-words p { margin: 0 0 0.3em }
.sheet-label { position: absolute; font: 8pt/1 var(--lesson-sans); white-space: nowrap }
.sheet-label span { position: absolute }
.sheet-label.sheet-left span { right: 0; transform: translateY(-50%) }
.sheet-label.sheet-right span { left: 0; transform: translateY(-50%) }
.sheet-label.sheet-up span { bottom: 0; transform: translateX(-50%) }
.sheet-label.sheet-down span { top: 0; transform: translateX(-50%) }
@media print {
  body:is([data-print=sheets], [data-print=fold], [data-print=test]) > :not(.sheets) { display: none !important }
  body .sheets { position: static; visibility: visible }
}
`;

/** What was said in one of the page's own addresses, or a query like it. */
const said = (query) => Object.fromEntries(new URLSearchParams(query));

/** What is kept of the last time: each browser has its own printer. */
export function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function keep(choice) {
  try {
    localStorage.setItem(KEY, JSON.stringify(choice));
  } catch {} // full, or refused: it holds for this time
}

const oneOf = (value, values) => (values.includes(String(value)) ? String(value) : values[0]);

/** Millimetres, as a number that a printer can be off by. */
export function offset(value) {
  const number = Number(value);
  return Number.isFinite(number) ? Math.max(-FARTHEST, Math.min(FARTHEST, number)) : 0;
}

/** A choice without what cannot be: the papers, the numbers and the edges that there are. */
export function settled(asked) {
  const print = oneOf(asked.print, KINDS);
  const per = oneOf(asked.per, print === "fold" ? ["8", "4", "6"] : ["8", "4", "6", "1"]);
  const paper = oneOf(asked.paper, per === "1" ? Object.keys(PAPERS) : LARGE);
  const [dx, dy] = [offset(asked.dx), offset(asked.dy)];
  // A card that lies has its back upright when it is turned like a leaf of a book: over its short edge.
  const flip = per === "1" ? "short" : oneOf(asked.flip, ["long", "short"]);
  return { print, paper, per, flip, dx, dy, of: oneOf(asked.of, ["own", "all"]) };
}

/** Where the fields lie: millimetres from the upper left, and what the paper measures. */
export function grid({ paper, per }) {
  const [columns, rows, stands] = GRIDS[per];
  const [width, height] = stands ? [...PAPERS[paper]].reverse() : PAPERS[paper];
  const margin = per === "1" ? 0 : MARGIN;
  return {
    columns, rows, stands, width, height, margin,
    across: (width - 2 * margin) / columns,
    down: (height - 2 * margin) / rows,
  };
}

// ---- what stands on the paper ---------------------------------------------------------------------------------------

function make(tag, className, ...inside) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...inside);
  return element;
}

/** An element at a place, with a size if it has one: in millimetres. Moved there, because what is laid out there would
 * begin at a whole pixel, which is a quarter of a millimetre: another one on the other side. */
function placed(element, left, top, width, height) {
  Object.assign(element.style, { left: 0, top: 0, transform: `translate(${left}mm, ${top}mm)` });
  if (width) element.style.width = `${width}mm`;
  if (height) element.style.height = `${height}mm`;
  return element;
}

const line = (left, top, width, height, more = "") =>
  placed(make("div", `sheet-mark ${width ? "sheet-across" : "sheet-down"} ${more}`), left, top, width, height);

let copies = 0;
/** What stands in an element once more, its ids new: a picture's parts refer to each other by them. */
function copied(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll(".headerlink").forEach((link) => link.remove());
  copy.querySelectorAll("a[href]").forEach((link) => link.replaceWith(...link.childNodes)); // it leads nowhere on paper
  const number = ++copies;
  const renamed = new Set([...copy.querySelectorAll("[id]")].map((one) => one.id));
  const other = (all, id) => (renamed.has(id) ? `${all}-on-sheet-${number}` : all);
  for (const one of copy.querySelectorAll("*")) {
    for (const { name, value } of [...one.attributes]) {
      if (name === "id") one.id = `${value}-on-sheet-${number}`;
      else if (name.endsWith("href") || value.includes("url(#")) one.setAttribute(name, value.replace(/#([\w-]+)/g, other));
    }
  }
  return [...copy.childNodes];
}

/** Another page of the site, with links and pictures that are found from here. */
async function fetched(href) {
  const reply = await fetch(href);
  if (!reply.ok) throw new Error(`${href}: ${reply.status}`);
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  page.querySelectorAll(".lesson-card img").forEach((one) => (one.src = new URL(one.getAttribute("src"), href)));
  page.querySelectorAll(LISTED).forEach((one) => (one.href = new URL(one.getAttribute("href"), href)));
  return page;
}

/** The cards of this page; of all lessons where those are asked for, or where this page lists them and has none. */
async function cards({ of }) {
  if (of === "own" && (document.querySelector(".lesson-card") || !document.querySelector(LISTED))) return cardsOf(document);
  const list = document.querySelector(LISTED) ? document : await fetched(new URL("../lessons/", import.meta.url));
  const lessons = [...list.querySelectorAll(LISTED)].map(({ href }) => fetched(href));
  return (await Promise.all(lessons)).flatMap(cardsOf);
}

/** The cards of a page in their own order, whatever order they were shuffled into. */
function cardsOf(page) {
  const title = page.querySelector("article h1")?.textContent.replace("¶", "").trim() || page.title;
  const own = (card, index) => Number(card.style.counterSet.split(" ")[1]) || index + 1;
  return [...page.querySelectorAll(".lesson-deck")].flatMap((deck) =>
    [...deck.querySelectorAll(".lesson-card")]
      .map((card, index) => ({ number: own(card, index), id: card.id, card, title }))
      .sort((one, other) => one.number - other.number),
  );
}

/** The cards of all lessons in one deck, like a page's own, for the script that lays those out. */
export async function deckOfAll() {
  const all = await cards({ of: "all" });
  return make("ol", "lesson-deck", ...all.map(({ number, card, title }) => {
    const one = make("li", "lesson-card", ...copied(card));
    one.style.counterSet = `card ${number}`;
    one.style.setProperty("--title", JSON.stringify(title));
    return one;
  }));
}

function field(sides, { number, id, card, title }, side) {
  const first = !sides.length;
  const head = make("div", "sheet-head", make("span", "", String(number)), make(first ? "h1" : "span", "", title));
  const body = make("div", "sheet-body");
  if (side === "front") body.append(make("h2", "", ...copied(card.querySelector("summary"))));
  else body.append(...copied(card.querySelector(".lesson-content")));
  const element = make("section", `sheet-field sheet-${side}`, head, body);
  sides.push({ element, body, id, side });
  return element;
}

/** Short lines in the margin, where to cut; and where to fold. */
function* marks({ columns, rows, width, height, margin, across, down }, folds) {
  const [from, long] = [2, 5]; // millimetres: to the fields, and of each line
  for (let column = 0; column <= columns; column++) {
    const [x, more] = [margin + column * across, folds && column === 1 ? "sheet-fold" : ""];
    yield line(x, margin - from - long, 0, long, more);
    yield line(x, height - margin + from, 0, long, more);
  }
  for (let row = 0; row <= rows; row++) {
    const y = margin + row * down;
    yield line(margin - from - long, y, long, 0);
    yield line(width - margin + from, y, long, 0);
  }
}

/** The sheets in the order in which they are printed, and each side of each card. */
async function sheets(choice) {
  const { print, per, flip, dx, dy } = choice;
  const place = grid(choice);
  const { columns, rows, stands, margin, across, down } = place;
  const [found, sides, all] = [[], [], await cards(choice)];
  const at = (element, column, row, x = 0, y = 0) =>
    placed(element, margin + column * across + x, margin + row * down + y, across, down);
  if (print === "fold") {
    for (let start = 0; start < all.length; start += rows) {
      const fields = all.slice(start, start + rows).flatMap((card, row) => [
        at(field(sides, card, "front"), 0, row),
        at(field(sides, card, "back"), 1, row),
        line(margin + across, margin + row * down, 0, down, "sheet-fold"),
      ]);
      found.push(make("div", "sheet", ...marks(place, true), ...fields));
    }
    return { found, sides };
  }
  // Turned over its long edge, a sheet that stands has its left where its right was, and one that lies its top below.
  const sideways = (flip === "long") === stands;
  for (let start = 0; start < all.length; start += columns * rows) {
    const here = all.slice(start, start + columns * rows);
    const cell = (index) => [index % columns, Math.floor(index / columns)];
    const other = ([column, row]) => (sideways ? [columns - 1 - column, row] : [column, rows - 1 - row]);
    const fronts = here.map((card, index) => at(field(sides, card, "front"), ...cell(index)));
    const backs = here.map((card, index) => at(field(sides, card, "back"), ...other(cell(index)), dx, dy));
    found.push(make("div", "sheet", ...(per === "1" ? [] : marks(place, false)), ...fronts), make("div", "sheet", ...backs));
  }
  return { found, sides };
}

/** A number as it is printed: with a minus, which is no hyphen. */
const shown = (number) => String(number).replace("-", "−");

/** Two sides with a cross, on the paper that is to be set right: held against the light, one shows on the other's scale
 * how far apart they are. */
function test(choice) {
  const { per, flip, dx, dy } = choice;
  const { width, height } = grid(choice);
  const [x, y, sides] = [width / 2, height / 2, []];
  const words = (where, ...inside) => {
    const body = make("div", `sheet-words sheet-${where}`, ...inside);
    sides.push({ element: body, body });
    return placed(body, MARGIN, where === "above" ? MARGIN / 2 : y + CLEAR, width - 2 * MARGIN, y - CLEAR - MARGIN / 2);
  };
  const said = (text) => make("p", "", text);
  const label = (side, text, left, top) => placed(make("div", `sheet-label sheet-${side}`, make("span", "", text)), left, top);
  const front = make(
    "div", "sheet",
    words("above", make("h1", "", "Test sheet: front"), said(`Print it like the cards: on both sides, turned over the ${flip} edge, at 100 %.`)),
    line(x, y - 15, 0, 30), line(x - 15, y, 30, 0),
    words("below", said(
      `Turn the sheet over its ${flip} edge. If the back is upside down then, choose the other edge` +
        (per === "1" ? " in the printer's own dialog." : "."),
    )),
  );
  const [right, down, end] = [x + dx, y + dy, FARTHEST + 1];
  const scale = [
    line(right, down - FARTHEST, 0, 2 * FARTHEST), line(right - FARTHEST, down, 2 * FARTHEST, 0),
    label("left", `left ${shown(-FARTHEST)}`, right - end, down), label("right", `+${FARTHEST} right`, right + end, down),
    label("up", `up ${shown(-FARTHEST)}`, right, down - end), label("down", `down +${FARTHEST}`, right, down + end),
  ];
  for (let mm = -FARTHEST; mm <= FARTHEST; mm++) {
    const long = mm % 5 ? 1.5 : 4;
    if (mm) scale.push(line(right + mm, down - long / 2, 0, long), line(right - long / 2, down + mm, long, 0));
  }
  const back = make(
    "div", "sheet",
    words("above", make("h2", "", "Test sheet: back"), said(
      "Hold this side towards you and the sheet against the light. Where does the other side's cross lie? " +
        "Read it from these scales, in millimetres: how far to the right or left, and how far down or up.",
    )),
    ...scale,
    words("below", said("To the left or above: write a minus. Add each number to the one in the dialog."),
      said(`This sheet was printed with: right ${shown(dx)} mm, down ${shown(dy)} mm.`)),
  );
  return { found: [front, back], sides };
}

/** How large a text begins, in points: as there is room, in width and in height. */
const roomy = ({ across, down }) => 0.12 * Math.sqrt(across * down);

/** Set each side smaller until it fits. Returns those that would be too small to read. */
function fitted(sides, largest) {
  const fits = (body) => body.scrollHeight <= body.clientHeight + 1 && body.scrollWidth <= body.clientWidth + 1;
  // A wide formula makes itself as small as it must be.
  const points = (one) => parseFloat(getComputedStyle(one).fontSize) * 0.75;
  const small = (body) => [...body.querySelectorAll(".lesson-formula > math")].some((one) => points(one) < LEAST - 0.01);
  return sides.filter(({ element, body }) => {
    let size = largest;
    element.style.fontSize = `${size}pt`;
    while (!fits(body) && size > LEAST) element.style.fontSize = `${(size = Math.max(LEAST, size - STEP))}pt`;
    return !fits(body) || small(body);
  });
}

// ---- laid out, and away again ---------------------------------------------------------------------------------------

const styles = new CSSStyleSheet();

export function clear() {
  document.querySelectorAll("body > .sheets").forEach((one) => one.remove());
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== styles);
  delete document.body.dataset.print;
}

/** Lay a choice out for the printer. Returns the sides that do not fit, each as the id of its card and its name. */
export async function layOut(asked) {
  const choice = settled(asked);
  clear();
  const place = grid(choice);
  const { width, height, across } = place;
  const none = ["left", "right"].map((side) => `@bottom-${side} { content: none }`).join(" ");
  styles.replaceSync(`${STYLE} @page { size: ${width}mm ${height}mm; margin: 0; ${none} }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, styles];
  const { found, sides } = choice.print === "test" ? test(choice) : await sheets(choice);
  const all = make("div", "sheets md-typeset", ...found);
  all.style.cssText = `--width: ${width}mm; --height: ${height}mm; --across: ${across}mm`;
  document.body.append(all);
  await document.fonts.ready;
  const tooTall = fitted(sides, choice.print === "test" ? WORDS : roomy(place));
  document.body.dataset.print = choice.print; // last, for whoever waits to print it
  return tooTall.map(({ id, side }) => ({ id, side }));
}

const asked = said(location.search);
if (KINDS.includes(asked.print) && (asked.print === "test" || document.querySelector(".lesson-card, .lesson-entry"))) {
  const { dx, dy } = kept();
  const name = document.title;
  const tooTall = await layOut({ dx, dy, ...asked });
  // By its title a build knows whether a PDF is what it should be.
  const which = tooTall.map(({ id, side }) => `${side} ${id}`).join(", ");
  document.title = tooTall.length ? `Too tall: ${which}` : `Flashcards: ${name}`;
}
