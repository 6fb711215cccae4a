// An empty project of a stranger's, with the package installed as `npm pack` packs it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../browser/support/hub.mjs';

export const tools = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules');
const npm = (folder, ...words) =>
  execFileSync('npm', [...words, '--offline', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
  });

/** Also packs and installs; `end()` removes it. */
export function makeProject() {
  const folder = mkdtempSync(join(tmpdir(), 'roomcast-project-'));
  const packed = npm(join(root, 'client-wasm/ts'), 'pack', '--json', '--pack-destination', folder);
  const [{ filename, files }] = JSON.parse(packed);
  writeFileSync(join(folder, 'package.json'), '{"name":"stranger","private":true,"type":"module"}');
  npm(folder, 'install', `./${filename}`);
  // What an application would install beside it.
  for (const name of ['react', 'react-dom', 'scheduler']) {
    symlinkSync(join(tools, name), join(folder, 'node_modules', name));
  }
  mkdirSync(join(folder, 'site'));
  return {
    folder,
    files: files.map(({ path }) => path),
    site: join(folder, 'site'),
    packageFile: (name) => join(folder, 'node_modules/roomcast', name),
    write(name, text) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The README's example for a page, as it stands there. */
export function readmeExample() {
  const [, code] = readFileSync(join(root, 'README.md'), 'utf8').match(/```ts\n([^]*?)```/) ?? [];
  if (!code) throw new Error('the README has no example in ts');
  return code;
}

/** The same, for the hub that serves the page. */
export function forHub(code) {
  const url = '"ws://127.0.0.1:8080/ws"';
  if (!code.includes(url)) throw new Error(`the example has no ${url}`);
  return code.replace(url, '`ws://${location.host}/ws`');
}

export const page = (script) =>
  `<!doctype html><meta charset="utf-8"><title>stranger</title><link rel="icon" href="data:,">${script}`;
