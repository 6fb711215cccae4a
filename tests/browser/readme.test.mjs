// The README's two examples, as a stranger would paste them: the page's in a page, the backend's in
// Python, and what the backend pushes shows in the page.
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Hub, root } from './support/hub.mjs';
import { launch, profile } from './support/page.mjs';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

function example(language, lines) {
  const [, code] = readme.match(new RegExp('```' + language + '\n([^]*?)```')) ?? [];
  assert.ok(code, `the README has an example in ${language}`);
  assert.ok(code.trim().split('\n').length <= lines, `of at most ${lines} lines`);
  return code;
}

function replaced(code, text, by) {
  assert.ok(code.includes(text), `the example has ${text}`);
  return code.replaceAll(text, by);
}

// Bundles the code as an application that depends on the package would.
async function writePage(folder, code) {
  const { build } = createRequire(join(root, 'web-demo/package.json'))('esbuild');
  await build({
    stdin: { contents: code, resolveDir: join(root, 'web-demo'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    outfile: join(folder, 'main.js'),
    logLevel: 'silent',
  });
  const page = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>';
  writeFileSync(join(folder, 'index.html'), page);
}

test('the examples work pasted', { timeout: 90_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomcast-readme-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // The hub reads its files when it starts, and the page must know the hub's port.
  writeFileSync(join(folder, 'index.html'), '');
  const hub = await Hub.start(folder);
  t.after(() => hub.kill('SIGTERM'));
  const pageCode = replaced(example('ts', 20), 'ws://127.0.0.1:8080/ws', `ws://127.0.0.1:${hub.port}/ws`);
  await writePage(folder, pageCode);
  await hub.kill('SIGTERM');
  await hub.restart();

  const browser = await launch();
  t.after(() => browser.close());
  const { context, complaints } = await profile(browser);
  const page = await context.newPage();
  const told = [];
  const console = new EventEmitter();
  page.on('console', async (message) => {
    told.push(JSON.stringify(await Promise.all(message.args().map((each) => each.jsonValue()))));
    console.emit('told');
  });
  const hears = async (wanted) => {
    while (!told.includes(JSON.stringify(wanted))) await once(console, 'told');
  };
  await page.goto(hub.origin);
  await hears(['connection:', 'connected']);
  await hears([{ recovered: false, replayed: 0 }]);
  await hears(['say', { text: 'Hello from a page' }]);

  const backend = replaced(example('python', 15), '127.0.0.1:8081', `127.0.0.1:${hub.bridgePort}`);
  assert.match(await hub.runPython(backend), /in the stream at offset 2/);
  await hears(['say', { text: 'Hello from a backend' }]);
  assert.deepEqual(complaints, []);
});
