import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { CableSocket, cutCable, isAsleep, isCut, mendCable, sleep, wake } from '../src/cable.js';

class FakeSocket {
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static last: FakeSocket | undefined;
  onopen: unknown = null;
  onmessage: ((event: unknown) => void) | null = null;
  onclose: unknown = null;
  onerror: unknown = null;
  binaryType = '';
  readyState = 1;
  constructor() {
    FakeSocket.last = this;
  }
  close(): void {
    this.readyState = 3;
  }
}

const page = new EventTarget();
Object.assign(globalThis, { WebSocket: FakeSocket, window: page, document: page });

beforeEach(() => {
  if (isCut()) mendCable();
});

const codes = (socket: CableSocket): number[] => {
  const seen: number[] = [];
  socket.onclose = (event: { code: number }) => seen.push(event.code);
  return seen;
};

test('an open connection is gone at once, without a goodbye, and says nothing more', () => {
  const socket = new CableSocket('ws://hub.test/ws', ['roomcast.v1']);
  const closed = codes(socket);
  const heard: unknown[] = [];
  socket.onmessage = (event: unknown) => heard.push(event);
  const inner = FakeSocket.last;
  inner?.onmessage?.('one');
  cutCable();
  inner?.onmessage?.('two');
  assert.deepEqual(closed, [1006]);
  assert.deepEqual(heard, ['one']);
  assert.equal(inner?.readyState, 3);
});

test('while it is cut, new connections fail', async () => {
  cutCable();
  const socket = new CableSocket('ws://hub.test/ws', []);
  const failed = new Promise((resolve) => {
    socket.onclose = ({ code }: { code: number }) => resolve(code);
  });
  assert.equal(socket.readyState, 3);
  assert.equal(await failed, 1006);
});

test('mending tells the page that its network is back', () => {
  let online = 0;
  page.addEventListener('online', () => {
    online += 1;
  });
  cutCable();
  mendCable();
  assert.equal(online, 1);
  assert.equal(isCut(), false);
});

test('asleep, nothing goes either way and nobody is told; awake, the old connection stays dead', () => {
  const socket = new CableSocket('ws://hub.test/ws', []);
  const closed = codes(socket);
  const heard: unknown[] = [];
  socket.onmessage = (event: unknown) => heard.push(event);
  const inner = FakeSocket.last;
  let woke = 0;
  page.addEventListener('resume', () => (woke += 1), { once: true });
  sleep();
  assert.equal(isAsleep(), true);
  inner?.onmessage?.('one');
  wake();
  inner?.onmessage?.('two');
  assert.equal(woke, 1);
  assert.equal(socket.readyState, 1);
  assert.equal(heard.length, 0);
  assert.deepEqual(closed, []);
  const next = new CableSocket('ws://hub.test/ws', []);
  next.onmessage = (event: unknown) => heard.push(event);
  FakeSocket.last?.onmessage?.('three');
  assert.deepEqual(heard, ['three']);
});
