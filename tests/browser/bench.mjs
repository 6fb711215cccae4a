// What the package costs a page, in Chromium.
//
// How much longer its first connect() takes than a plain WebSocket to the same hub: inflating and
// compiling the core, Hello and Welcome. Each round measures both, each in a page of its own that
// has loaded its script before; the figure is the median of the rounds' differences.
//
// What it decodes publications in, over what others do: client-wasm/ts/bench/decoding.ts.
//
//   bench.mjs [NAME…] [--json] [--list]
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleForPage } from '../../client-wasm/ts/tools/bench_page.mjs';
import { Hub, root } from './support/hub.mjs';
import { launch } from './support/page.mjs';

const ROUNDS = 21;
const CONNECT = ['first_connect_ms', 'first_connect_over_plain_ms'];
const DECODE = ['decode_vs_protobufjs_chromium', 'decode_vs_json_chromium'];
const words = process.argv.slice(2);
if (words.includes('--list')) {
  console.log([...CONNECT, ...DECODE].join('\n'));
  process.exit(0);
}
const names = words.filter((word) => !word.startsWith('--'));
const isWanted = (name) => names.length === 0 || names.includes(name);
function print(name, value, unit) {
  if (!isWanted(name)) return;
  if (words.includes('--json')) console.log(JSON.stringify({ name, value, unit }));
  else console.log(`${name} ${value} ${unit}`);
}

const folder = mkdtempSync(join(tmpdir(), 'roomcast-bench-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bench</title><link rel="icon" href="data:,">');
cpSync(join(root, 'client-wasm/ts/dist/index.js'), join(folder, 'roomcast.js'));
cpSync(join(root, 'client-wasm/ts/dist/roomcast_sdk.wasm'), join(folder, 'core.wasm'));
cpSync(join(root, 'proto/roomcast/v1/client.proto'), join(folder, 'client.proto'));
await bundleForPage('decoding', join(folder, 'decoding.js'));
const hub = await Hub.start(folder);
const browser = await launch();

/** What `run` answers, in a fresh page. */
async function measure(run, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(hub.origin);
  const answer = await page.evaluate(run, hub.origin.replace('http', 'ws'));
  await context.close();
  return answer;
}

const plain = (origin) =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const socket = new WebSocket(`${origin}/ws`, 'roomcast.v1');
    socket.onopen = () => resolve(performance.now() - begun);
    socket.onerror = reject;
  });
const ours = async (origin) => {
  const { createClient } = await import('/roomcast.js');
  const begun = performance.now();
  await createClient(`${origin}/ws`).connect();
  return performance.now() - begun;
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

if (CONNECT.some(isWanted)) {
  const rounds = [];
  // The first warms up the browser and the hub.
  for (let round = 0; round <= ROUNDS; ++round) {
    const pair = { plain: await measure(plain), ours: await measure(ours) };
    if (round > 0) rounds.push(pair);
  }
  const took = median(rounds.map((round) => round.ours));
  const over = median(rounds.map((round) => round.ours - round.plain));
  print(CONNECT[0], Number(took.toFixed(2)), 'ms');
  print(CONNECT[1], Number(over.toFixed(2)), 'ms');
}

if (DECODE.some(isWanted)) {
  const figures = await measure(async () => {
    const { measureDecoding } = await import('/decoding.js');
    const [core, schema] = await Promise.all([fetch('/core.wasm'), fetch('/client.proto')]);
    return measureDecoding(await core.arrayBuffer(), await schema.text());
    // protobufjs makes functions of strings, which the hub's policy does not allow.
  }, { bypassCSP: true });
  for (const name of DECODE) {
    print(name, Number(figures[name.replace('_chromium', '')].toFixed(3)), 'ratio');
  }
}

await browser.close();
await hub.kill('SIGTERM');
rmSync(folder, { recursive: true });
