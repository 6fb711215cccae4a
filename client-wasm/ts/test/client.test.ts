// The whole package as built, with the real core, against a scripted hub: the connection.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, createClient, RoomcastError } from 'roomcast';
import { FakeHub } from './support/fake_hub.js';
import { client, codeOf, connected, URL_OF_HUB } from './support/session.js';

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
  made.on('state', ({ state, attempt }) => {
    states.push(`${state} ${attempt} ${made.session?.id ?? '-'}`);
  });
  const connecting = made.connect();
  assert.equal(made.state, 'connecting');
  const socket = await hub.accept();
  await connecting;
  assert.equal(made.state, 'connected');
  assert.deepEqual(states.slice(-2), ['connecting 1 -', 'connected 0 s-1']);
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

// In a page that has not loaded the core yet.
let pages = 0;
async function first(hub: FakeHub): Promise<Client> {
  pages += 1;
  const fresh = (await import(`${import.meta.resolve('roomcast')}?page=${pages}`)) as {
    createClient: typeof createClient;
  };
  return fresh.createClient(URL_OF_HUB, { WebSocket: hub.WebSocket });
}

test('the hub is called while the core loads, and once', async () => {
  const hub = new FakeHub();
  const made = await first(hub);
  const connecting = made.connect();
  assert.equal(hub.sockets.made.length, 1);
  assert.deepEqual(hub.sockets.made[0]?.protocols, ['roomcast.v1']);
  await hub.accept();
  await connecting;
  assert.equal(hub.sockets.made.length, 1);
  assert.equal(made.stats().attempts, 1);
  made.close();
});

test('a call that failed while the core loads is made again', async () => {
  const hub = new FakeHub();
  const made = await first(hub);
  const connecting = made.connect();
  (await hub.sockets.next()).lose();
  await hub.accept();
  await connecting;
  assert.equal(made.stats().attempts, 1);
  made.close();
});

test('a call that nobody wants any more when the core is there is ended', async () => {
  for (const end of ['disconnect', 'close', 'abort'] as const) {
    const hub = new FakeHub();
    const made = await first(hub);
    const ending = new AbortController();
    const connecting = codeOf(made.connect({ signal: ending.signal }));
    const dialled = await hub.sockets.next();
    if (end === 'abort') ending.abort();
    else made[end]();
    await connecting;
    while (dialled.readyState === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(hub.sockets.made.length, 1, end);
    made.close();
  }
});

test('a token is asked for before the hub is called', async () => {
  const hub = new FakeHub();
  let give: ((token: string) => void) | undefined;
  const getToken = (): Promise<string> => new Promise((resolve) => (give = resolve));
  const connecting = client(hub, { getToken }).connect();
  while (!give) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(hub.sockets.made.length, 0);
  give('secret');
  await hub.accept();
  await connecting;
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
  const made = client(new FakeHub(), {
    WebSocket: class {
      constructor() {
        throw new Error('blocked');
      }
    } as never,
  });
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

test('disconnect says good-bye and aborts; connect() brings the rooms back', async () => {
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
  const made = client(new FakeHub(), { WebSocket: undefined });
  assert.equal(await codeOf(made.connect()), 'unsupported');
});

test('10,000 joins and leaves in a loop end where the last wish says', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  let joined = 0;
  room.on('joined', () => (joined += 1));
  for (let at = 1; at <= 10_000; ++at) {
    void room.join();
    void room.leave();
    // The hub is given a moment now and then: calls that wait for answers are bounded.
    if (at % 500 === 0) await made.ping();
  }
  await room.join();
  await made.ping();
  assert.equal(room.state, 'joined');
  assert.ok(joined >= 1);
  hub.push('chat:a', 'x', 1, Buffer.from('still heard'));
  await room.leave();
  assert.equal(room.state, 'left');
  assert.equal(made.stats().pending, 0);
});

test('what fails and is waited for by nobody is no unhandled rejection', async () => {
  const hub = new FakeHub();
  hub.answers = false;
  const made = await connected(hub);
  const room = made.room('chat:a');
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  void room.publish('x');
  void room.publish('x', 5n);
  void room.history();
  void room.update(5n);
  void room.join({ signal: AbortSignal.abort() });
  void made.room('').join();
  void made.ping();
  void made.connect();
  made.close();
  void made.connect();
  void made.room('chat:b').messages().next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
});

test('a token callback that never answers keeps nobody from ending', async () => {
  const hub = new FakeHub();
  let aborted = false;
  const made = client(hub, {
    getToken: ({ signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => (aborted = true));
      }),
  });
  const connecting = codeOf(made.connect());
  const waiting = codeOf(made.room('chat:a').publish('x'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  made.close();
  assert.equal(await connecting, 'closed');
  assert.equal(await waiting, 'closed');
  assert.equal(aborted, true);
});
