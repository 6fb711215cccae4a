// Builds the package: one minified ES module per entry with a source map, and its types.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { common, core, folder } from './core_plugin.mjs';

rmSync(join(folder, 'dist'), { recursive: true, force: true });
await esbuild.build({
  ...common,
  // Each entry is whole by itself: an application imports one of them.
  entryPoints: ['src/index.ts', 'src/external.ts'],
  outdir: 'dist',
  minify: true,
  sourcemap: true,
  legalComments: 'none',
});
copyFileSync(core, join(folder, 'dist/roomcast_sdk.wasm'));

const tsc = join(folder, 'node_modules/typescript/lib/tsc.js');
execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
