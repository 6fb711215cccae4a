// How much the heap of JavaScript and the memory of the core grow in 10,000 reconnects of a client
// with rooms, listeners and a publish under way, after 5,000 that warm up. Prints
// `reconnect_heap_growth_bytes`. Run with --expose-gc; the argument is the core's file.

import { readFileSync } from 'node:fs';
import { Client } from '../src/client.js';
import { SharedCore } from '../src/wasm_loader.js';
import { FakeSocket } from '../test/support/fake_socket.js';
import { Decoded, encode, type Fields } from '../test/support/wire.js';

const RECONNECTS = 15_000;
const WARM = 5_000;
const ROOMS = 8;

const collect = (globalThis as { gc?: () => void }).gc;
if (!collect) throw new Error('bench/reconnect wants node --expose-gc');

// Both clocks run ahead, so that no attempt has to wait: a wake signal leaves alone one that is young.
const TURN_MS = 2000;
let ahead = 0;
for (const clock of [performance, Date]) {
  const real = clock.now.bind(clock);
  clock.now = () => real() + ahead;
}

// A hub that keeps nothing: it welcomes, answers each join, and acknowledges each publish.
let welcomes = 0;
let socket: Hub | undefined;
class Hub extends FakeSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    socket = this;
    this.answer = (frame) => {
      this.sent.length = 0;
      for (const message of new Decoded(frame).all(1)) this.reply(message);
    };
    queueMicrotask(() => this.open());
  }

  say(message: Fields): void {
    if (this.readyState === 1) this.receive(encode([[1, message]]).buffer);
  }

  reply(message: Decoded): void {
    const id = message.number(1);
    const hello = message.one(2);
    const position: Fields = [[1, 7n], [2, 0]];
    if (message.one(5) && id > 0) return this.say([[1, id], [10, [[1, position]]]]);
    if (!hello) return;
    welcomes += 1;
    const joins = hello.all(8).map((join, at): readonly [number, Fields] => {
      const joined: Fields = [[1, join.text(1)], [2, at + 1], [3, position], [6, [[2, 1]]]];
      return [15, [[1, joined]]];
    });
    const key = new Uint8Array(16);
    const who: Fields = [[1, 'hub'], [2, 's'], [3, key], [5, 'u'], [6, 25_000], [7, 10_000]];
    this.say([[1, id], [2, [...who, ...joins]]]);
  }
}

const shared = new SharedCore(() => WebAssembly.instantiate(readFileSync(process.argv[2]!)));
const { memory } = await shared.load();
const window = new EventTarget();
const client = new Client('ws://hub.test/ws', { WebSocket: Hub, page: { window } }, shared);
const rooms = Array.from({ length: ROOMS }, (_, at) => client.room(`bench:${at}`));
let rejoined = 0;
for (const room of rooms) room.on('joined', () => (rejoined += 1));
void client.connect();
await Promise.all(rooms.map((room) => room.join()));

const used = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed + memory.buffer.byteLength;
};

let before = 0;
for (let turn = 1; turn <= RECONNECTS; ++turn) {
  const flying = rooms[0]!.publish('x', turn);
  const back = new Promise<void>((resolve) => {
    const off = client.on('state', ({ state }) => {
      if (state !== 'connected') return;
      off();
      resolve();
    });
  });
  socket?.lose();
  ahead += TURN_MS;
  // The network is back: nobody waits for the next attempt.
  window.dispatchEvent(new Event('online'));
  await back;
  await flying;
  if (turn === WARM) before = used();
}
const growth = used() - before;
if (welcomes !== RECONNECTS + 1 || rejoined < ROOMS * RECONNECTS) {
  throw new Error(`${welcomes} connections, ${rejoined} joins`);
}
console.log(`reconnect_heap_growth_bytes ${Math.max(0, growth)} bytes`);
process.exit(0);
