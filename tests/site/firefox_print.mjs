// Print pages with Firefox: node firefox_print.mjs FIREFOX JOBS, the jobs as JSON: [{url, pdf, script, mark}].
// Firefox is told over WebDriver BiDi by puppeteer-core, which lighthouse brings. `script: false` switches JavaScript off;
// `mark` is run, and waited for, before a page is printed.

import puppeteer from "puppeteer-core";

const [firefox, jobs] = process.argv.slice(2);

async function printAll(wanted, script) {
  if (!wanted.length) return;
  const extraPrefsFirefox = { "javascript.enabled": script };
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true, extraPrefsFirefox });
  try {
    // At once: Firefox takes five seconds for a print, and idles through most of them.
    await Promise.all(wanted.map((job) => print(browser, job)));
  } finally {
    await browser.close();
  }
}

async function print(browser, { url, pdf, mark }) {
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: "load" });
  if (mark) await page.evaluate(mark); // which waits itself: what looks at each frame sees few of them behind other tabs
  await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: false });
}

const all = JSON.parse(jobs);
await Promise.all([true, false].map((script) => printAll(all.filter((job) => (job.script ?? true) === script), script)));
