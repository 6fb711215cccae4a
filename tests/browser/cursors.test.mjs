// A page whose program is C++ against the installed SDK: two of it see each other's pointer.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Hub, root } from './support/hub.mjs';
import { launch, profile } from './support/page.mjs';

const built = join(root, process.env.ROOMCAST_WASM_BUILD ?? 'build/wasm');
let folder;
let hub;
let browser;

function run(...words) {
  // Emscripten's optimiser runs acorn, which lies where only Debian's own Node looks.
  const env = { ...process.env, NODE_PATH: '/usr/share/nodejs' };
  execFileSync(words[0], words.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 240_000 });
}

before(async () => {
  assert.ok(existsSync(join(built, 'CMakeCache.txt')), `${built} is not there: ./dev test builds it`);
  folder = mkdtempSync(join(tmpdir(), 'roomcast-cursors-'));
  const [prefix, out] = [join(folder, 'prefix'), join(folder, 'build')];
  run('cmake', '--install', built, '--component', 'sdk', '--prefix', prefix);
  run(
    'emcmake', 'cmake', '-S', join(root, 'client-wasm/examples/cursors'), '-B', out, '-G', 'Ninja',
    `-Droomcast_DIR=${join(prefix, 'lib/cmake/roomcast')}`,
  );
  run('cmake', '--build', out);
  hub = await Hub.start(out);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.kill('SIGTERM');
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** How many pixels of the canvas somebody's cursor covers. */
const drawn = (page) =>
  page.locator('#canvas').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, at) => at % 4 === 3 && value > 0).length;
  });

async function comeIn(context) {
  const page = await context.newPage();
  await page.goto(`${hub.origin}/index.html`);
  await page.locator('body[data-state=connected]').waitFor();
  return page;
}

async function until(condition, what) {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a C++ page shows where another points, through a restart of the hub', async () => {
  const { context, complaints } = await profile(browser);
  const ann = await comeIn(context);
  const bob = await comeIn(context);
  assert.equal(await drawn(bob), 0);
  const point = async () => {
    await ann.mouse.move(100 + Math.random() * 400, 100 + Math.random() * 300);
    return (await drawn(bob)) > 100;
  };
  await ann.bringToFront();
  await until(point, 'bob saw no cursor');
  assert.equal(await drawn(ann), 0, 'one’s own pointer is not drawn');
  assert.deepEqual(complaints, []);

  await hub.kill();
  await until(async () => (await bob.locator('body').getAttribute('data-state')) === 'reconnecting', 'it noticed');
  await hub.restart();
  await bob.locator('body[data-state=connected]').waitFor();
  await ann.locator('body[data-state=connected]').waitFor();
  await until(point, 'bob saw no cursor after the restart');
  await context.close();
});
