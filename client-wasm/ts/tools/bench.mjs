// The package's figures, one `name value unit` a line: what a page downloads, what decoding costs
// (bench/decoding.ts), and what reconnects leave behind (bench/reconnect.ts).
//
//   bench.mjs [NAME…] [--json] [--list]
//
// Without a name all are printed; `--json` makes each an object, `--list` prints the names.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { common, folder } from './core_plugin.mjs';

const weigh = (file) => [gzipSync(readFileSync(join(folder, 'dist', file)), { level: 9 }).length, 'bytes'];

// Bundles a program of bench/ and runs it with the core's file and more words; what it printed.
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
  const ran = spawnSync(process.execPath, [...flags, out, core, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (ran.status !== 0) process.exit(ran.status ?? 1);
  return Object.fromEntries(
    ran.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([figure, value, unit]) => [figure, [Number(value), unit]]),
  );
}

const ALL = [
  {
    names: ['sdk_default_gzip_bytes', 'sdk_external_js_gzip_bytes', 'sdk_external_wasm_gzip_bytes'],
    measure: () => ({
      sdk_default_gzip_bytes: weigh('index.js'),
      sdk_external_js_gzip_bytes: weigh('external.js'),
      sdk_external_wasm_gzip_bytes: weigh('roomcast_sdk.wasm'),
    }),
  },
  {
    names: ['decode_ns', 'decode_protobufjs_ns', 'decode_json_ns', 'decode_vs_protobufjs', 'decode_vs_json'],
    measure: () => run('decode', [join(folder, '../../proto/roomcast/v1/client.proto')]),
  },
  {
    names: ['reconnect_heap_growth_bytes'],
    measure: () => run('reconnect', [], ['--expose-gc']),
  },
];

const words = process.argv.slice(2);
const wanted = words.filter((word) => !word.startsWith('--'));
const known = ALL.flatMap(({ names }) => names);
const strange = [
  ...wanted.filter((name) => !known.includes(name)),
  ...words.filter((word) => word.startsWith('--') && word !== '--json' && word !== '--list'),
];
if (strange.length > 0) {
  console.error(`bench: there is no ${strange.join(', ')}; --list names them`);
  process.exit(2);
}
for (const { names, measure } of ALL) {
  const chosen = names.filter((name) => wanted.length === 0 || wanted.includes(name));
  if (chosen.length === 0) continue;
  const figures = words.includes('--list') ? {} : await measure();
  for (const name of chosen) {
    const [value, unit] = figures[name] ?? [];
    if (words.includes('--list')) console.log(name);
    else if (words.includes('--json')) console.log(JSON.stringify({ name, value, unit }));
    else console.log(`${name} ${value} ${unit}`);
  }
}
