import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

// What a page downloads for `import 'roomcast'`.
const BUDGET = 30_000;
const LIMIT = 30_500;

test('the default entry stays small', (context) => {
  const entry = readFileSync(new URL('../index.js', import.meta.url));
  const bytes = gzipSync(entry, { level: 9 }).length;
  context.diagnostic(`sdk_default_gzip_bytes ${bytes} (budget ${BUDGET}, limit ${LIMIT})`);
  assert.ok(bytes <= LIMIT, `${bytes} bytes, the most is ${LIMIT}`);
});

test('the entry imports nothing else, and without side effects under plain Node', async () => {
  const before = Object.keys(globalThis);
  const entry = readFileSync(new URL('../index.js', import.meta.url), 'utf8');
  assert.doesNotMatch(entry, /\bimport\s*["'{*]|\bfrom\s*["']/);
  await import('roomcast');
  assert.deepEqual(Object.keys(globalThis), before);
});
