// What is due for review, said above a deck and where lessons are listed. The session keeps these counts as it goes; they
// are of no other use, and the log decides.

{
  const { src, dataset } = document.currentScript;
  const root = new URL("..", src).pathname;
  const here = location.pathname.slice(root.length).replace(/index\.html$/, "");
  const deck = document.querySelector(".lesson-deck");
  const own = here.includes("/") && deck; // a lesson's, and not the one of the home page
  const place = own || document.querySelector("h1");
  const link = document.createElement("a");
  link.href = own ? `${dataset.to}?lesson=${here}` : dataset.to;
  const line = Object.assign(document.createElement("p"), { className: "lesson-tools lesson-due" });
  line.append(link);

  const tell = () => {
    const kept = window.__md_get?.("review")?.due;
    const day = Math.floor((Date.now() - new Date().getTimezoneOffset() * 6e4 - 4 * 36e5) / 864e5);
    const those = (rows) => (Array.isArray(rows) ? rows : []).filter((row) => row?.[0] <= day && row[1] > 0);
    const dueIn = (rows) => those(rows).reduce((sum, row) => sum + +row[1], 0);
    const due = kept ? dueIn(own ? kept[here] : Object.values(kept).flat()) : 0;
    if (due) link.textContent = own ? `Due for review here: ${due}` : `Due for review today: ${due}`;
    else if (own) link.textContent = kept?.[here] ? "Nothing is due here today" : "Review these, each before you forget it";
    if (due || own) place[own ? "before" : "after"](line);
    else line.remove();
  };
  tell();
  for (const sign of ["pageshow", "visibilitychange"]) addEventListener(sign, tell); // back from the review, or days later
}
