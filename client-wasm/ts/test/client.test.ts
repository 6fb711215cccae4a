// The whole package as built, with the real core, against a scripted hub.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { type Client, type ClientOptions, createClient, RoomcastError } from 'roomcast';
import { FakeHub } from './support/fake_hub.js';

const URL_OF_HUB = 'ws://hub.test/ws';
const open: Client[] = [];

function client(hub: FakeHub, options: ClientOptions = {}): Client {
  const made = createClient(URL_OF_HUB, { WebSocket: hub.WebSocket, ...options });
  open.push(made);
  return made;
}

async function connected(hub: FakeHub, options: ClientOptions = {}): Promise<Client> {
  const made = client(hub, options);
  const [, outcome] = await Promise.allSettled([hub.accept(), made.connect()]);
  assert.equal(outcome.status, 'fulfilled');
  return made;
}

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof RoomcastError ? error.code : String(error)),
  );

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

test('importing and creating do nothing', async () => {
  const hub = new FakeHub();
  const made = client(hub);
  assert.equal(made.state, 'disconnected');
  assert.equal(made.session, undefined);
  assert.equal(made.now(), undefined);
  assert.equal(made.stats().roundTrip, undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(hub.sockets.made.length, 0);
});

for (const url of ['', 'hub', 'https://hub.test/', '//hub.test/ws']) {
  test(`"${url}" is not a hub's URL`, () => {
    assert.throws(
      () => createClient(url),
      (error) => error instanceof RoomcastError && error.code === 'invalid_argument',
    );
  });
}

test('connects: states, session, clock, sub-protocol', async () => {
  const hub = new FakeHub();
  const made = client(hub, { name: 'test', version: '1.2.3' });
  const states: string[] = [];
  made.on('state', ({ state, attempt }) => states.push(`${state} ${attempt}`));
  const connecting = made.connect();
  assert.equal(made.state, 'connecting');
  const socket = await hub.accept();
  await connecting;
  assert.equal(made.state, 'connected');
  assert.deepEqual(states.slice(-2), ['connecting 1', 'connected 0']);
  assert.deepEqual(made.session, {
    id: 's-1',
    user: 's-1',
    instance: 'hub-1',
    node: 'fake',
    resumed: false,
  });
  assert.equal(socket.url, URL_OF_HUB);
  assert.deepEqual(socket.protocols, ['roomcast.v1']);
  assert.equal(hub.hellos[0]?.text(4), 'test');
  const now = made.now();
  assert.ok(now && Math.abs(now.time - 1_700_000_000_000) < 10_000, `hub time ${now?.time}`);
  assert.equal(made.stats().connections, 1);
});

test('publishes to a room that it has not joined', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const { position, duplicate } = await made.room('chat:a').publish('said', { text: 'hé' });
  assert.deepEqual(position, { epoch: '0123456789abcdef', offset: 1 });
  assert.equal(duplicate, false);
  const [received] = hub.published;
  assert.equal(received?.room, 'chat:a');
  assert.equal(received?.type, 'said');
  assert.equal(Buffer.from(received!.data).toString(), '{"text":"hé"}');
});

test('what was published before there is a connection is sent when there is one, in order', async () => {
  const hub = new FakeHub();
  const made = client(hub);
  const room = made.room('chat:a');
  const bytes = Uint8Array.of(1, 2, 3);
  const outcomes = [room.publish('one', 'a'), room.publish('two', bytes)];
  bytes.fill(9);
  void made.connect();
  await hub.accept();
  await Promise.all(outcomes);
  assert.deepEqual(hub.published.map(({ type }) => type), ['one', 'two']);
  assert.deepEqual([...hub.published[1]!.data], [1, 2, 3]);
});

test('a joined room is heard: text, bytes and JSON arrive as what they are', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  const heard: unknown[] = [];
  room.on('message', ({ type, data, publisher, offset, own }) => {
    heard.push([type, data, publisher, offset, own]);
  });
  await room.join();
  assert.equal(room.state, 'joined');
  hub.push('chat:a', 'note', 1, Buffer.from('hé'));
  hub.push('chat:a', 'raw', 0, Uint8Array.of(1, 255));
  hub.push('chat:a', '', 2, Buffer.from('{"a":[1]}'));
  assert.deepEqual(heard, [
    ['note', 'hé', undefined, 1, false],
    ['raw', Uint8Array.of(1, 255), undefined, 2, false],
    ['', { a: [1] }, undefined, 3, false],
  ]);
});

