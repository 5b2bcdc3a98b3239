// Answers that are typed: a field for each quantity an exercise asks for, and a verdict that names the mistake.
// A page without such a field does not load this; without this, a page is to be read and its solutions to be opened.

const SPACES = /[\s\u00a0\u2000-\u200b\u202f\u2060\u3000]/g;
const DASHES = /[\u2010-\u2015\u2212\ufe63\uff0d]/g;
const UNITS = { nat: "nats", nats: "nats", bit: "bits", bits: "bits", "%": "%" };
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/;

/**
 * What somebody typed, as a number: `{value, places, unit}`, or `{fault}` in a word where it is none.
 * `places`: of decimals, as they were typed; Infinity for a fraction, which is exact.
 */
function readNumber(typed) {
  let text = typed.normalize("NFC").replace(SPACES, "").replace(DASHES, "-").replace(/^[≈≃~=]+/, "");
  if (!text) return { fault: "empty" };
  let unit = "";
  const named = /[a-z]+$|%$/i.exec(text);
  if (named && named[0].toLowerCase() in UNITS) {
    unit = UNITS[named[0].toLowerCase()];
    text = text.slice(0, named.index);
  }
  text = text.replace(/[·×⋅*]10(?:\^|\*\*)?\(?([+-]?\d+)\)?$/, "e$1").replace(/E/g, "e");
  const parts = text.split("/");
  if (parts.length > 2) return { fault: "unreadable" };
  const values = [];
  let places = 0;
  for (const part of parts) {
    if ((part.match(/[.,]/g) ?? []).length > 1) return { fault: "separators" };
    const figure = part.replace(",", ".");
    if (!PLAIN.test(figure)) return { fault: /[⁰-⁹²³¹]|\^|\*\*/.test(part) ? "power" : "unreadable" };
    const [mantissa, exponent = "0"] = figure.split("e");
    places = Math.max((mantissa.split(".")[1] ?? "").length - Number(exponent), 0);
    values.push(Number(figure));
  }
  const value = parts.length === 2 ? values[0] / values[1] : values[0];
  if (!Number.isFinite(value)) return { fault: "unreadable" };
  return { value, places: parts.length === 2 ? Infinity : places, unit };
}

/**
 * The verdict on a number that was read: `[kind, slip]`. `asked`: value, digits, unit, and slips as `[name, value]`.
 * Kinds, in this order: right, last (digit), more (digits), slip, unit, sign, ten (a power of), wrong.
 */
function judge({ value: typed, places, unit }, asked) {
  const step = 10 ** -asked.digits;
  const near = (one, other, units = 0.5) => Math.abs(one - other) <= units * step * (1 + 1e-9) + 1e-12;
  const otherUnit = unit && asked.unit && unit !== asked.unit;
  if (!otherUnit) {
    if (near(typed, asked.value)) return ["right"];
    if (near(typed, asked.value, 1)) return ["last"];
    const shown = 10 ** -places;
    if (places < asked.digits && Math.abs(typed - asked.value) <= 0.5 * shown * (1 + 1e-9)) return ["more"];
    for (const [name, value] of asked.slips) if (near(typed, value)) return ["slip", name];
  }
  if (asked.unit === "nats" && near(typed, asked.value / Math.LN2)) return ["unit", "bits"];
  if (asked.unit === "bits" && near(typed, asked.value * Math.LN2)) return ["unit", "nats"];
  if (otherUnit) return ["unit", unit];
  if (asked.value && near(-typed, asked.value)) return ["sign"];
  for (const power of [1, -1, 2, -2, 3, -3]) {
    if (asked.value && near(typed * 10 ** power, asked.value, Math.max(0.5, 0.5 * 10 ** power))) return ["ten"];
  }
  return ["wrong"];
}

const FAULTS = {
  empty: "Type a number first.",
  separators: "This could not be read: write one decimal point and no other separator, as in 1234.5.",
  power: "This could not be read: work the power out, or write it as 1.5e-3.",
  unreadable: "This could not be read as a number: write it as 0.25, 1/4 or 2.5e-1.",
};

/** In words what is asked for: "three decimals, in nats". */
function wanted({ digits, unit }) {
  const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
  return `${NUMBERS[digits] ?? digits} decimal${digits === 1 ? "" : "s"}${unit ? `, in ${unit}` : ""}`;
}

/** The words of a verdict; those of a slip stand on the page already. */
function said([kind, more], asked, typed, tries) {
  switch (kind) {
    case "right":
      return "Right.";
    case "last":
      return `Right but for the last digit: rounded it is ${asked.shown}.`;
    case "more":
      return `Right so far. Give it to ${wanted({ digits: asked.digits })}.`;
    case "unit":
      return `This looks like the value in ${more}: give it in ${asked.unit}.`;
    case "sign":
      return "Look at the sign.";
    case "ten":
      return "The digits are right; look where the decimal point stands.";
    default: {
      const side = typed < asked.value ? "It is larger." : "It is smaller.";
      return tries < 2 ? "Not yet. Go through it once more." : `Not yet. ${side}`;
    }
  }
}

