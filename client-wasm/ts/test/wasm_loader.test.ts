import assert from 'node:assert/strict';
import { test } from 'node:test';
import packedCore from 'roomcast:core';
import { RoomcastError } from '../src/errors.js';
import { inlineSource, instantiate, SharedCore } from '../src/wasm_loader.js';

// (module (func (export "rc_abi_version") (result i32) i32.const 99))
const FOREIGN = Uint8Array.from(
  Buffer.from(
    '0061736d010000000105016000017f03020100' +
      '0712010e72635f6162695f76657273696f6e00000a0701050041e3000b',
    'hex',
  ),
);

const unsupported = (error: unknown): boolean =>
  error instanceof RoomcastError && error.code === 'unsupported';

test('one module for all who ask, loaded once', async () => {
  let loads = 0;
  const source = inlineSource(packedCore);
  const shared = new SharedCore(() => {
    loads += 1;
    return source();
  });
  const [one, two] = await Promise.all([shared.load(), shared.load()]);
  assert.equal(one, two);
  assert.equal(await shared.load(), one);
  assert.equal(loads, 1);
});

test('a failed load is tried again by the next who asks', async () => {
  let loads = 0;
  const source = inlineSource(packedCore);
  const shared = new SharedCore(() => {
    loads += 1;
    return loads === 1 ? Promise.reject(new Error('no network')) : source();
  });
  await assert.rejects(shared.load(), unsupported);
  assert.equal(typeof (await shared.load()).rc_create, 'function');
});

test('after a trap new clients get a new module', async () => {
  const shared = new SharedCore(inlineSource(packedCore));
  const first = await shared.load();
  shared.discard(first);
  await Promise.resolve();
  assert.notEqual(await shared.load(), first);
});

test('a core of another version is refused', async () => {
  await assert.rejects(
    instantiate(() => WebAssembly.compile(FOREIGN)),
    (error) => unsupported(error) && /version 99/.test((error as Error).message),
  );
});

test('without DecompressionStream it says so', async (context) => {
  const kept = globalThis.DecompressionStream;
  context.after(() => Object.assign(globalThis, { DecompressionStream: kept }));
  Object.assign(globalThis, { DecompressionStream: undefined });
  await assert.rejects(instantiate(inlineSource(packedCore)), unsupported);
});

test('a broken core says what a page may have to allow', async () => {
  await assert.rejects(
    instantiate(() => WebAssembly.compile(Uint8Array.of(0, 1, 2, 3))),
    (error) => unsupported(error) && /wasm-unsafe-eval/.test((error as Error).message),
  );
});
