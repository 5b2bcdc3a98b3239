// The site kept in this browser for reading offline, and told of when there is a newer one. Loaded by lesson.js where it
// is wanted. What is kept is kept by /sw.js; see `src/lessons/publish/offline.py`.

const workers = navigator.serviceWorker;
const address = new URL("../sw.js", import.meta.url);
const scope = new URL(".", address);
const TYPED = `${scope.pathname}.typed`;
const LATER = `${scope.pathname}.later`;

let forgotten = false;

/** Keep the site, and say so beside the button. `asked`: by a press; otherwise it is kept already. */
export async function attend(press, status, asked) {
  const show = (text, label, act) => {
    status.textContent = text;
    press.textContent = label;
    press.onclick = act;
  };
  const again = () => {
    status.setAttribute("role", "status");
    attend(press, status, true);
  };
  const forget = async () => {
    status.setAttribute("role", "status");
    forgotten = true;
    await (await workers.getRegistration(scope))?.unregister();
    await caches.delete(`lessons ${scope.pathname}`);
    show("Nothing is kept any more. ", "Keep for offline", again);
  };
  forgotten = false;
  if (asked) show("Keeping the site for offline … ", "Forget it", forget);
  putBack();
  let kept = false;
  try {
    const registration = await workers.register(address);
    tellOfNews(registration);
    kept = await keep(await ready(registration));
  } catch {} // refused by the browser, or not all of the site could be had
  if (forgotten) return; // meanwhile
  if (kept) show("Kept for offline. ", "Forget it", forget);
  else show("It could not be kept: try again when you are connected. ", "Keep for offline", again);
  if (kept) makeInstallable();
}

/** The worker that answers for the site, once there is one. */
function ready({ active, installing, waiting }) {
  const next = installing ?? waiting;
  return new Promise((resolve, reject) => {
    if (active) return resolve(active);
    const look = () => {
      if (next.state === "activated") resolve(next);
      if (next.state === "redundant") reject(next);
    };
    next.addEventListener("statechange", look);
    look();
  });
}

/** Whether the worker has the whole site; what the browser has thrown away meanwhile is fetched again. */
function keep(worker) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage("keep", [port2]);
  });
}

/** Only now: some browsers fetch it at once, and a first visit is to cost nothing. */
function makeInstallable() {
  if (document.querySelector("link[rel=manifest]")) return;
  const link = Object.assign(document.createElement("link"), { rel: "manifest" });
  link.href = new URL("manifest.webmanifest", scope);
  document.head.append(link);
}

// ---- a new version --------------------------------------------------------------------------------------------------

const told = new WeakSet(); // registrations

/** Tell when a newer version is there, whole. The page stays as it is until its reader says otherwise. */
function tellOfNews(registration) {
  if (told.has(registration)) return;
  told.add(registration);
  const before = workers.controller;
  let taking = false;
  const offer = (next) => {
    tell("A new version of this site is there. ", () => {
      taking = true;
      next.postMessage("take over");
    });
  };
  const watch = (next) =>
    next?.addEventListener("statechange", () => next.state === "installed" && workers.controller && offer(next));
  registration.addEventListener("updatefound", () => watch(registration.installing));
  watch(registration.installing);
  if (registration.waiting && before) offer(registration.waiting);
  workers.addEventListener("controllerchange", () => {
    if (taking) reload();
    else if (before) tell("Another tab has changed to a new version of this site. ", reload);
  });
}

function tell(text, show) {
  if (stored(LATER)) return;
  document.querySelector(".lesson-news")?.remove();
  const bar = Object.assign(document.createElement("div"), { className: "lesson-news" });
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const make = (label, onclick) => Object.assign(document.createElement("button"), { type: "button", textContent: label, onclick });
  const later = () => {
    store(LATER, "1"); // for as long as this tab is open
    bar.remove();
  };
  bar.append(said, make("Show it", show), make("Later", later));
  document.body.append(bar);
  setTimeout(() => (said.textContent = text)); // what was there before it was filled is read out
}

/** Load the page anew, with what was typed into it. */
function reload() {
  const fields = [...document.querySelectorAll("input[type=text][id], textarea[id]")];
  store(TYPED, JSON.stringify(fields.filter(({ value }) => value).map(({ id, value }) => [id, value])));
  location.reload();
}

function putBack() {
  const typed = stored(TYPED);
  if (!typed) return;
  store(TYPED, "");
  for (const [id, value] of JSON.parse(typed)) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
}

function stored(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null; // refused
  }
}

function store(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch {} // refused, or full
}
