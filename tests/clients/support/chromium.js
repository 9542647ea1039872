// Debian's Chromium, driven by puppeteer-core. No browser is downloaded.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const installed = () => [process.env.CHROMIUM_BIN, ...places].find((place) => place && existsSync(place));

function install() {
  const debian = (...words) => spawnSync("apt-get", words, { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  if (process.getuid?.() !== 0) return;
  debian("update", "-q");
  debian("install", "-q", "-y", "--no-install-recommends", "chromium");
}

/** A headless browser; Chromium is installed from Debian's packages when it is missing and we may do that. */
export async function launchChromium() {
  if (!installed()) install();
  const executablePath = installed();
  if (!executablePath) throw new Error("Chromium is missing: install it (Debian: apt-get install chromium), or name it with CHROMIUM_BIN");
  // Chromium's own sandbox does not work for root, as in containers; what it opens here is our own page.
  return puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
}
