// What is kept of a reader: out as a file, in from one, and away. Loaded for the buttons that do so.

import { make } from "./element.js";
import { exportFile, forget, importFile } from "./log.js";

export function download(file) {
  make("a", { href: URL.createObjectURL(file), download: file.name }).click();
}

/** Save all there is as a file: what to say of it. */
export async function exported() {
  const file = await exportFile();
  download(file);
  return `Exported as ${file.name}.`;
}

/** Words for what the review's page says rarely of what is kept. */
export function told({ aside, retired, ahead, since, safari, gone }) {
  const said = [
    gone && "Nothing is kept in this browser: when you leave this page, what you did here is gone. Export it first if you want to keep it.",
    safari && !gone && "Safari deletes what a site has kept when you have not come back for seven days of use: export it, or add this page to your home screen or Dock.",
    since && !gone && `You have graded ${since} times since you last exported: a copy does no harm.`,
    retired && `Cards that are no longer here, their history kept: ${retired}.`,
    ahead && `Entries dated in the future, kept and not counted until then: ${ahead}.`,
    aside && `Entries that cannot be read, set aside and exported with the rest: ${aside}.`,
  ];
  return said.filter(Boolean).join(" ");
}

let chooser; // which some browsers lose, where nothing else holds it

/** Let the reader choose a file, and add what is new in it: what to say of it. */
export async function imported() {
  chooser = make("input", { type: "file", accept: ".json" });
  chooser.click();
  await new Promise((resolve) => (chooser.onchange = resolve));
  try {
    return `New entries: ${await importFile(await chooser.files[0].text())}.`;
  } catch {
    return "This is no file that was exported here.";
  }
}

const SURE = "Yes, forget them";

/**
 * The first press warns, and the second forgets the events of which `filter` is true, unless the focus has left the button
 * meanwhile: what to say of it. `after` is called where something is gone.
 */
export async function forgotten(button, status, warning, filter, after) {
  if (button.textContent !== SURE) {
    const words = button.textContent;
    button.textContent = SURE;
    button.onblur = () => {
      [button.textContent, status.textContent, button.onblur] = [words, "", null];
    };
    return warning;
  }
  button.onblur();
  if (!(await forget(filter))) return "What is stored in this browser could not be removed.";
  await after();
  return "Forgotten.";
}
