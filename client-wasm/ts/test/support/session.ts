// Clients against a scripted hub, closed when the test is over.

import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import { type Client, type ClientOptions, createClient, RoomcastError } from 'roomcast';
import type { FakeHub } from './fake_hub.js';

export const URL_OF_HUB = 'ws://hub.test/ws';
const open: Client[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

export function client(hub: FakeHub, options: ClientOptions = {}): Client {
  const made = createClient(URL_OF_HUB, { WebSocket: hub.WebSocket, ...options });
  open.push(made);
  return made;
}

export async function connected(hub: FakeHub, options: ClientOptions = {}): Promise<Client> {
  const made = client(hub, options);
  const [, outcome] = await Promise.allSettled([hub.accept(), made.connect()]);
  assert.equal(outcome.status, 'fulfilled');
  return made;
}

/** How a call ended: `done`, or the code of its error. */
export const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof RoomcastError ? error.code : String(error)),
  );
