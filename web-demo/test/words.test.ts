import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf } from '../src/text_of.js';
import { duration, hueOf, initialOf } from '../src/words.js';

for (const [milliseconds, words] of [
  [0.84, '0.8 ms'],
  [12.4, '12 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [59_900, '59.9 s'],
  [61_000, '1 min 1 s'],
  [3_660_000, '1 h 1 min'],
] as const) {
  test(`${milliseconds} ms is written ${words}`, () => assert.equal(duration(milliseconds), words));
}

test('a name has one of eight colours, and keeps it', () => {
  assert.match(hueOf('Ada'), /^hue-[0-7]$/);
  assert.equal(hueOf('Ada'), hueOf('Ada'));
});

test('an initial is a whole letter, also of an empty name', () => {
  assert.equal(initialOf(' ada'), 'A');
  assert.equal(initialOf('𝒜da'), '𝒜');
  assert.equal(initialOf(''), '?');
});

test('a push is shown as text, whatever its form', () => {
  assert.equal(textOf({ data: 'plain' }), 'plain');
  assert.equal(textOf({ data: { text: 'inside' } }), 'inside');
  assert.equal(textOf({ data: { total: 5 } }), '{"total":5}');
  assert.equal(textOf({ data: null }), 'null');
  assert.equal(textOf({ data: new Uint8Array(3) }), '3 bytes');
});