test('bytes are a view of the received message', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  let data: unknown;
  room.on('message', (message) => {
    data = message.data;
  });
  await room.join();
  hub.push('chat:a', 'raw', 0, Uint8Array.of(5, 6, 7));
  assert.ok(data instanceof Uint8Array);
  assert.ok(data.buffer.byteLength > 3 && data.buffer.byteLength < 100, 'the frame, not the memory');
});

test('a payload that lies about its encoding is an error event, and what follows still comes', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  const heard: unknown[] = [];
  made.on('error', ({ code }) => heard.push(code));
  room.on('message', ({ data }) => heard.push(data));
  await room.join();
  hub.push('chat:a', 'x', 2, Buffer.from('{'));
  hub.push('chat:a', 'x', 1, Buffer.from('after'));
  assert.deepEqual(heard, ['bad_payload', 'after']);
});

test('two handles share one membership, which ends with the last of them', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const [one, two] = [made.room('chat:a'), made.room('chat:a')];
  const heard: string[] = [];
  one.on('message', ({ data }) => heard.push(`one ${data}`));
  two.on('message', ({ data }) => heard.push(`two ${data}`));
  two.on('joined', () => heard.push('two joined'));
  await one.join();
  hub.push('chat:a', 'x', 1, Buffer.from('1'));
  await two.join();
  hub.push('chat:a', 'x', 1, Buffer.from('2'));
  await one.leave();
  assert.equal(one.state, 'left');
  assert.deepEqual(hub.left, []);
  hub.push('chat:a', 'x', 1, Buffer.from('3'));
  await two.leave();
  assert.deepEqual(hub.left, ['chat:a']);
  assert.deepEqual(heard, ['one 1', 'two joined', 'one 2', 'two 2', 'two 3']);
});

test('a refused join rejects with the hub\'s code, and the room is left', async () => {
  const hub = new FakeHub();
  hub.refuses = { room: 'secret:a', code: 103 };
  const made = await connected(hub);
  const room = made.room('secret:a');
  const states: string[] = [];
  room.on('state', ({ state }) => states.push(state));
  assert.equal(await codeOf(room.join()), 'permission_denied');
  assert.equal(room.state, 'left');
  assert.deepEqual(states, ['joining', 'left']);
});

test('what is not a room name is refused, and nothing else is harmed', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  assert.equal(await codeOf(made.room('').join()), 'bad_room_name');
  assert.equal(await codeOf(made.room(' a').publish('x')), 'bad_room_name');
  assert.equal(await codeOf(made.room('x'.repeat(256)).publish('x')), 'bad_room_name');
  assert.throws(() => made.room('\n').send('x'), RoomcastError);
  assert.equal(await codeOf(made.room('chat:a').publish('x')), 'done');
});

test('arguments of the wrong type are a refusal, not the end', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  assert.equal(await codeOf(room.publish('x', () => {})), 'invalid_argument');
  assert.equal(await codeOf(room.publish('x', 1, { tags: 5 as never })), 'invalid_argument');
  assert.equal(await codeOf(room.publish('x'.repeat(65))), 'too_large');
  assert.equal(await codeOf(room.publish('x', 'x'.repeat(1024 * 1024))), 'too_large');
  assert.equal(await codeOf(room.publish('x', 1)), 'done');
});

test('send is volatile: no answer, and nothing without a connection', async () => {
  const hub = new FakeHub();
  const made = client(hub);
  const room = made.room('chat:a');
  assert.equal(room.send('moved', 1), false);
  const accepted = hub.accept();
  await made.connect();
  await accepted;
  assert.equal(room.send('moved', 2), true);
  await made.ping();
  assert.deepEqual(hub.published.map(({ ephemeral }) => ephemeral), [true]);
});

