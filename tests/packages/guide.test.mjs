// docs/SDK.md: every snippet is compiled strictly, as an application of its own, and run; what it
// prints is what its comments say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Hub, root } from '../browser/support/hub.mjs';
import { makeProject } from './support/project.mjs';

const guide = readFileSync(join(root, 'docs/SDK.md'), 'utf8');
const snippets = [...guide.matchAll(/^## (.*)$|^```(tsx?)\n([^]*?)^```$/gm)].reduce(
  (found, [, title, language, code]) => {
    if (title) return { ...found, title };
    return { ...found, all: [...found.all, { title: found.title, language, code }] };
  },
  { title: '', all: [] },
).all;

let project;
let hub;

before(async () => {
  project = makeProject();
  // Types that an application would install.
  symlinkSync(join(root, 'client-wasm/ts/node_modules/@types'), join(project.folder, 'node_modules/@types'));
  hub = await Hub.start(project.site);
});

after(async () => {
  await hub?.kill('SIGTERM');
  project?.end();
});

const run = (...words) => promisify(execFile)(process.execPath, words, { cwd: project.folder, timeout: 20_000 });
const name = (at) => `guide/${at}.${snippets[at].language}`;

test('the guide has its snippets', () => {
  assert.ok(snippets.length >= 7, `found ${snippets.length}`);
});

test('every snippet compiles, strictly', { timeout: 60_000 }, async () => {
  snippets.forEach(({ code }, at) => project.write(name(at), code));
  project.write('guide/tsconfig.json', JSON.stringify({
    compilerOptions: {
      ...{ target: 'es2022', module: 'esnext', moduleResolution: 'bundler', strict: true, noEmit: true },
      ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, jsx: 'react-jsx' },
      ...{ lib: ['es2022', 'esnext.disposable', 'dom', 'dom.iterable'], types: ['react'] },
    },
    include: ['*'],
  }));
  const tsc = join(root, 'client-wasm/ts/node_modules/typescript/lib/tsc.js');
  const told = await run(tsc, '-p', 'guide').catch((error) => ({ stdout: error.stdout || String(error) }));
  assert.equal(told.stdout, '');
});

// The page's server gives no token: the hub of the test takes everybody.
const HERE = `globalThis.fetch = async () => new Response('');\n`;

async function prints({ language, code }, at) {
  const forHub = code.replaceAll('wss://example.org/ws', `ws://127.0.0.1:${hub.port}/ws`);
  const component = language === 'tsx';
  const shown = `import { createElement } from 'react'; import { renderToString } from 'react-dom/server';
    import Chat from './${at}.tsx'; console.log(renderToString(createElement(Chat, { name: 'chat:a' })).replaceAll('<!-- -->', ''));`;
  const entry = project.write(name(at), forHub);
  const start = component ? project.write(`guide/show-${at}.ts`, shown) : entry;
  const outfile = join(project.folder, `guide/${at}.mjs`);
  await build({
    ...{ entryPoints: [start], outfile, bundle: true, format: 'esm', platform: 'node', packages: 'external' },
    ...{ target: 'node22', jsx: 'automatic', banner: { js: HERE }, logLevel: 'silent' },
  });
  const { stdout } = await run(outfile);
  return stdout.trim().split('\n');
}

snippets.forEach((snippet, at) => {
  test(`${snippet.title}: prints what it says`, { timeout: 30_000 }, async () => {
    const wanted = [...snippet.code.matchAll(/\/\/ → (.*?)(?= \/\/ →|$)/gm)].map(([, line]) => line.trim());
    assert.ok(wanted.length > 0, 'says what it prints');
    // A message and the answer to its publish come in either order.
    assert.deepEqual((await prints(snippet, at)).sort(), wanted.sort());
  });
});
