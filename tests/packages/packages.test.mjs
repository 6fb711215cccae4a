// The README's example out of each bundler, in Chromium, against a real hub under the Content
// Security Policy `script-src 'self' 'wasm-unsafe-eval'`; and the package where there is no page.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Hub } from '../browser/support/hub.mjs';
import { launch, profile } from '../browser/support/page.mjs';
import { bundlers, viteDev } from './support/bundlers.mjs';
import { forHub, makeProject, page, readmeExample } from './support/project.mjs';
import { reactPage } from './support/react_page.mjs';

let project;
let hub;
let browser;
let dev;

const external = (core) =>
  forHub(readmeExample())
    .replace('"roomcast"', '"roomcast/external"')
    .replace('/ws`)', `/ws\`${core ? `, { core: ${JSON.stringify(core)} }` : ''})`);

// name: the page's folder on the site → what builds it.
const PAGES = {
  vite: () => build('vite', forHub(readmeExample())),
  webpack: () => build('webpack', forHub(readmeExample())),
  esbuild: () => build('esbuild', forHub(readmeExample())),
  rollup: () => build('rollup', forHub(readmeExample())),
  'external-vite': () => build('vite', external(), 'external-vite'),
  'external-webpack': () => build('webpack', external(), 'external-webpack'),
  'external-esbuild': () => {
    copyFileSync(project.packageFile('dist/roomcast_sdk.wasm'), join(project.site, 'core.wasm'));
    return build('esbuild', external('/core.wasm'), 'external-esbuild');
  },
  'script-tag': async () => {
    const folder = join(project.site, 'script-tag');
    mkdirSync(folder);
    copyFileSync(project.packageFile('dist/roomcast.iife.js'), join(folder, 'roomcast.js'));
    const code = forHub(readmeExample()).replace(/^import.*$/m, 'const { createClient } = roomcast;');
    writeFileSync(join(folder, 'main.js'), `(async () => {${code}})();`);
    const scripts = '<script src="roomcast.js"></script><script src="main.js"></script>';
    writeFileSync(join(folder, 'index.html'), page(scripts));
  },
};

async function build(bundler, code, name = bundler) {
  const entry = project.write(`src-${name}/entry.js`, code);
  mkdirSync(join(project.site, name), { recursive: true });
  await bundlers[bundler](entry, join(project.site, name));
}

before(async () => {
  project = makeProject();
  for (const make of Object.values(PAGES)) await make();
  await build('esbuild', reactPage, 'react');
  [hub, browser] = await Promise.all([Hub.start(project.site), launch()]);
  dev = await viteDev(project.write('src-dev/entry.js', forHub(readmeExample())), hub.origin);
});

after(async () => {
  await browser?.close();
  await dev?.close();
  await hub?.kill('SIGTERM');
  project?.end();
});

// Opens the page in a profile of its own and waits until it has told all of that.
async function tells(url, wanted) {
  const { context, complaints } = await profile(browser);
  try {
    const opened = await context.newPage();
    const told = [];
    const all = new Promise((resolve) => {
      opened.on('console', async (message) => {
        // A page that is being closed has no values any more.
        const words = await Promise.all(message.args().map((each) => each.jsonValue())).catch(() => []);
        told.push(JSON.stringify(words));
        if (wanted.every((each) => told.includes(JSON.stringify(each)))) resolve();
      });
    });
    await opened.goto(url);
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`${url} told only ${told}; ${complaints}`)), 20_000).unref();
    });
    await Promise.race([all, late]);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

const EXAMPLE = [
  ['connection:', 'connected'],
  [{ recovered: false, replayed: 0 }],
  ['say', { text: 'Hello from a page' }],
];

for (const name of Object.keys(PAGES)) {
  test(`the README's example works: ${name}`, () => tells(`${hub.origin}/${name}/index.html`, EXAMPLE));
}

test("the README's example works: Vite's dev server", () =>
  tells(`${dev.origin}/`, EXAMPLE));

test('the pages were under the policy that the README promises', async () => {
  const { headers } = await fetch(`${hub.origin}/vite/index.html`);
  const [, scripts] = headers.get('content-security-policy').match(/script-src ([^;]*)/);
  assert.equal(scripts, "'self' 'wasm-unsafe-eval'");
});

test('React: 5,000 messages a second, none lost, at most 60 renders a second', () =>
  tells(`${hub.origin}/react/index.html`, [['all of them', 10_000, 'in order', true, 'renders within bounds', true]]));

// ---- Without a page -----------------------------------------------------------------------------

const node = async (code, ...flags) => {
  const words = [...flags, '--input-type=module', '-e', code];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: project.folder });
  return stdout.trim();
};

test('every entry imports under plain Node without a trace', async () => {
  const entries = ['roomcast', 'roomcast/external', 'roomcast/react'];
  const code = `const before = Object.keys(globalThis).join();
    const calls = [];
    for (const name of ['fetch', 'setTimeout', 'WebSocket']) {
      const kept = globalThis[name];
      globalThis[name] = function (...words) { calls.push(name); return kept(...words); };
    }
    WebAssembly.compile = WebAssembly.instantiate = () => calls.push('WebAssembly');
    for (const each of ${JSON.stringify(entries)}) await import(each);
    const { createClient } = await import('roomcast');
    createClient('ws://127.0.0.1:1/ws').room('chat:a').on('message', () => {});
    console.log(JSON.stringify([calls, before === Object.keys(globalThis).join()]));`;
  assert.equal(await node(code), '[[],true]');
});

test('React renders the hooks on a server', async () => {
  const code = `import { createElement } from 'react';
    import { renderToString } from 'react-dom/server';
    import { createClient } from 'roomcast';
    import { useClientState, useMessages, usePresence, useRoom, useRoomState } from 'roomcast/react';
    const client = createClient('wss://example.org/ws');
    const App = () => {
      const room = useRoom(client, 'chat:a');
      return createElement('p', null, useClientState(client), ' ', useRoomState(room), ' ', useMessages(room).length, ' ', usePresence(room).users);
    };
    console.log(renderToString(createElement(App)).replaceAll('<!-- -->', ''));`;
  assert.equal(await node(code), '<p>disconnected left 0 0</p>');
});

test("Node's own WebSocket is enough", async () => {
  const code = `import { createClient } from 'roomcast';
    using client = createClient('ws://127.0.0.1:${hub.port}/ws');
    await client.connect();
    const room = client.room('chat:node');
    const heard = room.messages();
    await room.join();
    await room.publish('say', 'from Node');
    const { value } = await heard.next();
    console.log(value.type, value.data);`;
  assert.equal(await node(code.replace('using', 'const') + 'client.close();'), 'say from Node');
});

test('the package has what it names, maps of its sources, and nothing that a test needs', () => {
  for (const name of ['index', 'external', 'react', 'roomcast.iife']) {
    assert.ok(project.files.includes(`dist/${name}.js`), name);
    assert.ok(project.files.includes(`dist/${name}.js.map`), name);
  }
  for (const name of ['index', 'external', 'react']) {
    assert.ok(project.files.includes(`dist/types/${name}.d.ts`), name);
  }
  assert.deepEqual(project.files.filter((name) => /test|tools|bench/.test(name)), []);
});
