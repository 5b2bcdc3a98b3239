// When a card comes again: what its grades have come to, which day it is, and what a session asks. Nothing here is of a
// page, and nothing is kept: all of it follows from the log. Why it is so: docs/decisions/when-a-card-comes-again.md.

import { FSRSAlgorithm } from "./fsrs.js"; // made by the build, of ts-fsrs

export const engine = new FSRSAlgorithm({});

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ROLLOVER = 4 * 60 * MINUTE; // who studies at two in the night has not slept yet
const LONGEST = 36_500; // days, as Anki has it
const FRESH = 10; // new ones a day
const WORKED = 2; // of those, exercises: they take their time

/** The day of study, as a number: the civil date where the reader is, four hours later. */
export const dayOf = (at, off) => Math.floor((at + off * MINUTE - ROLLOVER) / DAY);
export const today = (now = new Date()) => dayOf(+now, -now.getTimezoneOffset());

/** A number from 0 to 1 that is the same each time for the same text, and another for every other. */
function chance(text) {
  let hash = 2166136261;
  for (const sign of text) hash = Math.imul(hash ^ sign.codePointAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The whole days that an interval may be spread over, so that cards of one day part: Anki's ranges. */
export function spread(days, least = 1) {
  const within = Math.min(Math.max(days, least), LONGEST);
  const part = (from, to, share) => share * Math.max(Math.min(within, to) - from, 0);
  const delta = within < 2.5 ? 0 : 1 + part(2.5, 7, 0.15) + part(7, 20, 0.1) + part(20, Infinity, 0.05);
  const fit = (end) => Math.min(Math.max(Math.round(end), least), LONGEST);
  const [first, last] = [fit(within - delta), fit(within + delta)];
  return [first, first === last && last > 2 && last < LONGEST ? last + 1 : last];
}

/** What each grade would make of a card on a day, from 1 to 4: `memory`, and `days` until it comes again. */
export function outcomes(id, state, day) {
  const { memory = null, reps = 0, days: before = 0 } = state ?? {};
  const since = memory ? Math.max(0, day - state.day) : 0; // a clock may be set back, and readers travel
  const factor = chance(`${id} ${reps}`);
  let least = 1;
  return [1, 2, 3, 4].map((grade) => {
    const next = engine.next_state(memory, since, grade);
    if (grade === 1) return { memory: next, days: 0 }; // in the same session
    const wish = next.stability * engine.interval_modifier;
    const [first, last] = spread(wish, Math.max(least, since && Math.round(wish) > before ? before + 1 : 0));
    const days = Math.floor(first + factor * (last - first + 1));
    if (since) least = Math.min(days + 1, LONGEST);
    return { memory: next, days };
  });
}

/**
 * What the grades of the log have come to, by the id of what was graded. What a clock that was wrong has put more than
 * a day ahead counts from then on: whatever is graded meanwhile would come before it.
 */
export function replay(events, now = Date.now()) {
  const states = new Map();
  for (const { id, item, kind, grade, at, off, hash } of events) {
    const day = dayOf(at, off);
    if (kind !== "grade" || ![1, 2, 3, 4].includes(grade) || !Number.isSafeInteger(day) || at > now + DAY) continue;
    const before = states.get(item);
    const { memory, days } = outcomes(item, before, day)[grade - 1];
    const reps = (before?.reps ?? 0) + 1;
    const begun = before?.begun ?? day;
    states.set(item, { memory, days, day, due: day + days, reps, begun, hash: hash ?? before?.hash, last: id });
  }
  return states;
}

/** Things in an order in which each lesson's are as far apart as they can be. */
function mixed(items) {
  const counts = new Map();
  const count = (lesson) => counts.set(lesson, (counts.get(lesson) ?? 0) + 1).get(lesson);
  const numbered = items.map((item) => ({ item, number: count(item.lesson) }));
  const place = ({ item, number }) => (number - 0.5) / counts.get(item.lesson);
  return numbered.sort((one, other) => place(one) - place(other)).map(({ item }) => item);
}

/** What a day asks: what is due, the longest due first, then new ones, of the lessons that `takes` names. */
export function asked(items, states, day, takes = () => true) {
  const due = items.filter(({ id }) => states.get(id)?.due <= day);
  due.sort((one, other) => states.get(one.id).due - states.get(other.id).due);
  const begun = items.filter(({ id }) => states.get(id)?.begun === day);
  const room = (begunOf, most) => Math.max(0, most - begunOf.length);
  let worked = room(begun.filter(({ title }) => title), WORKED);
  const fresh = mixed(items.filter(({ id, lesson }) => !states.has(id) && takes(lesson)));
  const some = fresh.filter(({ title }) => !title || (worked -= 1) >= 0).slice(0, room(begun, FRESH));
  return { due: mixed(due), fresh: some };
}

/** A session's order with one put where it comes again: after three others, or as many as there are. */
export const again = (order, id) => [...order.slice(0, 3), id, ...order.slice(3)];

/** How many come on each of the next days, what is late counted to the first. */
export function forecast(items, states, day, length) {
  const counts = Array(length).fill(0);
  for (const { id } of items) {
    const due = states.get(id)?.due;
    if (due < day + length) counts[Math.max(0, due - day)] += 1;
  }
  return counts;
}
