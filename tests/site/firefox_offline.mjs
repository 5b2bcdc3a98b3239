// A site kept in Firefox: node firefox_offline.mjs FIREFOX ADDRESS PATHS, the paths of its pages as JSON; the last one's
// scripts are not found where it is served.
// Has it kept by the button of the first page, says `kept` and waits for a line; whoever reads it cuts the network
// meanwhile. Then searches, answers, reviews a card, visits each page in this order, and prints what was seen as JSON.

import { once } from "node:events";
import puppeteer from "puppeteer-core";

const [firefox, address, paths] = process.argv.slice(2);
const all = JSON.parse(paths);
const [first, last] = [all[0], all.at(-1)];
const PATIENCE = 60_000; // milliseconds: the whole site is fetched meanwhile
const LOOK = `({
  title: document.title,
  heading: document.querySelector("h1")?.checkVisibility() && document.querySelector("h1").textContent,
  styled: getComputedStyle(document.body).getPropertyValue("--lesson-paper") !== "",
  fonts: [...document.fonts].filter((one) => one.status === "error").map((one) => one.family),
  images: [...document.images].filter((one) => one.complete && !one.naturalWidth).map((one) => one.src),
})`;

const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 }); // where the search stands open
  page.setDefaultTimeout(PATIENCE);
  const press = (name) => page.locator(`button ::-p-text(${name})`).click();
  const isKept = () => page.waitForSelector("::-p-xpath(//*[@class='md-copyright'][contains(., 'Kept for offline.')])");
  await page.goto(address + first, { waitUntil: "load" });
  await press("Keep for offline");
  await isKept();
  console.log("kept");
  await once(process.stdin, "data");
  process.stdin.pause();

  let faults = [];
  page.on("requestfailed", (request) => {
    const why = request.failure().errorText;
    if (why !== "NS_BINDING_ABORTED") faults.push(`${request.url()}: ${why}`); // by our going on to the next page
  });
  page.on("console", (said) => ["error", "warn"].includes(said.type()) && faults.push(said.text()));
  page.on("pageerror", (fault) => faults.push(String(fault)));

  await page.locator("[data-md-component=search-query]").fill("prior");
  await page.waitForSelector(".md-search-result__item");
  const found = await page.$$eval(".md-search-result__item a", (all) => all.map((one) => one.href));

  await page.goto(`${address}${first}`, { waitUntil: "load" });
  await page.locator(".lesson-ask input").fill("123456");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".lesson-verdict").textContent);
  const verdict = await page.$eval(".lesson-verdict", (one) => one.textContent);

  await page.goto(`${address}review/`, { waitUntil: "load" });
  await press("Begin");
  await page.waitForSelector(".lesson-review-front");
  await press("Show the ");
  await page.waitForSelector(".lesson-review-best");
  const grades = await page.$$eval(".lesson-review-buttons b", (all) => all.map((one) => one.textContent));
  await page.locator(".lesson-review-best").click();
  await page.waitForSelector(".lesson-review-front");

  const complaints = faults;
  faults = [];
  const pages = {};
  for (const path of all) {
    await page.goto(address + path, { waitUntil: "load" });
    if (path !== last) await isKept();
    pages[path] = { ...(await page.evaluate(LOOK)), faults };
    faults = [];
  }
  console.log(JSON.stringify({ pages, found, verdict, grades, complaints }));
} finally {
  await browser.close();
}
