// The buttons above a deck, the keys in it, and its cards on paper. Loaded by pages that have cards, and by the list of
// lessons, which prints those of all. It is no module: a page that is opened from a disk could not load one.

(async () => {
  /** Each deck with its cards in their own order, in which it prints, and in the one it was shuffled into, if it was. */
  const decks = [];

  // Not from element.js: a visit would wait for one more file.
  function make(tag, properties, ...inside) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inside);
    return element;
  }

  const button = (words, onclick) => make("button", { type: "button", onclick }, words);

  let ofAll; // the deck of all lessons' cards, while it is laid out
  const OF_ALL = `
  @media screen { .lesson-deck-of-all { display: none !important } }
  @media print { .lesson-deck:not(.lesson-deck-of-all) { display: none !important } }
  `;

  /**
   * One card a page: the page's own, or those of another deck. Firefox takes the size of the paper only from a page rule
   * without a name: repeat the chosen one there.
   */
  function layOutCards(paper, other) {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
    const chosen = rules.find((rule) => rule.selectorText === `card-${paper}`);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync((chosen ? `@page { ${chosen.style.cssText} }` : "") + (other ? OF_ALL : ""));
    ofAll?.remove();
    ofAll = other;
    other?.classList.add("lesson-deck-of-all");
    if (other) document.querySelector("article").append(other);
    document.adoptedStyleSheets = [sheet];
    document.body.dataset.print = "cards";
    document.body.dataset.paper = paper;
    decks.forEach(({ deck, cards, shuffled }) => shuffled.length && deck.append(...cards));
  }

  function layOutPage() {
    document.adoptedStyleSheets = [];
    ofAll?.remove();
    delete document.body.dataset.print;
    delete document.body.dataset.paper;
    decks.forEach(({ deck, shuffled }) => deck.append(...shuffled));
  }

  /** What one may choose is asked by a script of its own; `otherwise` is done where that cannot be had. */
  const printing = (words, otherwise) =>
    button(words, () => import("./printing.js").then(({ ask }) => ask(layOutCards), otherwise));

  const tools = (...inside) => make("div", { className: "lesson-tools", role: "group", ariaLabel: "Flashcards" }, ...inside);
  const saying = () => make("span", { className: "lesson-status", role: "status" });

  function equip(deck) {
    const cards = () => [...deck.children];
    const state = { deck, cards: cards(), shuffled: [] };
    decks.push(state);
    state.cards.forEach((card, index) => (card.style.counterSet = `card ${index + 1}`)); // its number, wherever it lies
    const disclosures = () => cards().map((card) => card.querySelector("details"));
    const status = saying();

    const allOpen = () => disclosures().every((details) => details.open);
    const reveal = button("Reveal all", () => {
      const open = !allOpen();
      disclosures().forEach((details) => (details.open = open));
    });
    deck.addEventListener("toggle", () => (reveal.textContent = allOpen() ? "Hide all" : "Reveal all"), true);

    const shuffle = button("Shuffle", () => {
      const order = cards();
      for (let last = order.length - 1; last > 0; last--) {
        const other = Math.floor(Math.random() * (last + 1));
        [order[last], order[other]] = [order[other], order[last]];
      }
      order.forEach((card) => (card.querySelector("details").open = false));
      state.shuffled = order;
      deck.append(...order);
      status.textContent = "Shuffled, all cards closed.";
    });

    const print = printing("Print", () => {
      layOutCards("a6"); // one card a page, as ever
      window.print();
    });
    deck.before(tools(reveal, shuffle, print, status));

    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    deck.addEventListener("keydown", (event) => {
      if (!(event.key in steps) || !event.target.matches("summary") || event.altKey || event.ctrlKey || event.metaKey) return;
      const order = cards();
      const here = order.indexOf(event.target.closest(".lesson-card"));
      const there = Math.min(Math.max(here + steps[event.key], 0), order.length - 1);
      event.preventDefault();
      order[there].querySelector("summary").focus();
    });
  }

  document.querySelectorAll(".lesson-deck").forEach(equip);

  /** Above the lessons, on the page that lists them. */
  function equipList(first) {
    const status = saying();
    const print = printing("Print the flashcards of all lessons", () => {
      status.textContent = "This could not be loaded. Try again when you are connected.";
    });
    first.before(tools(print, status));
  }

  const listed = !decks.length && document.querySelector(".lesson-entry");
  if (listed) equipList(listed);

  // `?print=cards&paper=a5` lays the page out as its deck, for any program that prints a page by its address.
  const asked = new URLSearchParams(location.search);
  if (["sheets", "fold", "test"].includes(asked.get("print"))) import("./sheets.js");
  if (asked.get("print") === "cards") {
    const all = asked.get("of") === "all" || listed ? await (await import("./sheets.js")).deckOfAll() : undefined;
    const lay = () => layOutCards(asked.get("paper") ?? "a6", all);
    lay();
    // The styles of paper are not waited for; where they come later, so does the size that they name.
    document.querySelector("link[media=print]")?.addEventListener("load", lay);
  }
  addEventListener("afterprint", () => {
    if (!asked.get("print")) layOutPage();
  });
})();
