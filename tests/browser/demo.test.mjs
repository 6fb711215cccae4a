// The demo page on the real hub: real WebSocket, real WASM, real gRPC. One hub and one browser for
// all tests; each has a profile of its own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Hub } from './support/hub.mjs';
import { launch, Person, profile } from './support/page.mjs';

let hub;
let browser;
let serial = 0;
// Words that no other test says.
const words = (about) => `${about} ${++serial}`;

before(async () => {
  hub = await Hub.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await hub?.kill('SIGTERM');
});

// Runs a story in a fresh profile. Nothing may complain, unless the story says what of.
function story(title, run, { expected = () => false, ...options } = {}) {
  test(title, { timeout: 90_000 }, async () => {
    const { context, complaints } = await profile(browser, options);
    try {
      await run(context);
      assert.deepEqual(complaints.filter((complaint) => !expected(complaint)), []);
    } finally {
      await context.close();
    }
  });
}

story('the policy of the page allows wasm-unsafe-eval and nothing more', async (context) => {
  const { headers } = await fetch(hub.origin);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
  assert.doesNotMatch(policy, /'unsafe-(inline|eval)'/);
  const ada = await Person.comeIn(context, hub, 'Ada');
  await ada.page.locator('#fact-trip', { hasText: 'ms' }).waitFor();
  await ada.page.locator('#fact-clock', { hasText: /\d\d:\d\d:\d\d/ }).waitFor();
});

story('a Python backend pushes over gRPC, and the text shows in the page', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const end = hub.pushEverySecond('demo:pushes');
  try {
    await ada.page.locator('#pushes li', { hasText: 'says the backend' }).first().waitFor();
    await ada.enter('demo:pushes');
    await ada.push('says the backend').first().waitFor();
  } finally {
    end();
  }
});

story('`roomcast publish` shows at once in every tab', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const grace = await Person.comeIn(context, hub, 'Grace');
  const text = words('Hello <b>from</b> a "backend" é');
  await hub.publish('chat:lobby', text);
  await ada.push(text).waitFor();
  await grace.push(text).waitFor();
});

story('two tabs talk', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const grace = await Person.comeIn(context, hub, 'Grace');
  const hello = words('hello, Grace');
  await ada.say(hello);
  await ada.fate(hello, 'done');
  await grace.message(hello).waitFor();
  assert.match(await grace.message(hello).locator('.who').innerText(), /Ada/);
  const answer = words('hello, Ada');
  await grace.say(answer);
  await ada.message(answer).waitFor();
  assert.equal(await ada.page.locator('.mine', { hasText: hello }).count(), 1);
});

story('rooms keep apart; what is not looked at is counted', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const grace = await Person.comeIn(context, hub, 'Grace');
  await ada.enter('chat:random');
  const text = words('in random');
  await ada.say(text);
  await grace.page.locator('[data-room="chat:random"] .count', { hasText: '1' }).waitFor();
  assert.equal(await grace.message(text).count(), 0);
  await grace.enter('chat:random');
  await grace.message(text).waitFor();
});

story('an unknown namespace is refused, and said so', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  await ada.page.fill('#room-name', 'nowhere:1');
  await ada.page.press('#room-name', 'Enter');
  await ada.page.locator('[data-room="nowhere:1"][data-state=failed]').waitFor();
  await ada.rule('could not join').waitFor();
});

story('a cut cable is mended: what either said meanwhile arrives, once', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const grace = await Person.comeIn(context, hub, 'Grace');
  await ada.page.click('#cut');
  await ada.is('reconnecting');
  await ada.noted('lost');
  await ada.noted('attempt 1 failed');
  const text = words('said while the cable was cut');
  await ada.say(text);
  await ada.fate(text, 'waiting');
  const missed = words('missed');
  await grace.say(missed);
  await grace.fate(missed, 'done');
  await ada.page.click('#cut');
  await ada.is('connected');
  await ada.noted('back after');
  await ada.fate(text, 'done');
  await grace.message(text).waitFor();
  await ada.rule('recovered').waitFor();
  await ada.message(missed).waitFor();
  const last = words('last');
  await ada.say(last);
  await grace.message(last).waitFor();
  assert.equal(await grace.message(text).count(), 1);
});

story('the hub is killed and started again: the page comes back and says so', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const grace = await Person.comeIn(context, hub, 'Grace');
  // Bytes that the hub's kernel took, and the hub never read.
  hub.freeze();
  const flying = words('in flight');
  await ada.say(flying);
  await ada.fate(flying, 'sending');
  await hub.kill();
  await ada.is('reconnecting');
  const queued = words('never sent before');
  await ada.say(queued);
  await ada.fate(queued, 'waiting');
  await hub.restart();
  await ada.is('connected');
  await ada.noted('back after');
  await ada.fate(flying, 'unknown');
  await ada.fate(queued, 'done');
  await grace.is('connected');
  await ada.rule('began anew').waitFor();
  const last = words('after all that');
  await ada.say(last);
  await grace.message(last).waitFor();
  await ada.fate(last, 'done');
  // The new hub's stream holds what was never sent, once, and not what was in flight.
  assert.match(await ada.fateOf(queued), /#1 /);
  assert.match(await ada.fateOf(last), /#2 /);
  assert.ok((await grace.message(queued).count()) <= 1);
  assert.equal(await grace.message(flying).count(), 0);
  // Chromium itself says that nobody listened.
}, { expected: (complaint) => /WebSocket connection to .* failed/.test(complaint) });

story('the keyboard is enough', async (context) => {
  const page = await context.newPage();
  await page.goto(hub.origin);
  await page.locator('#welcome[open]').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.type('Ada');
  await page.keyboard.press('Enter');
  const ada = new Person(page);
  await ada.is('connected');
  const text = words('typed');
  await page.locator('#composer-text:focus').waitFor();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await ada.fate(text, 'done');
});

story('on a phone the connection is a sheet behind the pill', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  assert.equal(await ada.page.locator('#cut').isVisible(), false);
  await ada.page.click('#pill');
  await ada.page.locator('#cut').waitFor();
  const wider = () => document.documentElement.scrollWidth > innerWidth;
  assert.equal(await ada.page.evaluate(wider), false);
  await ada.page.click('#pill');
  const text = words('from a phone');
  await ada.say(text);
  await ada.fate(text, 'done');
}, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
