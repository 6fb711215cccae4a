// Prints the package's figures, one `name value unit` a line: what a page downloads, what decoding
// costs (bench/decode.ts), and what reconnects leave behind (bench/reconnect.ts).
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { common, folder } from './core_plugin.mjs';

const gzipBytes = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
const print = (name, file) => {
  const path = join(folder, 'dist', file);
  if (existsSync(path)) console.log(`${name} ${gzipBytes(path)} bytes`);
};
print('sdk_default_gzip_bytes', 'index.js');
print('sdk_external_js_gzip_bytes', 'external.js');
print('sdk_external_wasm_gzip_bytes', 'roomcast_sdk.wasm');

// Bundles a program of bench/ and runs it with the core's file and more words.
async function run(name, words = [], flags = []) {
  const out = join(folder, `dist/test/bench-${name}.mjs`);
  await esbuild.build({
    ...common,
    entryPoints: [`bench/${name}.ts`],
    outfile: out,
    platform: 'node',
    external: ['protobufjs'],
  });
  const core = join(folder, 'dist/roomcast_sdk.wasm');
  const { status } = spawnSync(process.execPath, [...flags, out, core, ...words], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
await run('decode', [join(folder, '../../proto/roomcast/v1/client.proto')]);
await run('reconnect', [], ['--expose-gc']);
