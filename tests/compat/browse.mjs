// One tab of Chromium under playwright-core, which knows a name and password for whoever asks: a step a line on stdin as JSON, what came of it a line on stdout.
//   {"open": PATH}  {"fill": {SELECTOR: TEXT, ...}, "submit": SELECTOR}  {"click": SELECTOR}
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [executablePath, baseUrl, username, password] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext({ httpCredentials: { username, password, origin: baseUrl } });
const page = await context.newPage();
const complaints = [];
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("request", (request) => {
  if (!request.url().startsWith(baseUrl)) complaints.push("fetched " + request.url());
});

async function run(step) {
  for (const [selector, text] of Object.entries(step.fill ?? {})) await page.fill(selector, text);
  const selector = step.submit ?? step.click;
  const [answer] = await Promise.all(
    selector === undefined
      ? [page.goto(baseUrl + step.open)]
      : [page.waitForNavigation(), page.click(selector)]);
  return {
    path: page.url().slice(baseUrl.length),
    status: answer === null ? 0 : answer.status(),
    heading: (await page.locator("h1").allInnerTexts())[0] ?? "",
    text: await page.locator("body").innerText(),
    links: await page.locator("a[href]").evaluateAll((all) => all.map((one) => one.href)),
    complaints: complaints.splice(0),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let told;
  try {
    told = await run(JSON.parse(line));
  } catch (error) {
    told = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(told) + "\n");
}
await browser.close();
