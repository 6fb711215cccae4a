// Who is in a room, its history, and the inbox: the package as built against a scripted hub.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Member, PresenceEvent } from 'roomcast';
import { FakeHub } from './support/fake_hub.js';
import { client, codeOf, connected } from './support/session.js';
import type { Fields } from './support/wire.js';

const user = (name: string, sessions: number, data = ''): Fields => [[1, name], [2, sessions], [3, data]];
const names = (members: Iterable<Member>): string =>
  [...members].map(({ user: name, sessions }) => `${name}${sessions}`).join(' ');

function told({ joined, left, updated, users, sessions }: PresenceEvent): string {
  const parts = [`+${names(joined)}`, `-${names(left)}`, `=${names(updated)}`];
  return `${parts.filter((part) => part.length > 1).join(' ')} of ${users}/${sessions}`;
}

test('who is there is told at once, and then what changes', async () => {
  const hub = new FakeHub();
  hub.presence = [[1, 5], [2, user('ann', 1, '{"colour":"red"}')], [2, user('bob', 2)], [3, 2], [4, 3]];
  const made = await connected(hub);
  const room = made.room('chat:a', { presence: 'members', data: { colour: 'blue' } });
  const heard: string[] = [];
  room.on('presence', (event) => heard.push(told(event)));
  assert.equal(room.presence.members.size, 0);
  await room.join();
  assert.equal(hub.joins[0]?.number(7), 2);
  assert.equal(hub.joins[0]?.text(8), '{"colour":"blue"}');
  assert.deepEqual(room.presence.members.get('ann')?.data, { colour: 'red' });
  assert.equal(room.presence.sessions, 3);
  hub.pushPresence('chat:a', [[2, 6], [3, user('cid', 1)], [4, 'ann'], [5, user('bob', 1)], [6, 2], [7, 2]]);
  // The hub tells the room of one's own coming, too.
  hub.pushPresence('chat:a', [[2, 7], [3, user('cid', 1)], [6, 2], [7, 2]]);
  assert.deepEqual(heard, ['+ann1 bob2 of 2/3', '+cid1 -ann1 =bob1 of 2/2']);
  assert.deepEqual([...room.presence.members.keys()], ['bob', 'cid']);
});

test('after a reconnect only the difference is told', async () => {
  const hub = new FakeHub();
  hub.presence = [[1, 5], [2, user('ann', 1)], [2, user('bob', 1)], [3, 2], [4, 2]];
  const made = await connected(hub);
  const room = made.room('chat:a', { presence: 'members' });
  await room.join();
  const heard: string[] = [];
  room.on('presence', (event) => heard.push(told(event)));
  hub.socket?.lose();
  assert.equal(room.presence.members.size, 2, 'nobody flickers');
  hub.presence = [[1, 1], [2, user('bob', 1)], [2, user('cid', 1)], [3, 2], [4, 2]];
  await hub.accept();
  await made.ping();
  assert.deepEqual(heard, ['+cid1 -ann1 of 2/2']);
});

test('data that is no JSON are bytes; data that cannot be JSON is refused', async () => {
  const hub = new FakeHub();
  hub.presence = [[1, 5], [2, user('ann', 1, '{')], [3, 1], [4, 1]];
  const made = await connected(hub);
  const room = made.room('chat:a', { presence: 'members' });
  await room.join();
  assert.deepEqual(room.presence.members.get('ann')?.data, Uint8Array.of(0x7b));
  assert.equal(await codeOf(made.room('chat:b', { data: 5n }).join()), 'invalid_argument');
  assert.equal(await codeOf(made.room('chat:b', { data: 'x'.repeat(2000) }).join()), 'too_large');
});

test('update() says something new of oneself', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  await room.join();
  let said: string | undefined;
  hub.onAsk = (id, _, update) => {
    said = update?.text(2);
    hub.say([[1, id], [14, []]]);
  };
  await room.update({ typing: true });
  assert.equal(said, '{"typing":true}');
  await room.leave();
  await room.join();
  assert.equal(hub.joins.at(-1)?.text(8), '{"typing":true}');
});