test('after a lost connection it comes back with its rooms, and says so', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  const heard: string[] = [];
  await room.join();
  room.on('joined', ({ rejoined }) => heard.push(`joined ${rejoined}`));
  made.on('state', ({ state, attempt, retryIn }) => {
    heard.push(`${state} ${attempt} ${retryIn === undefined ? '' : 'waits'}`.trim());
  });
  hub.socket?.lose();
  assert.equal(made.state, 'reconnecting');
  assert.equal(made.session, undefined);
  await hub.accept();
  await made.ping();
  assert.equal(made.state, 'connected');
  assert.equal(room.state, 'joined');
  assert.deepEqual([...new Set(heard)].sort(), [
    'connected 0',
    'joined true',
    'reconnecting 0 waits',
    'reconnecting 1',
  ]);
});

test('in flight when the hub is gone and another one comes: outcome unknown, never sent again', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  hub.answers = false;
  const flying = codeOf(room.publish('flying'));
  await made.ping();
  hub.socket?.lose();
  const waiting = codeOf(room.publish('waiting'));
  hub.answers = true;
  hub.instance = 'hub-2';
  await hub.accept();
  assert.equal(await flying, 'outcome_unknown');
  assert.equal(await waiting, 'done');
  assert.deepEqual(hub.published.map(({ type }) => type), ['flying', 'waiting']);
});

test('in flight when the connection is lost, and the hub is the same: sent again', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  hub.answers = false;
  const flying = codeOf(made.room('chat:a').publish('flying'));
  await made.ping();
  hub.socket?.lose();
  hub.answers = true;
  await hub.accept();
  assert.equal(await flying, 'done');
  assert.deepEqual(hub.published.map(({ type }) => type), ['flying', 'flying']);
  assert.equal(made.stats().resent, 1);
});

test('an unanswered publish times out', async () => {
  const hub = new FakeHub();
  hub.answers = false;
  const made = await connected(hub, { timeout: 30 });
  assert.equal(await codeOf(made.room('chat:a').publish('x')), 'timeout');
});

test('an AbortSignal ends a wait, before and after it was sent', async () => {
  const hub = new FakeHub();
  hub.answers = false;
  const made = client(hub);
  const room = made.room('chat:a');
  assert.equal(await codeOf(room.publish('x', 1, { signal: AbortSignal.abort() })), 'aborted');
  const early = new AbortController();
  const waiting = codeOf(room.publish('early', 1, { signal: early.signal }));
  early.abort();
  assert.equal(await waiting, 'aborted');
  void made.connect();
  await hub.accept();
  await made.ping();
  const late = new AbortController();
  const flying = codeOf(room.publish('late', 1, { signal: late.signal }));
  late.abort();
  assert.equal(await flying, 'aborted');
  assert.ok(!hub.published.some(({ type }) => type === 'early'));
});

test('a close code that says stop ends the trying and refuses connect()', async () => {
  const hub = new FakeHub();
  const made = client(hub);
  const outcome = codeOf(made.connect());
  const socket = await hub.sockets.next();
  socket.open();
  socket.lose(3500, 'no such token');
  assert.equal(await outcome, 'invalid_token');
  assert.equal(made.state, 'disconnected');
});

test('garbage and text from the hub end the connection, and it is tried again', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  hub.socket?.receive(Uint8Array.of(0xff, 0xff, 0xff).buffer);
  assert.equal(made.state, 'reconnecting');
  await hub.accept();
  await made.ping();
  hub.socket?.receive('text');
  assert.equal(made.state, 'reconnecting');
  await hub.accept();
  await made.ping();
  assert.equal(made.state, 'connected');
});

test('a socket that was dropped says nothing more', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const old = hub.socket!;
  const handlers = { close: old.onclose, message: old.onmessage };
  old.lose();
  await hub.accept();
  await made.ping();
  handlers.close?.({ code: 3500, reason: '' } as never);
  handlers.message?.({ data: 'text' } as never);
  assert.equal(made.state, 'connected');
});

