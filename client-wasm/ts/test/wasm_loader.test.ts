import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import packedCore from 'roomcast:core';
import { build } from '../src/build.js';
import { RoomcastError } from '../src/errors.js';
import { inlineSource, instantiate, SharedCore, streamedSource } from '../src/wasm_loader.js';

// An empty module, and one whose only section says `roomcast.build` and `elsewhere`.
const EMPTY = '0061736d01000000';
const named = (build: string): Buffer => {
  const body = Buffer.from(`\u000eroomcast.build${build}`);
  return Buffer.concat([Buffer.from(EMPTY, 'hex'), Buffer.from([0, body.length]), body]);
};

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

for (const [found, bytes] of [
  ['unknown', Buffer.from(EMPTY, 'hex')],
  ['elsewhere', named('elsewhere')],
] as const) {
  test(`a core of another build (${found}) is refused, and both are named`, async () => {
    await served({}, (url) =>
      assert.rejects(
        instantiate(streamedSource(`${url}/roomcast_sdk.wasm`)),
        (error) =>
          unsupported(error) &&
          (error as Error).message.includes(`of build ${found}, its JavaScript of ${build}`),
      ), bytes);
  });
}

test('without DecompressionStream it says so', async (context) => {
  const kept = globalThis.DecompressionStream;
  context.after(() => Object.assign(globalThis, { DecompressionStream: kept }));
  Object.assign(globalThis, { DecompressionStream: undefined });
  await assert.rejects(
    instantiate(inlineSource(packedCore)),
    (error) => unsupported(error) && /DecompressionStream/.test((error as Error).message),
  );
});

test('a broken core says what a page may have to allow', async () => {
  await assert.rejects(
    instantiate(() => WebAssembly.instantiate(Uint8Array.of(0, 1, 2, 3))),
    (error) => unsupported(error) && /wasm-unsafe-eval/.test((error as Error).message),
  );
});

// A server of the core's file on the loopback, for the time of `use`.
async function served(
  headers: Record<string, string>,
  use: (url: string) => Promise<void>,
  core: Uint8Array = readFileSync(new URL('../roomcast_sdk.wasm', import.meta.url)),
) {
  const server = createServer((request, response) => {
    const found = request.url === '/roomcast_sdk.wasm';
    response.writeHead(found ? 200 : 404, headers);
    response.end(found ? core : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await use(`http://127.0.0.1:${port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('the core as a file is taken whatever type the server gives it', async () => {
  for (const type of ['application/wasm', 'application/octet-stream']) {
    await served({ 'content-type': type }, async (url) => {
      const core = await instantiate(streamedSource(`${url}/roomcast_sdk.wasm`));
      assert.equal(typeof core.rc_create, 'function');
    });
  }
});

test('a core that is not where it should be is an error that says so', async () => {
  await served({}, async (url) => {
    await assert.rejects(instantiate(streamedSource(`${url}/elsewhere.wasm`)), (error: unknown) => {
      assert.ok(unsupported(error));
      assert.match(String(error), /elsewhere\.wasm was answered with 404/);
      return true;
    });
  });
});
