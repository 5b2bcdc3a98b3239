// Ask a page in Firefox: node firefox_ask.mjs FIREFOX URL FUNCTION ARGUMENT, the argument as JSON; prints the answer.

import puppeteer from "puppeteer-core";

const [firefox, url, code, argument] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
try {
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: "load" });
  const found = await page.evaluate(`(${code})(${argument})`);
  console.log(JSON.stringify(found));
} finally {
  await browser.close();
}
