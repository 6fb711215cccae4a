// The whole package as built, with the real core, against a scripted hub: rooms and publications.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoomcastError } from 'roomcast';
import { FakeHub } from './support/fake_hub.js';
import { client, codeOf, connected } from './support/session.js';

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

test('what is published before there is a connection is sent, in order', async () => {
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
  assert.ok(data.buffer.byteLength > 3 && data.buffer.byteLength < 100, 'the frame alone');
});

test('a payload that lies about its encoding is an error event; the next one comes', async () => {
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

test('in flight when another hub comes: outcome unknown, never sent again', async () => {
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

test('messages() is read with for await, ends with the room, and loses nothing', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  const messages = room.messages();
  await room.join();
  for (const word of ['1', '2', '3']) hub.push('chat:a', 'x', 1, Buffer.from(word));
  const heard: unknown[] = [];
  const reading = (async () => {
    for await (const { data } of messages) heard.push(data);
  })();
  await made.ping();
  hub.push('chat:a', 'x', 1, Buffer.from('4'));
  await room.leave();
  await reading;
  assert.deepEqual(heard, ['1', '2', '3', '4']);
});

test('leaving the loop, an abort and the end of the client end messages()', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  await room.join();
  const left = room.messages();
  hub.push('chat:a', 'x', 1, Buffer.from('1'));
  for await (const { data } of left) {
    assert.equal(data, '1');
    break;
  }
  assert.equal((await left.next()).done, true);
  const ending = new AbortController();
  const aborted = room.messages({ signal: ending.signal });
  const both = [aborted.next(), aborted.next()];
  ending.abort();
  for (const each of both) assert.equal((await each).done, true);
  const closed = room.messages().next();
  made.close();
  assert.equal((await closed).done, true);
  assert.equal((await room.messages().next()).done, true);
});

test('a reader of messages() that is too slow gets what waited, and is told', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  await room.join();
  const messages = room.messages();
  for (let at = 0; at <= 10_000; ++at) hub.push('chat:a', 'x', 1, Buffer.from('x'));
  let read = 0;
  const reading = (async () => {
    for await (const _ of messages) read += 1;
  })();
  assert.equal(await codeOf(reading), 'queue_full');
  assert.equal(read, 10_001);
});

test('`using` closes the client and leaves the room', async () => {
  const hub = new FakeHub();
  let outer;
  {
    using made = await connected(hub);
    outer = made;
    const stays = made.room('chat:a');
    await stays.join();
    {
      using room = made.room('chat:b');
      await room.join();
    }
    await made.ping();
    assert.deepEqual(hub.left, ['chat:b']);
  }
  assert.equal(outer.state, 'closed');
});
