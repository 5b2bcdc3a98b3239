// Print pages with Firefox: node firefox_print.mjs FIREFOX JOBS, the jobs as JSON: [{url, pdf, script, mark}].
// Firefox is told over WebDriver BiDi by puppeteer-core, which lighthouse brings. `script: false` switches JavaScript off;
// `mark` is run, and waited for, before a page is printed; a job without a `pdf` prints nothing. What each mark returns is
// written to stdout, as a JSON array.

import puppeteer from "puppeteer-core";

const [firefox, jobs] = process.argv.slice(2);

/** What the jobs' marks return, by the job's place among all. */
async function printAll(wanted, script) {
  if (!wanted.length) return [];
  const extraPrefsFirefox = { "javascript.enabled": script };
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true, extraPrefsFirefox });
  try {
    // At once: Firefox takes five seconds for a print, and idles through most of them.
    return await Promise.all(wanted.map(async ([place, job]) => [place, await print(browser, job)]));
  } finally {
    await browser.close();
  }
}

async function print(browser, { url, pdf, mark }) {
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: "load" });
  const said = mark ? await page.evaluate(mark) : undefined; // which waits itself: what looks at each frame sees few of them behind other tabs
  if (pdf) await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: false });
  return said;
}

const all = [...JSON.parse(jobs).entries()];
const said = await Promise.all(
  [true, false].map((script) => printAll(all.filter(([, job]) => (job.script ?? true) === script), script)),
);
const found = new Map(said.flat());
console.log(JSON.stringify(all.map(([place]) => found.get(place) ?? null)));