/** What the page's fields compare with: `answers.json` beside it, fetched once, by whoever begins to type. */
let fetched = null;
function answers() {
  fetched ??= fetch("answers.json")
    .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(String(reply.status)))))
    .catch((error) => {
      fetched = null; // the next try asks again
      throw error;
    });
  return fetched;
}

/** What a field compares with, and the words of its slips. `other`: what it has been told for other numbers. */
async function comparedWith({ id, dataset: { digits, unit } }, other) {
  const own = other ?? (await answers())[id];
  const words = new Map(own.slips.map(([name, , html]) => [name, html]));
  return { asked: { ...own, digits: Number(digits), unit }, words };
}

/** A field with its label, its button and its verdict, in the place that the page has for it. */
function ask(place) {
  const { digits, unit, label } = place.dataset;
  const make = (tag, properties, ...inside) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inside);
    return element;
  };
  const name = `${place.id}-field`;
  const hint = make("span", { id: `${place.id}-wanted`, className: "lesson-wanted", textContent: wanted({ digits, unit }) });
  const field = make("input", {
    id: name,
    type: "text",
    inputMode: "text",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: false,
    enterKeyHint: "done",
  });
  field.setAttribute("aria-describedby", hint.id);
  const verdict = make("output", { className: "lesson-verdict" });
  verdict.setAttribute("role", "status");
  verdict.setAttribute("for", name);
  const form = make(
    "form",
    { noValidate: true },
    make("label", { htmlFor: name, textContent: label }),
    field,
    make("button", { type: "submit", textContent: "Check" }),
    hint,
    verdict,
  );
  let tries = 0;
  let variant = { id: "" };
  const hints = place.parentElement.querySelectorAll(":scope > .lesson-hint");
  field.addEventListener("focus", () => comparedWith(place, variant.answer).catch(() => {}), { once: true });
  place.addEventListener("variant", ({ detail }) => {
    [variant, tries] = [detail, 0];
    field.value = "";
    field.removeAttribute("aria-invalid");
    verdict.replaceChildren();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const read = readNumber(field.value);
    field.toggleAttribute("aria-invalid", "fault" in read);
    if ("fault" in read) field.setAttribute("aria-invalid", "true");
    let [kind, slip] = ["unreadable"];
    if ("fault" in read) {
      verdict.replaceChildren(FAULTS[read.fault]);
    } else {
      const { asked, words } = await comparedWith(place, variant.answer).catch(() => ({}));
      if (!asked) {
        verdict.replaceChildren("The answers could not be loaded. Try again when you are connected.");
        return;
      }
      const found = judge(read, asked);
      [kind, slip] = found;
      const wrong = !["right", "last", "more"].includes(kind);
      if (wrong) tries += 1;
      if (kind === "slip") {
        const told = document.createElement("template");
        told.innerHTML = words.get(slip); // from this site's own file, and not from what was typed
        verdict.replaceChildren("This is what you get with one thing changed: ", told.content);
      } else {
        verdict.replaceChildren(said(found, asked, read.value, tries));
      }
      const closed = [...hints].find((hint) => !hint.open && !hint.hidden);
      if (wrong && tries > 1 && closed) verdict.append(" A hint stands below.");
    }
    verdict.dataset.kind = kind;
    const detail = { kind, tries, slip, text: field.value, variant: variant.id };
    place.dispatchEvent(new CustomEvent("answer", { bubbles: true, detail }));
  });
  place.append(form);
  place.hidden = false;
}

/** Each hint opens the way to the next. */
function lead(hint) {
  const next = hint.nextElementSibling;
  if (!next?.matches(".lesson-hint")) return;
  next.hidden = !hint.open;
  hint.addEventListener("toggle", () => (next.hidden &&= !hint.open));
}

/** A button for other numbers; the script that puts them in its place is loaded by whoever wants some. */
function offer(place) {
  const more = Object.assign(document.createElement("button"), { type: "button", textContent: "Other numbers" });
  const load = () => import("./variants.js");
  more.addEventListener("click", () => load().then(({ another }) => another(place)));
  place.append(more);
  place.hidden = false;
  if (new URLSearchParams(location.search).has("variant")) load().then(({ linked }) => linked(place));
}

document.querySelectorAll(".lesson-ask").forEach(ask);
document.addEventListener("ask", ({ target }) => ask(target)); // by a script that has made a place for one
document.querySelectorAll(".lesson-hint").forEach(lead);
document.querySelectorAll(".lesson-variants").forEach(offer);
