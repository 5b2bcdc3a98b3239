// Exercises with other numbers: what was computed for them at build takes the place of what stands on the page.
// Loaded by whoever asks for some, or follows a link to them.

const KEY = `${new URL("..", import.meta.url).pathname}.variants`; // which this reader has seen, by exercise

/** The variants of each exercise of a page, of this one or the one at an address: the file beside it, fetched once. */
const fetched = {};
export function all(base = "") {
  fetched[base] ??= fetch(`${base}variants.json`)
    .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(String(reply.status)))))
    .then((exercises) => Object.fromEntries(Object.entries(exercises).map(([id, packed]) => [id, unpacked(packed)])))
    .catch((error) => {
      delete fetched[base]; // the next try asks again
      throw error;
    });
  return fetched[base];
}

/** What variants share stands in their file once, and words of a slip where they are said first. */
function unpacked({ ids, prompt, hints, solution, answers }) {
  const words = {};
  return ids.map((id, at) => {
    const whole = (pieces) => pieces.map((piece) => (Array.isArray(piece) ? piece[at] : piece)).join("");
    for (const [name, { slips }] of Object.entries(answers[at])) {
      for (const slip of slips) slip[2] = words[`${name} ${slip[0]}`] = slip[2] ?? words[`${name} ${slip[0]}`];
    }
    return { id, prompt: whole(prompt), hints: hints.map(whole), solution: whole(solution), answers: answers[at] };
  });
}

/** Those that were seen, also by earlier visits; where nothing may be kept, by this one. */
const here = {};
function seen() {
  try {
    return { ...JSON.parse(localStorage.getItem(KEY)), ...here };
  } catch {
    return here;
  }
}
function see(exercise, ids) {
  here[exercise] = ids;
  try {
    localStorage.setItem(KEY, JSON.stringify(seen()));
  } catch {} // full, or forbidden
}

const known = new WeakMap(); // what each exercise on the page was at first, and which of its variants it is now

/** The parts of an exercise, as it stands on the page. */
function parts(place) {
  const exercise = place.closest(".lesson-exercise");
  const solution = exercise.querySelector(":scope > details:last-of-type");
  return {
    exercise,
    id: exercise.getAttribute("aria-labelledby"),
    prompt: exercise.querySelector(":scope > .lesson-content"),
    asks: [...exercise.querySelectorAll(":scope > .lesson-ask")],
    hints: [...exercise.querySelectorAll(":scope > .lesson-hint > .lesson-content")],
    solution: solution.querySelector(":scope > .lesson-content"),
  };
}

function state(place) {
  if (!known.has(place)) {
    const { prompt, hints, solution } = parts(place);
    const first = { id: "", prompt: prompt.innerHTML, hints: hints.map((one) => one.innerHTML), solution: solution.innerHTML };
    const back = Object.assign(document.createElement("button"), { type: "button", textContent: "The first numbers" });
    const told = document.createElement("output");
    back.addEventListener("click", () => show(place, first, "These are the first numbers again."));
    place.append(back, told);
    known.set(place, { first, now: first, back, told });
  }
  return known.get(place);
}

/** The solution without its end: all lines of its workings but the last. None where it has no workings. */
function unfinished(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const steps = template.content;
  const last = [...steps.querySelectorAll(".lesson-derivation")].pop();
  if (!last) return null;
  for (let one = last; one; one = one.parentElement) {
    while (one.nextSibling) one.nextSibling.remove();
  }
  const rows = last.querySelectorAll("mtable > mtr");
  if (rows.length > 1) rows[rows.length - 1].remove();
  last.querySelectorAll("[data-tex]").forEach((one) => one.removeAttribute("data-tex")); // which has the end as well
  steps.querySelectorAll(".lesson-code").forEach((one) => one.remove());
  const details = Object.assign(document.createElement("details"), { className: "lesson-steps", open: true });
  const summary = Object.assign(document.createElement("summary"), { textContent: "Worked but for the last line" });
  const content = Object.assign(document.createElement("section"), { className: "lesson-content" });
  content.append(steps);
  details.append(summary, content);
  return details;
}

/** Put an exercise's variant, or its first numbers, in its place. */
function show(place, variant, words, faded = false) {
  const { exercise, prompt, asks, hints, solution } = parts(place);
  const { back, told } = state(place);
  known.get(place).now = variant;
  exercise.querySelector(":scope > .lesson-steps")?.remove();
  exercise.querySelectorAll(":scope > details").forEach((one) => (one.open = false));
  // All of this is from the site's own file, which a build has written.
  prompt.innerHTML = variant.prompt;
  solution.innerHTML = variant.solution;
  hints.forEach((hint, at) => (hint.innerHTML = variant.hints[at]));
  const steps = faded && unfinished(variant.solution);
  if (steps) prompt.after(steps);
  for (const ask of asks) {
    const detail = { id: variant.id, answer: variant.answers?.[ask.id] };
    ask.dispatchEvent(new CustomEvent("variant", { detail }));
  }
  back.hidden = !variant.id;
  told.textContent = words;
  const address = new URL(location);
  address.searchParams.delete("variant");
  for (const one of document.querySelectorAll(".lesson-variants")) {
    const id = known.get(one)?.now.id;
    if (id) address.searchParams.append("variant", id);
  }
  history.replaceState(history.state, "", address);
  if (prompt.getBoundingClientRect().top < 0) exercise.scrollIntoView();
}

async function variants(place) {
  try {
    return (await all())[parts(place).id] ?? [];
  } catch {
    state(place).back.hidden = !state(place).now.id;
    state(place).told.textContent = "Other numbers could not be loaded. Try again when you are connected.";
    return [];
  }
}

/** The next of an exercise's that this reader has not seen, and how many before; when all were seen, they begin anew. */
export function unseen(id, every) {
  let before = [seen()[id] ?? []].flat().filter((one) => every.some((variant) => variant.id === one));
  if (before.length === every.length) before = before.slice(-1);
  const next = every.find((variant) => !before.includes(variant.id));
  see(id, [...before, next.id]);
  return [next, before.length];
}

/** Show the next. */
export async function another(place) {
  const every = await variants(place);
  if (!every.length) return;
  const [next, before] = unseen(parts(place).id, every);
  show(place, next, `Other numbers, ${before + 1} of ${every.length}.`, !before);
}

/** The variant that the address names, if it is one of this exercise. */
export async function linked(place) {
  const named = new URLSearchParams(location.search).getAll("variant");
  const found = (await variants(place)).find((variant) => named.includes(variant.id));
  if (!found) return;
  const { id } = parts(place);
  see(id, [...new Set([seen()[id] ?? [], found.id].flat())]);
  show(place, found, "Other numbers, as the address says.");
}
