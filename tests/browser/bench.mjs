// How much longer the package's first connect() takes than a plain WebSocket to the same hub, in
// Chromium: inflating and compiling the core, Hello and Welcome. Each round measures both, each in a
// page of its own that has loaded its script before; the figure is the median of the rounds'
// differences.
//
//   bench.mjs [NAME…] [--json] [--list]
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hub, root } from './support/hub.mjs';
import { launch } from './support/page.mjs';

const ROUNDS = 21;
const NAMES = ['first_connect_ms', 'first_connect_over_plain_ms'];
const words = process.argv.slice(2);
if (words.includes('--list')) {
  console.log(NAMES.join('\n'));
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'roomcast-bench-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bench</title><link rel="icon" href="data:,">');
cpSync(join(root, 'client-wasm/ts/dist/index.js'), join(folder, 'roomcast.js'));
const hub = await Hub.start(folder);
const browser = await launch();

/** Milliseconds, in a fresh page. */
async function measure(run) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(hub.origin);
  const took = await page.evaluate(run, hub.origin.replace('http', 'ws'));
  await context.close();
  return took;
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
const rounds = [];
// The first warms up the browser and the hub.
for (let round = 0; round <= ROUNDS; ++round) {
  const pair = { plain: await measure(plain), ours: await measure(ours) };
  if (round > 0) rounds.push(pair);
}
const figures = [
  median(rounds.map((round) => round.ours)),
  median(rounds.map((round) => round.ours - round.plain)),
];
for (const [at, name] of NAMES.entries()) {
  if (words.some((word) => NAMES.includes(word)) && !words.includes(name)) continue;
  const value = Number(figures[at].toFixed(2));
  if (words.includes('--json')) console.log(JSON.stringify({ name, value, unit: 'ms' }));
  else console.log(`${name} ${value} ms`);
}

await browser.close();
await hub.kill('SIGTERM');
rmSync(folder, { recursive: true });
