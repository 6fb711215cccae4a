// The live dashboard: who may look, that what it shows is what happens on the hub, and how it looks
// when the hub is away.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { binary, Hub } from './support/hub.mjs';
import { launch, Person, profile } from './support/page.mjs';

const SECRET = ['--set', 'auth.development_secret=a secret for tests, and nothing else'];
let hub;
let browser;

const tokenOf = async (...flags) => {
  const words = ['token', 'operator', ...flags, '--dev', ...SECRET];
  return (await promisify(execFile)(binary(), words)).stdout.trim();
};

before(async () => {
  hub = await Hub.start(undefined, { flags: SECRET });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.kill('SIGTERM');
});

const tile = (page, name) =>
  page.locator('#tiles > div', { has: page.locator('dt', { hasText: name }) }).locator('dd');

/** The tile's number, once it is as expected. */
async function shows(page, name, fits) {
  for (;;) {
    const words = await tile(page, name).innerText();
    if (fits(Number.parseFloat(words.replaceAll(',', '')))) return;
    await page.waitForTimeout(100);
  }
}

async function look(context, token) {
  const page = await context.newPage();
  await page.goto(`${hub.origin}/dashboard.html`);
  await page.fill('#token', token);
  await page.press('#token', 'Enter');
  return page;
}

test('an operator sees what happens on the hub, live', async () => {
  const { context, complaints } = await profile(browser);
  const page = await look(context, await tokenOf('--admin'));
  await page.locator('#board').waitFor();
  await page.locator('#pill[data-state=connected]').waitFor();
  await shows(page, 'Connections', (count) => count === 1);
  const visitor = await profile(browser);
  const person = await Person.comeIn(visitor.context, hub, 'Ada');
  await shows(page, 'Connections', (count) => count === 2);
  await person.page.locator('#load-rate').fill('4');
  await shows(page, 'Published', (rate) => rate > 20);
  await shows(page, 'Delivered', (rate) => rate > 20);
  assert.match(await page.locator('#chart-flow canvas').getAttribute('aria-label'), /delivered [\d.,]+\/s/);
  assert.match(await page.locator('#about').innerText(), /version .* shard.* up .* instance/);
  await visitor.context.close();
  await shows(page, 'Connections', (count) => count === 1);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a chart has drawn something, in both colour schemes and on a phone', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const viewport = { width: 390, height: 844 };
    const { context, complaints } = await profile(browser, { colorScheme, viewport });
    const page = await look(context, await tokenOf('--admin'));
    await page.locator('#board').waitFor();
    const drawn = () =>
      page.locator('#chart-crowd canvas').evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.some((byte) => byte !== 0);
      });
    assert.equal(await drawn(), true, colorScheme);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px too wide`);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test('a token that may not, or that nobody signed, is told so; a good one after it is let in', async () => {
  const { context, complaints } = await profile(browser);
  const page = await look(context, await tokenOf());
  await page.locator('#refusal', { hasText: 'does not let you manage' }).waitFor();
  await page.fill('#token', 'nonsense');
  await page.press('#token', 'Enter');
  await page.locator('#refusal', { hasText: 'does not believe' }).waitFor();
  assert.equal(await page.locator('#board').isVisible(), false);
  await page.fill('#token', await tokenOf('--admin'));
  await page.press('#token', 'Enter');
  await page.locator('#board').waitFor();
  assert.equal(await page.locator('#gate').isVisible(), false);
  await page.reload();
  await page.locator('#board').waitFor();
  await page.click('#sign-out');
  await page.reload();
  await page.locator('#gate').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a token in the address lets in, and does not stay there', async () => {
  const { context } = await profile(browser);
  const page = await context.newPage();
  await page.goto(`${hub.origin}/dashboard.html#token=${await tokenOf('--admin')}`);
  await page.locator('#board').waitFor();
  assert.equal(new URL(page.url()).hash, '');
  await context.close();
});

test('while the hub is away the page says so, and goes on when it is back', async () => {
  const { context } = await profile(browser);
  const page = await look(context, await tokenOf('--admin'));
  await page.locator('#board').waitFor();
  const instance = await page.locator('#about').innerText();
  await hub.kill();
  await page.locator('#board[data-stale]').waitFor();
  await page.locator('#pill[data-state=reconnecting]').waitFor();
  await hub.restart();
  await page.locator('#board:not([data-stale])').waitFor();
  assert.notEqual((await page.locator('#about').innerText()).split('instance ')[1], instance.split('instance ')[1]);
  await context.close();
});
