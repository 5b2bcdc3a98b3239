// What readers did here, as a list that is only added to; whatever is shown of it is made from it.
// What an event holds, and why: docs/decisions/what-readers-did.md.

const FORMAT = "lessons-log";
const STORE = "events";
const site = new URL("..", import.meta.url).pathname; // other sites of the host have logs of their own

/** The page that is read, as its events call it. */
export const page = location.pathname.slice(site.length).replace(/index\.html$/, "");

const waiting = new Map(); // by id, what is not stored: tried again with the next, gone with the page
let keeps;
let database = null;
let changed = () => {};
let others = null;
try {
  others = new BroadcastChannel(site + FORMAT);
  others.onmessage = () => changed();
} catch {} // forbidden

/** Call this when the log may have changed, here or in another tab. */
export function onChange(call) {
  changed = call;
}

function tell() {
  others?.postMessage("");
  changed();
}

const open = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(site + FORMAT); // of whatever version
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onerror = reject;
    request.onsuccess = () => {
      const found = request.result;
      found.onclose = found.onversionchange = () => {
        found.close();
        database = null;
      };
      resolve(found);
    };
  });

/** One transaction: what the requests of `work` resulted in; null where it could not be done. */
async function inStore(mode, work) {
  try {
    const found = await (database ??= open());
    const results = await new Promise((resolve, reject) => {
      const transaction = found.transaction(STORE, mode);
      transaction.onabort = reject;
      const requests = work(transaction.objectStore(STORE)) ?? [];
      transaction.oncomplete = () => resolve(requests.map(({ result }) => result));
    });
    keeps = true;
    return results;
  } catch {
    keeps = false;
    return (database = null);
  }
}

const isText = (value) => typeof value === "string";
const isEvent = ([key, row]) =>
  row?.v === 1 && row.id === key && Number.isFinite(row.at) && [key, row.page, row.item, row.kind].every(isText);

/** Whatever is there, by its key. Where a row cannot be read, all the others are, one by one. */
async function everything() {
  const read = (work) => inStore("readonly", work);
  const found = await read((events) => [events.getAllKeys(), events.getAll()]);
  const [keys] = found ?? (await read((events) => [events.getAllKeys()])) ?? [[]];
  const rows = found ? found[1] : await read((events) => keys.map((key) => passedOver(events.get(key))));
  return new Map([...keys.map((key, index) => [key, rows?.[index]]), ...waiting]);
}

/** A request whose failure is not its transaction's. */
function passedOver(request, failure = "") {
  request.onerror = (fault) => {
    if (!failure || request.error.name === failure) fault.preventDefault();
  };
  return request;
}

/** Store what waits; what is there already stays as it is. */
async function store() {
  const batch = [...waiting];
  const done = await inStore("readwrite", (events) => {
    for (const [id, event] of batch) passedOver(events.add(event, id), "ConstraintError"); // it is there
  });
  if (done) for (const [id] of batch) waiting.delete(id);
  tell();
}

/** Add an event, at least `kind` and `item`: its id. `page`, where it belongs to another than the one that is read. */
export function append(event) {
  const now = new Date();
  const id = URL.createObjectURL(new Blob()).slice(-36); // a UUID, without https, too
  waiting.set(id, { page, ...event, id, v: 1, at: +now, off: -now.getTimezoneOffset() });
  store();
  return id;
}

/** The events in their order, how many rows cannot be read, and whether this browser keeps anything. */
export async function all() {
  const found = await everything();
  const events = [...found].filter(isEvent).map(([, event]) => event);
  events.sort((one, other) => one.at - other.at);
  return { events, aside: found.size - events.length, keeps: keeps && !waiting.size };
}

/** Those events that hold: without what was taken back, or given again at once. */
export function holding(events) {
  const gone = new Set(events.map(({ kind, undoes, replaces }) => (kind === "undo" ? undoes : replaces)));
  return events.filter(({ id, kind }) => kind !== "undo" && !gone.has(id));
}

/** The date where the reader is, as "2026-12-05". */
export const today = () => new Date().toLocaleDateString("sv");

/** All there is as a file, what cannot be read included. */
export async function exportFile() {
  const rows = [...(await everything()).values()].flatMap((row) => {
    try {
      return JSON.stringify(row) ?? "null";
    } catch {
      return []; // what JSON cannot say
    }
  });
  const text = `{"format":"${FORMAT}","v":1,"events":[\n${rows.join(",\n")}\n]}\n`;
  return new File([text], `${FORMAT}-${today()}.json`, { type: "application/json" });
}

/** Add what is new in an exported file: how much that was. Throws where it is no such file. */
export async function importFile(text) {
  const { format, events } = JSON.parse(text);
  if (format !== FORMAT) throw new TypeError(format);
  const before = (await everything()).size;
  for (const row of events) {
    try {
      waiting.set(isText(row?.id) ? row.id : JSON.stringify(row), structuredClone(row));
    } catch {} // too deep for any store
  }
  await store();
  return (await everything()).size - before;
}

/** Remove the events of which this is true; without it, all there is. Whether that could be done. */
export async function forget(filter) {
  const goes = (key, row) => !filter || (isEvent([key, row]) && filter(row));
  for (const [key, row] of waiting) if (goes(key, row)) waiting.delete(key);
  const done = await inStore("readwrite", (events) => {
    events.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (cursor && goes(cursor.key, cursor.value)) cursor.delete();
      cursor?.continue();
    };
  });
  tell();
  return done !== null;
}