test('a WebSocket class that throws is a failed attempt', async () => {
  const made = createClient(URL_OF_HUB, {
    WebSocket: class {
      constructor() {
        throw new Error('blocked');
      }
    } as never,
  });
  open.push(made);
  const states: string[] = [];
  const retry = new Promise<void>((resolve) => {
    made.on('state', ({ state, retryIn }) => {
      states.push(state);
      if (retryIn !== undefined) resolve();
    });
  });
  void made.connect();
  await retry;
  assert.ok(states.every((state) => state === 'connecting'));
});

test('disconnect says good-bye, aborts what is under way, and connect() brings the rooms back', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  await room.join();
  hub.answers = false;
  const flying = codeOf(room.publish('x'));
  const socket = hub.socket!;
  made.disconnect();
  assert.equal(await flying, 'disconnected');
  assert.equal(made.state, 'disconnected');
  assert.equal(socket.readyState, 3);
  assert.equal(hub.byes, 1);
  const again = made.connect();
  await hub.accept();
  await again;
  assert.equal(room.state, 'joined');
});

test('after close() every call is refused, and what was under way is settled', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  await room.join();
  const left: unknown[] = [];
  room.on('left', ({ reason }) => left.push(reason));
  hub.answers = false;
  const flying = codeOf(room.publish('x'));
  made.close();
  made.close();
  assert.equal(await flying, 'closed');
  assert.equal(made.state, 'closed');
  assert.equal(room.state, 'left');
  assert.equal(left.length, 1);
  for (const late of [made.connect(), room.join(), room.publish('x'), made.ping()]) {
    assert.equal(await codeOf(late), 'closed');
  }
  assert.equal(room.send('x'), false);
  assert.equal(await codeOf(room.leave()), 'done');
});

test('close() before anything was loaded settles everything', async () => {
  const made = client(new FakeHub());
  const outcomes = [made.connect(), made.room('chat:a').join(), made.room('chat:a').publish('x')];
  made.close();
  for (const outcome of outcomes) assert.equal(await codeOf(outcome), 'closed');
});

test('the last wish wins: join, leave, join within one turn', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  const first = codeOf(room.join());
  void room.leave();
  const second = codeOf(room.join());
  assert.equal(await first, 'left');
  assert.equal(await second, 'done');
  assert.equal(room.state, 'joined');
});

test('a listener may close the client in the middle of a batch', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  const heard: unknown[] = [];
  room.on('message', ({ data }) => {
    heard.push(data);
    made.close();
  });
  await room.join();
  hub.push('chat:a', 'x', 1, Buffer.from('1'));
  hub.push('chat:a', 'x', 1, Buffer.from('2'));
  assert.deepEqual(heard, ['1']);
  assert.equal(made.state, 'closed');
});

test('a token is asked for before connecting', async () => {
  const hub = new FakeHub();
  const asked: string[] = [];
  const made = client(hub, {
    getToken: async ({ reason }) => {
      asked.push(reason);
      return 'the-token';
    },
  });
  const connecting = made.connect();
  await hub.accept();
  await connecting;
  assert.deepEqual(asked, ['connect']);
  assert.equal(hub.hellos[0]?.text(3), 'the-token');
});

for (const [title, getToken] of [
  ['rubbish', () => 5 as never],
  [
    'a refusal',
    () => {
      throw new RoomcastError('unauthorized', 'signed out');
    },
  ],
] as const) {
  test(`${title} in place of a token stops the trying`, async () => {
    const hub = new FakeHub();
    const made = client(hub, { getToken });
    const errors: string[] = [];
    made.on('error', ({ code }) => errors.push(code));
    assert.equal(await codeOf(made.connect()), 'token_failed');
    assert.equal(made.state, 'disconnected');
    assert.ok(errors.includes('token_failed'));
    assert.equal(hub.sockets.made.length, 0);
  });
}

test('without any WebSocket it says so', async (context) => {
  const kept = globalThis.WebSocket;
  context.after(() => Object.assign(globalThis, { WebSocket: kept }));
  Object.assign(globalThis, { WebSocket: undefined });
  const made = createClient(URL_OF_HUB);
  open.push(made);
  assert.equal(await codeOf(made.connect()), 'unsupported');
});
