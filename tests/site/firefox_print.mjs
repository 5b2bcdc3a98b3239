// Print pages with Firefox: node firefox_print.mjs JOBS.json, a list of {url, pdf, script, width, height}.
// Firefox speaks WebDriver BiDi here; puppeteer-core comes with lighthouse. `script: false` switches JavaScript off.

import { readFile } from "node:fs/promises";
import puppeteer from "puppeteer-core";

const jobs = JSON.parse(await readFile(process.argv[2], "utf8"));

for (const script of [true, false]) {
  const wanted = jobs.filter((job) => (job.script ?? true) === script);
  if (!wanted.length) continue;
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.argv[3],
    headless: true,
    extraPrefsFirefox: { "javascript.enabled": script },
  });
  try {
    for (const { url, pdf, width, height } of wanted) {
      const page = await browser.newPage();
      await page.goto(url, { waitUntil: "load" });
      await page.pdf({ path: pdf, preferCSSPageSize: !width, width, height, printBackground: false });
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
