// The page at `/` in a real browser: what it says to someone who has just started the server, and to their friends.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { launchChromium } from "../support/chromium.js";
import { artifacts } from "../support/server.js";
import { serverOfThisFile } from "../support/suite.js";

const server = serverOfThisFile({ HYBRID_REGISTRATION: "closed", HYBRID_PUBLIC_BASE_URL: "https://matrix.hybrid.test" });

let browser;
const complaints = [];

before(async () => {
  await mkdir(artifacts, { recursive: true });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
});

async function open(viewport, features = []) {
  const page = await browser.newPage();
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  await page.setViewport(viewport);
  await page.emulateMediaFeatures(features);
  const response = await page.goto(server.url, { waitUntil: "networkidle0" });
  assert.equal(response.status(), 200);
  return page;
}

const text = (page, selector) => page.$eval(selector, (element) => element.innerText);

test("it says which server this is and how to connect", async () => {
  const page = await open({ width: 900, height: 1000 });
  assert.match(await page.title(), new RegExp(`^${server.name} .*Matrix homeserver`));
  assert.equal(await text(page, "h1"), server.name);
  const body = await text(page, "body");
  assert.match(body, /This is a Matrix homeserver/);
  assert.match(body, /change the homeserver to https:\/\/matrix\.hybrid\.test/);
  assert.match(body, new RegExp(`@name:${server.name}`));
  assert.match(body, /Registration is closed/);
  assert.match(body, /Hybrid \d+\.\d+/);
  await page.screenshot({ path: path.join(artifacts, "landing.png") });
  await page.close();
});

test("its command makes the first administrator, and then it no longer asks for one", async () => {
  const page = await open({ width: 900, height: 1000 });
  assert.match(await text(page, "body"), /This server has no administrator yet/);
  const [program, ...args] = (await text(page, "pre code")).trim().split(" ");
  assert.match(program, /hybrid$/);
  const { code, stdout } = await server.command(args);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`@admin:${server.name}`));
  await page.reload({ waitUntil: "networkidle0" });
  assert.doesNotMatch(await text(page, "body"), /administrator/);
  await page.close();
});

test("it fits a phone, in light and in dark", async () => {
  for (const value of ["light", "dark"]) {
    const page = await open({ width: 360, height: 740, isMobile: true }, [{ name: "prefers-color-scheme", value }]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
    await page.screenshot({ path: path.join(artifacts, `landing-phone-${value}.png`) });
    await page.close();
  }
});

test("its links are safe to follow, and it needs no scripts", async () => {
  const page = await open({ width: 900, height: 1000 });
  const links = await page.$$eval("a", (found) => found.map((link) => [link.href, link.rel]));
  assert.ok(links.length >= 2);
  for (const [href, rel] of links) {
    assert.match(href, /^https:\/\//);
    assert.match(rel, /noopener/);
  }
  assert.equal(await page.$eval("html", (html) => html.lang), "en");
  assert.equal((await page.$$("h1")).length, 1);
  assert.equal((await page.$$("script")).length, 0);
  await page.close();
});

test("the browser has nothing to complain about", () => {
  assert.deepEqual(complaints, []);
});
