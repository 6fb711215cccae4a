import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoomcastError } from '../src/errors.js';
import { decodePayload, encodePayload } from '../src/payload.js';

const rows: [title: string, value: unknown, encoding: string, bytes: string][] = [
  ['a string is text', 'hé', 'text', '68c3a9'],
  ['an empty string is text', '', 'text', ''],
  ['a Uint8Array is bytes', Uint8Array.of(1, 255), 'bytes', '01ff'],
  ['an ArrayBuffer is bytes', Uint8Array.of(7).buffer, 'bytes', '07'],
  ['a view is what it shows', new DataView(Uint8Array.of(1, 2, 3).buffer, 1), 'bytes', '0203'],
  ['an object is JSON', { a: 1 }, 'json', Buffer.from('{"a":1}').toString('hex')],
  ['a number is JSON', 5, 'json', '35'],
  ['null is JSON', null, 'json', Buffer.from('null').toString('hex')],
  ['nothing is null', undefined, 'json', Buffer.from('null').toString('hex')],
];

for (const [title, value, encoding, hex] of rows) {
  test(title, () => {
    const payload = encodePayload(value);
    assert.equal(payload.encoding, encoding);
    assert.equal(Buffer.from(payload.bytes).toString('hex'), hex);
  });
}

const circle: Record<string, unknown> = {};
circle['self'] = circle;
const refused: [string, unknown][] = [
  ['a circle', circle],
  ['a function', () => {}],
  ['a symbol', Symbol('s')],
  ['a bigint', 5n],
];
for (const [title, value] of refused) {
  test(`${title} cannot be sent`, () => {
    assert.throws(
      () => encodePayload(value),
      (error) => error instanceof RoomcastError && error.code === 'invalid_argument',
    );
  });
}

test('what says it is JSON or text and is not, is a bad payload', () => {
  for (const [encoding, bytes] of [
    ['json', Uint8Array.of(0x7b)],
    ['text', Uint8Array.of(0xff)],
  ] as const) {
    assert.throws(
      () => decodePayload(encoding, bytes),
      (error) => error instanceof RoomcastError && error.code === 'bad_payload',
    );
  }
});

test('received bytes are handed on as the view that they are', () => {
  const view = new Uint8Array(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2);
  assert.equal(decodePayload('bytes', view), view);
});

test('a byte order mark is part of a text', () => {
  assert.equal(decodePayload('text', Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa');
});
