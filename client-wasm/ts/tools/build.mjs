// Builds the package: one minified ES module per entry with a source map, and its types.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { common, folder } from './core_plugin.mjs';

rmSync(join(folder, 'dist'), { recursive: true, force: true });
await esbuild.build({
  ...common,
  // Further entries (`external`, `react`) stand beside it and share what they have in common.
  entryPoints: ['src/index.ts'],
  outdir: 'dist',
  splitting: true,
  chunkNames: 'shared-[hash]',
  minify: true,
  sourcemap: true,
  legalComments: 'none',
});

const tsc = join(folder, 'node_modules/typescript/lib/tsc.js');
execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
