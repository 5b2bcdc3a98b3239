// Where a reader stands with the review, and what comes: in words, as a drawing, and as a table.

import { make } from "./element.js";
import { forecast } from "./schedule.js";

const DAYS = 14;
const [WIDTH, HEIGHT, BASE, TOP] = [380, 130, 106, 18];
const DAY = 86_400_000;

export const counted = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

function draw(tag, attributes, ...inside) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

/** The name of a day of study, which is a number. */
function named(day, form) {
  return new Date(day * DAY).toLocaleDateString("en-GB", { ...form, timeZone: "UTC" });
}

function drawing(counts, day) {
  const step = WIDTH / counts.length;
  const most = Math.max(...counts, 1);
  const columns = counts.flatMap((count, number) => {
    const height = (count / most) * (BASE - TOP);
    const [x, middle] = [number * step + step * 0.15, (number + 0.5) * step];
    const label = number > 1 ? named(day + number, { weekday: "narrow" }) : number ? "" : "today"; // which takes the room of two
    return [
      draw("rect", { x, y: BASE - height, width: step * 0.7, height }),
      draw("text", { x: middle, y: BASE - height - 5, "text-anchor": "middle" }, count || ""),
      draw("text", { x: number ? middle : 0, y: HEIGHT - 7, "text-anchor": number ? "middle" : "start" }, label),
    ];
  });
  const line = draw("path", { d: `M0 ${BASE}H${WIDTH}` });
  const said = `How many come back on each of the next ${counts.length} days; the table below has the numbers.`;
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said, class: "lesson-forecast" };
  return draw("svg", box, ...columns, line);
}

function table(counts, day) {
  const row = (kind, ...cells) => make("tr", {}, ...cells.map((words) => make(kind, {}, words)));
  const rows = counts.map((count, number) => {
    const date = named(day + number, { weekday: "long", day: "numeric", month: "long" });
    return row("td", number ? date : `Today, ${date}`, String(count));
  });
  const head = make("thead", {}, row("th", "Day", "Cards and exercises"));
  return make("details", {}, make("summary", {}, "The same as a table"), make("table", {}, head, make("tbody", {}, ...rows)));
}

/** What grades of the last thirty days say: how many, and how many of what had been learned before was still there. */
function recent(events, day, dayOf) {
  const known = new Map(); // the day of the grade before
  let [all, repeats, kept] = [0, 0, 0];
  for (const { kind, item, grade, at, off } of events) {
    if (kind !== "grade") continue;
    const on = dayOf(at, off);
    if (on > day - 30) {
      all += 1;
      repeats += known.get(item) < on;
      kept += known.get(item) < on && grade > 1;
    }
    known.set(item, on);
  }
  return { all, repeats, kept };
}

/** What stands in the section of one's own progress. */
export function progress(items, states, events, day, dayOf) {
  const begun = items.filter(({ id }) => states.has(id));
  if (!begun.length) return [make("p", {}, "Nothing yet: it begins with the first card you grade.")];
  const { all, repeats, kept } = recent(events, day, dayOf);
  const counts = forecast(items, states, day, DAYS);
  const said = [
    `You have begun ${begun.length} of ${items.length} cards and exercises.`,
    `In the last thirty days you graded ${counted(all, "time")}.`,
    repeats ? `Of ${counted(repeats, "card")} that came back on a later day, you still had ${kept}; the plan aims at nine in ten.` : "",
  ];
  const comes = counts.some(Boolean) ? [drawing(counts, day), table(counts, day)] : ["Nothing comes in the next two weeks."];
  return [make("p", {}, said.filter(Boolean).join(" ")), make("h3", {}, "What comes back, and when"), ...comes];
}
