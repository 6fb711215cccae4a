// Builds the package: one minified module per entry with a source map, and its types.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { common, folder, wasm } from './core_plugin.mjs';
import { secondMinifier } from './shrink.mjs';

rmSync(join(folder, 'dist'), { recursive: true, force: true });
const shipped = {
  ...common,
  minify: true,
  sourcemap: true,
  legalComments: 'none',
  plugins: [...common.plugins, secondMinifier],
  write: false,
};
await Promise.all([
  // Each entry is whole by itself: an application imports one of them.
  esbuild.build({
    ...shipped,
    entryPoints: ['src/index.ts', 'src/external.ts', 'src/react.ts'],
    external: ['react'],
    outdir: 'dist',
  }),
  // For a script tag: `roomcast.createClient(…)`.
  esbuild.build({
    ...shipped,
    entryPoints: ['src/index.ts'],
    format: 'iife',
    globalName: 'roomcast',
    outfile: 'dist/roomcast.iife.js',
  }),
]);
writeFileSync(join(folder, 'dist/roomcast_sdk.wasm'), wasm);

const tsc = join(folder, 'node_modules/typescript/lib/tsc.js');
execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
