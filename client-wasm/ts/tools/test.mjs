// Checks the types, with the tests of the types, then bundles the tests and runs them. What a test
// imports as 'roomcast' is the package as built; what it imports from ../src is its inside.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { common, folder } from './core_plugin.mjs';

const out = join(folder, 'dist/test');
const run = (...command) => {
  const { status } = spawnSync(process.execPath, command, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

if (!existsSync(join(folder, 'dist/index.js'))) run('tools/build.mjs');
run('node_modules/typescript/lib/tsc.js', '-p', 'test');
run('node_modules/typescript/lib/tsc.js', '-p', 'bench');
run('tools/reference.mjs', '--check');
rmSync(out, { recursive: true, force: true });
const tests = readdirSync(join(folder, 'test')).filter((name) => name.endsWith('.test.ts'));
await esbuild.build({
  ...common,
  entryPoints: tests.map((name) => join('test', name)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  external: ['roomcast'],
  sourcemap: 'inline',
});
run('--enable-source-maps', '--test', '--test-timeout=20000', '--test-reporter=spec', ...readdirSync(out)
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => join(out, name)));
