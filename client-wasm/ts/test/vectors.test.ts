// The golden frames, through the real core: what C++ wrote is what an application sees.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { type Client, createClient, type Room } from 'roomcast';
import { type FakeSocket, fakeSockets } from './support/fake_socket.js';
import { bytesOf, serverVector, serverVectors } from './support/vectors.js';

interface Conversation {
  client: Client;
  room: Room;
  socket: FakeSocket;
  hear(name: string): void;
}

const open: Client[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

// The first frames of the recorded conversation: a session, and chat:lobby joined as handle 5.
async function conversation(): Promise<Conversation> {
  const { WebSocket, next } = fakeSockets();
  const client = createClient('ws://hub.test/ws', { WebSocket });
  open.push(client);
  const room = client.room('chat:lobby');
  void room.join();
  void client.connect();
  const socket = await next();
  const hear = (name: string): void => socket.receive(bytesOf(serverVector(name).hex));
  const greeted = new Promise<void>((resolve) => {
    socket.answer = () => resolve();
  });
  socket.open();
  await greeted;
  hear('conversation_02_welcome');
  assert.equal(client.state, 'connected');
  assert.equal(room.state, 'joined');
  return { client, room, socket, hear };
}

function publicationsOf(name: string): Record<string, unknown>[] {
  const batches = (serverVector(name).json.messages ?? []).map(({ roomBatch }) => roomBatch);
  return batches.flatMap((batch) => {
    const { publications = [] } = (batch ?? {}) as { publications?: Record<string, unknown>[] };
    return publications;
  });
}

test('Welcome is a session with its joined room', async () => {
  const { client } = await conversation();
  const { session } = client;
  assert.equal(session?.id, 's-17');
  assert.equal(session?.instance, 'hub-5f2c');
  assert.equal(session?.resumed, false);
});

test('the recorded publication arrives as its JSON says', async () => {
  const { room, hear } = await conversation();
  const heard: unknown[] = [];
  room.on('message', (message) => heard.push(message));
  hear('conversation_05_room_batch');
  const [expected] = publicationsOf('conversation_05_room_batch');
  assert.deepEqual(heard, [
    {
      room: 'chat:lobby',
      type: 'said',
      data: JSON.parse(Buffer.from(expected!['data'] as string, 'base64').toString()),
      offset: Number(expected!['offset']),
      time: Number(expected!['timeAt']) / 1000,
      encoding: 'json',
      key: undefined,
      tags: [],
      publisher: expected!['publisher'],
      // Hello was answered with the publisher's session.
      own: true,
      replayed: false,
    },
  ]);
});

test('the recorded Gap and Disconnect arrive', async () => {
  const { client, room, hear } = await conversation();
  const heard: unknown[] = [];
  room.on('gap', (gap) => heard.push(gap));
  client.on('state', ({ state, reason }) => heard.push([state, reason?.code]));
  hear('conversation_05_room_batch');
  hear('conversation_08_gap');
  hear('conversation_11_disconnect');
  assert.deepEqual(heard, [
    { room: 'chat:lobby', from: 9, to: 12, reason: 'slow' },
    ['reconnecting', 'shutdown'],
  ]);
});

test('no recorded frame harms a client, whole or cut anywhere', async () => {
  for (const vector of serverVectors()) {
    const bytes = bytesOf(vector.hex);
    for (let length = bytes.byteLength; length >= 0; length -= 7) {
      const { client, socket } = await conversation();
      socket.receive(bytes.slice(0, length));
      assert.ok(['connected', 'reconnecting', 'disconnected'].includes(client.state), vector.name);
      client.close();
    }
  }
});
