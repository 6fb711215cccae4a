// Bundles the tests and runs them in Node. The page as a whole is tested in tests/browser.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(folder, 'node_modules/.cache/roomcast-demo-tests');
const names = readdirSync(join(folder, 'test')).filter((name) => name.endsWith('.test.ts'));

rmSync(out, { recursive: true, force: true });
await esbuild.build({
  absWorkingDir: folder,
  entryPoints: names.map((name) => join('test', name)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: ['es2022'],
  sourcemap: 'inline',
  logLevel: 'warning',
});
const files = names.map((name) => join(out, name.replace(/\.ts$/, '.mjs')));
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-timeout=20000', '--test-reporter=spec', ...files],
  { cwd: folder, stdio: 'inherit' },
);
process.exit(status ?? 1);
