// The demo page in Firefox ESR, by WebDriver BiDi: that the package connects, talks, hears a backend's
// push, and comes back to a hub that was killed. Only with `./dev test --browsers all`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { Hub } from './support/hub.mjs';

const PATIENCE = { timeout: 30_000 };
let hub;
let browser;

before(async () => {
  hub = await Hub.start();
  browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
  });
});
after(async () => {
  await browser?.close();
  await hub?.kill('SIGTERM');
});

/** A person in a profile of its own, in chat:lobby; what its page complains of. */
async function comeIn(name) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => {
    // Firefox's own word for a socket that found no hub: it is no exception, and no page can help it.
    if (!String(error).includes('establish a connection to the server')) {
      complaints.push(String(error));
    }
  });
  await page.goto(hub.origin);
  await page.waitForSelector('#welcome[open]', PATIENCE);
  await page.$eval('#welcome-name', (field, value) => (field.value = value), name);
  await page.click('#welcome-form button[type=submit]');
  await page.waitForSelector('#pill[data-state=connected]', PATIENCE);
  await page.waitForSelector('[data-room="chat:lobby"][data-state=joined]', PATIENCE);
  return { page, complaints };
}

async function say(page, words) {
  await page.type('#composer-text', words);
  await page.keyboard.press('Enter');
}

const hears = (page, kind, words) =>
  page.waitForFunction(
    (selector, text) =>
      [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(text)),
    PATIENCE,
    `.messages:not([hidden]) ${kind}`,
    words,
  );

test('it is Firefox that runs here', async () => {
  assert.match(await browser.version(), /firefox/i);
});

test('two people talk, and a backend’s push arrives', async () => {
  const ada = await comeIn('Ada');
  const bob = await comeIn('Bob');
  await say(ada.page, 'hello from a fox');
  await hears(ada.page, '.mine[data-fate=done]', 'hello from a fox');
  await hears(bob.page, '.message:not(.mine)', 'hello from a fox');
  await hub.publish('chat:lobby', 'from a backend');
  await hears(bob.page, '.push', 'from a backend');
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
});

test('a page comes back to a hub that was killed, and what it sent meanwhile is sent', async () => {
  const { page, complaints } = await comeIn('Cid');
  await hub.kill();
  await page.waitForSelector('#pill[data-state=reconnecting]', PATIENCE);
  await say(page, 'said while away');
  await hub.restart();
  await page.waitForSelector('#pill[data-state=connected]', PATIENCE);
  await hears(page, '.mine[data-fate=done]', 'said while away');
  assert.deepEqual(complaints, []);
});