test('history() gives pages, each saying where the next begins', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room<{ x: string }>('chat:a');
  const live: unknown[] = [];
  room.on('message', ({ data }) => live.push(data));
  await room.join();
  const asked: [number, number, number][] = [];
  hub.onAsk = (id, history) => {
    const from = history?.one(3)?.number(2) ?? history?.one(2)?.number(2) ?? 0;
    asked.push([from, history?.number(4) ?? 0, history?.number(5) ?? 0]);
    const more = from === 0 ? 1 : 0;
    const position: Fields = [[1, 0x0123456789abcdefn], [2, 9]];
    const page = [from === 0 ? 9 : 7, from === 0 ? 8 : 6].map((offset) => [2, hub.publication(offset, `m${offset}`)] as const);
    hub.say([[1, id], [11, [[1, position], ...page, [3, more], [4, 1 - more]]]]);
  };
  const first = await room.history({ reverse: true, limit: 2 });
  assert.deepEqual(first.messages.map(({ data }) => data), ['m9', 'm8']);
  assert.deepEqual(first.next, { epoch: '0123456789abcdef', offset: 8 });
  assert.equal(first.lost, false);
  const second = await room.history({ reverse: true, limit: 2, from: first.next });
  assert.deepEqual(second.messages.map(({ offset }) => offset), [7, 6]);
  assert.equal(second.next, undefined);
  assert.equal(second.lost, true);
  assert.equal(second.position.offset, 9);
  assert.deepEqual(asked, [[0, 2, 1], [8, 2, 1]]);
  assert.deepEqual(live, [], 'a page is not delivered');
});

test('history() settles: refused, aborted, closed', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const room = made.room('chat:a');
  hub.onAsk = (id) => hub.say([[1, id], [15, [[1, 103], [2, 'no']]]]);
  assert.equal(await codeOf(room.history()), 'permission_denied');
  hub.onAsk = () => {};
  const aborting = new AbortController();
  const aborted = codeOf(room.history({ signal: aborting.signal }));
  aborting.abort();
  assert.equal(await aborted, 'aborted');
  const closed = codeOf(room.history());
  made.close();
  assert.equal(await closed, 'closed');
});

test('the inbox is joined by itself as soon as it is known whose it is', async () => {
  const hub = new FakeHub();
  const made = client(hub);
  const heard: unknown[] = [];
  made.inbox.on('message', ({ data }) => heard.push(data));
  assert.equal(made.inbox.name, '');
  void made.connect();
  await hub.accept();
  await made.ping();
  assert.equal(made.inbox.name, '$user:s-1');
  assert.equal(made.inbox.state, 'joined');
  hub.push('$user:s-1', 'direct', 1, Buffer.from('psst'));
  assert.deepEqual(heard, ['psst']);
});

test('a room that a backend brings one into is told, and taken within the listener whole', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const heard: unknown[] = [];
  let taken: Promise<void> | undefined;
  made.on('room', ({ room: name }) => {
    const room = made.room(name);
    for (const event of ['state', 'joined', 'message'] as const) {
      room.on(event, (told) => heard.push('data' in told ? told.data : event));
    }
    taken = room.join();
  });
  hub.bringIn('chat:brought');
  hub.push('chat:brought', 'said', 1, Buffer.from('welcome'));
  await taken;
  assert.deepEqual(heard, ['state', 'state', 'joined', 'welcome']);
  assert.deepEqual(hub.joins, []);
});

test('a room that a backend brings one into is left when its last handle leaves', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  hub.bringIn('chat:brought');
  const room = made.room('chat:brought');
  await room.join();
  assert.equal(room.state, 'joined');
  assert.deepEqual(hub.joins, []);
  await room.leave();
  assert.deepEqual(hub.left, ['chat:brought']);
  made.close();
});

test('who is in a room that a backend brings one into is known as soon as it is asked for', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  hub.bringIn('chat:brought');
  hub.presence = [[1, 5], [2, user('ann', 1)], [3, 1], [4, 1]];
  const room = made.room('chat:brought', { presence: 'members' });
  await room.join();
  assert.deepEqual([...room.presence.members.keys()], ['ann']);
});

test('a handle that asks for more gets it at once, and one that asks for less takes nothing away', async () => {
  const hub = new FakeHub();
  const made = await connected(hub);
  const plain = made.room('chat:a');
  await plain.join();
  hub.presence = [[1, 5], [2, user('ann', 1)], [3, 1], [4, 1]];
  const joined: string[] = [];
  plain.on('joined', () => joined.push('plain'));
  const curious = made.room('chat:a', { presence: 'members', data: 'curious' });
  curious.on('joined', ({ rejoined }) => joined.push(`curious ${rejoined}`));
  await curious.join();
  assert.deepEqual([...curious.presence.members.keys()], ['ann']);
  assert.deepEqual(joined, ['curious false']);
  await made.room('chat:a').join();
  assert.deepEqual(
    hub.joins.map((join) => [join.number(7), join.text(8)]),
    [[0, ''], [2, '"curious"']],
  );
});

test('an inbox that the hub does not have says why not', async () => {
  const hub = new FakeHub();
  hub.refuses = { room: '$user:s-1', code: 102 };
  const made = await connected(hub);
  const left = new Promise((resolve) => {
    made.inbox.on('left', ({ reason }) => resolve(reason?.code));
  });
  assert.equal(await left, 'unknown_namespace');
});
