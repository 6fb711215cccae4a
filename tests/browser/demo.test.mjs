// The demo page on the real hub: real WebSocket, real WASM, real gRPC. One hub and one browser for
// all tests; each has a profile of its own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Hub } from './support/hub.mjs';
import { launch, Person, profile } from './support/page.mjs';

// What `./dev run` gives the hub for the page's load slider.
const FLOOD = ['publishes_per_second', 'publish_burst', 'commands_per_second', 'command_burst'].flatMap(
  (limit) => ['--set', `limits.${limit}=8000`],
);

let hub;
let browser;
let serial = 0;
// Words that no other test says.
const words = (about) => `${about} ${++serial}`;

before(async () => {
  hub = await Hub.start(undefined, { flags: FLOOD });
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

story('who is there is seen, by name, and so is who goes', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  await ada.visit('chat:people');
  const { context: other } = await profile(browser);
  const grace = await Person.comeIn(other, hub, 'Grace');
  await grace.visit('chat:people');
  await ada.rule('Grace came in').waitFor();
  await ada.page.locator('#people-text', { hasText: '2 here' }).waitFor();
  await ada.page.click('#people summary');
  const names = async (person) =>
    (await person.page.locator('#people-list b').allInnerTexts()).map((name) => name.trim());
  assert.deepEqual(await names(ada), ['Ada', 'Grace']);
  await grace.page.fill('#identity-name', 'Admiral Hopper');
  await grace.page.press('#identity-name', 'Enter');
  await ada.page.locator('#people-list', { hasText: 'Admiral Hopper' }).waitFor();
  // Leaving says so at once; a lost connection is given its grace first.
  await grace.page.click('#talk-leave');
  await ada.rule('Admiral Hopper left').waitFor();
  await ada.page.locator('#people-text', { hasText: '1 here' }).waitFor();
  await other.close();
});

story('a pointer is seen where it points, and fades', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const grace = await Person.comeIn(context, hub, 'Grace');
  const stage = await grace.page.locator('#messages').boundingBox();
  await grace.page.mouse.move(stage.x + stage.width / 2, stage.y + stage.height / 2);
  await grace.page.mouse.move(stage.x + stage.width / 4, stage.y + stage.height / 4);
  const pointer = ada.page.locator('.cursor', { hasText: 'Grace' });
  await pointer.waitFor({ state: 'attached' });
  await ada.page.waitForFunction(() => {
    const { left, top } = document.querySelector('.cursor').style;
    return Math.abs(parseFloat(left) - 25) < 1 && Math.abs(parseFloat(top) - 25) < 1;
  });
  await pointer.waitFor({ state: 'detached' });
});

story('a machine that slept finds its dead link, and loses nothing', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const grace = await Person.comeIn(context, hub, 'Grace');
  await ada.page.click('#sleep');
  await ada.page.locator('body[data-asleep]').waitFor();
  const missed = words('said while it slept');
  await grace.say(missed);
  await grace.fate(missed, 'done');
  assert.equal(await ada.message(missed).count(), 0);
  await ada.noted('awake');
  await ada.noted('lost');
  await ada.is('connected');
  await ada.message(missed).waitFor();
  const outage = ada.page.locator('#outage[data-complete=true]');
  await outage.locator('li', { hasText: 'after waking up' }).waitFor();
  await outage.locator('li', { hasText: 'Nothing lost' }).waitFor();
});

story('the load slider floods the room, and says what that costs', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const grace = await Person.comeIn(context, hub, 'Grace');
  const messages = await ada.page.locator('.messages .message').count();
  await ada.page.locator('#load-rate').fill('4');
  await ada.page.locator('#load-p99', { hasText: 'ms' }).waitFor();
  await grace.page.locator('#load-heard', { hasText: /[1-9]/ }).waitFor();
  await ada.page.locator('#load-rate').fill('0');
  assert.equal(await ada.page.locator('.messages .message').count(), messages);
  const text = words('after the flood');
  await ada.say(text);
  await grace.message(text).waitFor();
});

story('the push panel shows the very call', async (context) => {
  const ada = await Person.comeIn(context, hub, 'Ada');
  const call = ada.page.locator('#push-command');
  await ada.page.locator('[data-call=terminal]').focus();
  await ada.page.keyboard.press('ArrowRight');
  assert.match(await call.innerText(), /^bridge\.Publish\(PublishRequest\(\n\s+room="chat:lobby"/);
  await ada.page.keyboard.press('ArrowRight');
  assert.match(await call.innerText(), /roomcast\.v1\.Bridge\/Publish$/);
  await ada.enter('chat:random');
  assert.match(await call.innerText(), /"room": "chat:random"/);
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
