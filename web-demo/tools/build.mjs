// Builds the pages into dist/: two scripts, the style sheets, the markup. The hub serves the folder.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(folder, ...parts);

if (!existsSync(at('node_modules/roomcast/dist/index.js'))) {
  console.error('web-demo: the package is not built; run `npm run build` in client-wasm/ts');
  process.exit(1);
}
const tsc = spawnSync(process.execPath, [at('node_modules/typescript/lib/tsc.js'), '-p', folder], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(1);

rmSync(at('dist'), { recursive: true, force: true });
cpSync(at('public'), at('dist'), { recursive: true });
await esbuild.build({
  absWorkingDir: folder,
  entryPoints: { main: 'src/main.ts', dashboard: 'src/dashboard.ts' },
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  target: ['es2022'],
  minify: true,
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
});
