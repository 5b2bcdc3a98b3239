// An exercise in the review: with numbers that its reader has not seen, and fields that judge what is typed. Loaded with the
// first that comes.

import { make } from "./element.js";
import { append } from "./log.js";

const root = new URL("..", import.meta.url);
const fetched = {};
const values = (base) =>
  (fetched[base] ??= fetch(`${base}answers.json`)
    .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(String(reply.status)))))
    .catch((fault) => {
      delete fetched[base];
      throw fault;
    }));

/** Its numbers: `id` (empty for those of the lesson), `prompt`, `solution`, and what its fields compare with. */
export async function numbers(item, page) {
  const base = String(new URL(page, root));
  if (item.asks.length) await import("./answers.js");
  if (!item.varied) {
    const answers = item.asks.length ? await values(base) : {};
    return { id: "", prompt: item.front, solution: item.back, answers };
  }
  const variants = await import("./variants.js");
  const every = (await variants.all(base))[item.id];
  return variants.unseen(item.id, every)[0];
}

/** Its fields, as they stand in `place` from now on; `suggest` gets the grade that what was typed so far is worth. */
export function ask(place, item, page, { id, answers }, suggest) {
  const verdicts = new Map();
  const judged = (one, { kind: verdict, text, slip, variant, tries }) => {
    if (verdict === "unreadable") return;
    const right = ["right", "last"].includes(verdict);
    verdicts.set(one.id, right ? (tries ? 2 : 3) : 1);
    suggest(Math.min(...verdicts.values())); // what was left empty says nothing
    append({ kind: "answer", page, item: one.id, verdict, text: text?.slice(0, 100), slip, variant });
    window.__md_set?.("practice", 1); // the lesson shows what is open
  };
  const fields = item.asks.filter((one) => answers[one.id]).map((one) => {
    const field = make("div", { className: "lesson-ask", id: one.id });
    Object.assign(field.dataset, { label: one.label, digits: one.digits, unit: one.unit });
    field.addEventListener("answer", ({ detail }) => judged(one, detail));
    return field;
  });
  if (fields.length) place.append(make("div", { className: "lesson-exercise" }, ...fields));
  for (const field of fields) {
    field.dispatchEvent(new CustomEvent("ask", { bubbles: true }));
    field.dispatchEvent(new CustomEvent("variant", { detail: { id, answer: answers[field.id] } }));
  }
}
