import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../src/events.js';

interface Events {
  word: string;
}

function listening(): { emitter: Emitter<Events>; heard: string[] } {
  const emitter = new Emitter<Events>();
  return { emitter, heard: [] };
}

test('a listener hears until it is off, and off twice harms nobody', () => {
  const { emitter, heard } = listening();
  const off = emitter.on('word', (word) => heard.push(word));
  emitter.emit('word', 'one');
  off();
  off();
  emitter.emit('word', 'two');
  assert.deepEqual(heard, ['one']);
});

test('an AbortSignal ends the listening, also one that has aborted before', () => {
  const { emitter, heard } = listening();
  const abort = new AbortController();
  emitter.on('word', (word) => heard.push(word), { signal: abort.signal });
  emitter.on('word', (word) => heard.push(`${word}!`), { signal: AbortSignal.abort() });
  emitter.emit('word', 'one');
  abort.abort();
  emitter.emit('word', 'two');
  assert.deepEqual(heard, ['one']);
});

test('once hears once', () => {
  const { emitter, heard } = listening();
  emitter.on('word', (word) => heard.push(word), { once: true });
  emitter.emit('word', 'one');
  emitter.emit('word', 'two');
  assert.deepEqual(heard, ['one']);
});

test('who was taken off by an earlier listener of the same event is not called', () => {
  const { emitter, heard } = listening();
  emitter.on('word', () => off());
  const off = emitter.on('word', (word) => heard.push(word));
  emitter.emit('word', 'one');
  assert.deepEqual(heard, []);
});

test('a listener that throws or rejects is reported and harms nobody', async (context) => {
  const report = context.mock.method(console, 'error', () => {});
  const { emitter, heard } = listening();
  emitter.on('word', () => {
    throw new Error('thrown');
  });
  emitter.on('word', async () => {
    throw new Error('rejected');
  });
  emitter.on('word', (word) => heard.push(word));
  emitter.emit('word', 'one');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(heard, ['one']);
  const messages = report.mock.calls.map((call) => (call.arguments[0] as Error).message);
  assert.deepEqual(messages, ['thrown', 'rejected']);
});
