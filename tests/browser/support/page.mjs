// A person at the demo page, in headless Chromium.
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
// Two busy cores, and a hub with sanitizers.
const PATIENCE_MS = 20_000;

export const launch = (options = {}) =>
  chromium.launch({
    ...options,
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
  });

/** A browser profile of its own; everything that its pages complain of is kept in `complaints`. */
export async function profile(browser, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return { context, complaints };
}

export class Person {
  constructor(page) {
    this.page = page;
    this.log = page.locator('#log');
  }

  static async comeIn(context, hub, name) {
    const page = await context.newPage();
    await page.goto(hub.origin);
    const person = new Person(page);
    const dialog = page.locator('#welcome[open]');
    const connected = page.locator('#pill[data-state=connected]');
    // A tab of a profile in which somebody has a name already does not ask again.
    await dialog.or(page.locator('.room').first()).first().waitFor();
    if (await dialog.isVisible()) {
      await page.fill('#welcome-name', name);
      await page.click('#welcome-form button[type=submit]');
    } else {
      await page.fill('#identity-name', name);
      await page.press('#identity-name', 'Enter');
    }
    await connected.waitFor();
    await page.locator('[data-room="chat:lobby"][data-state=joined]').waitFor();
    return person;
  }

  async is(state) {
    await this.page.locator(`#pill[data-state=${state}]`).waitFor();
  }

  async enter(room) {
    await this.page.click(`[data-room="${room}"]`);
    await this.page.locator(`[data-room="${room}"][data-state=joined]`).waitFor();
  }

  /** A room that is not in the list yet. */
  async visit(room) {
    await this.page.fill('#room-name', room);
    await this.page.press('#room-name', 'Enter');
    await this.page.locator(`[data-room="${room}"][data-state=joined]`).waitFor();
  }

  async say(text) {
    await this.page.fill('#composer-text', text);
    await this.page.press('#composer-text', 'Enter');
  }

  /** What became of one's own words: sending, waiting, done, unknown, failed. */
  async fate(text, fate) {
    await this.page.locator(`.mine[data-fate=${fate}]`, { hasText: text }).waitFor();
  }

  fateOf(text) {
    return this.page.locator('.mine', { hasText: text }).locator('.fate').innerText();
  }

  message(text) {
    return this.page.locator('.messages:not([hidden]) .message:not(.mine)', { hasText: text });
  }
  rule(text) {
    return this.page.locator('.messages:not([hidden]) .rule', { hasText: text });
  }
  push(text) {
    return this.page.locator('.messages:not([hidden]) .push', { hasText: text });
  }
  async noted(text) {
    await this.log.locator('li', { hasText: text }).first().waitFor();
  }
}
