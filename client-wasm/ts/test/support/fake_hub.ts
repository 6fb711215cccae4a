// A hub in a few lines, for what only a conversation can show: it answers Hello, Join, Leave,
// Publish and Ping, keeps offsets, and does what a test tells it.

import { FakeSocket, fakeSockets } from './fake_socket.js';
import { Decoded, encode, type Fields } from './wire.js';

const EPOCH = 0x0123456789abcdefn;

export interface Received {
  readonly id: number;
  readonly room: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly ephemeral: boolean;
}

export class FakeHub {
  readonly sockets = fakeSockets();
  readonly published: Received[] = [];
  readonly hellos: Decoded[] = [];
  readonly left: string[] = [];
  /** Every join as it came, in Hello or by itself. */
  readonly joins: Decoded[] = [];
  /** A joined room's PresenceSnapshot. */
  presence: Fields | undefined;
  /** Answers History and PresenceUpdate, which come with their id. */
  onAsk: (id: number, history: Decoded | undefined, update: Decoded | undefined) => void = () => {};
  byes = 0;
  instance = 'hub-1';
  /** False: takes a publish and says nothing. */
  answers = true;
  /** A join of this room is refused with this code. */
  refuses: { room: string; code: number } | undefined;
  socket: FakeSocket | undefined;

  #offset = 0;
  readonly #handles: string[] = [];
  readonly WebSocket: new (url: string, protocols: string[]) => FakeSocket;

  constructor() {
    this.WebSocket = this.sockets.WebSocket;
  }

  /** Waits for the client's next attempt, and lets it in. */
  async accept(): Promise<FakeSocket> {
    const socket = await this.sockets.next();
    this.socket = socket;
    socket.answer = (frame) => {
      for (const message of new Decoded(frame).all(1)) this.#answer(message);
    };
    socket.open();
    return socket;
  }

  say(...messages: Fields[]): void {
    const frame = encode(messages.map((message) => [1, message] as const));
    if (this.socket?.readyState === 1) this.socket.receive(frame.buffer);
  }

  /** As a backend pushes. */
  push(room: string, type: string, encoding: number, data: Uint8Array): void {
    this.#offset += 1;
    this.say([[4, [[1, this.#handle(room)], [2, this.#publication(type, encoding, data)]]]]);
  }

  publication(offset: number, text: string): Fields {
    return [[1, offset], [2, 1_700_000_000_000_000], [3, 'x'], [4, 1], [5, text]];
  }

  /** As a backend's JoinUser. */
  bringIn(room: string): void {
    this.say([[3, this.#joined(room)]]);
  }

  /** What changed in who is there. */
  pushPresence(room: string, change: Fields): void {
    this.say([[9, [[1, this.#handle(room)], ...change]]]);
  }

  #publication(type: string, encoding: number, data: Uint8Array, by: Fields = []): Fields {
    const time = 1_700_000_000_000_000;
    return [[1, this.#offset], [2, time], [3, type], [4, encoding], [5, data], ...by];
  }

  #handle(room: string): number {
    const known = this.#handles.indexOf(room);
    return known >= 0 ? known + 1 : this.#handles.push(room);
  }

  #joined(room: string): Fields {
    const position: Fields = [[1, EPOCH], [2, this.#offset]];
    return [
      [1, room],
      [2, this.#handle(room)],
      [3, position],
      [5, this.#offset],
      [6, [[2, 1]]],
      ...(this.presence ? [[7, this.presence] as const] : []),
    ];
  }

  #error(code: number): Fields {
    return [[1, code], [2, 'the fake hub says no']];
  }

  #answer(message: Decoded): void {
    const id = message.number(1);
    const hello = message.one(2);
    const join = message.one(3);
    const leave = message.one(4);
    const publish = message.one(5);
    if (hello) this.#welcome(id, hello);
    else if (join) {
      const room = join.text(1);
      this.joins.push(join);
      if (this.refuses?.room === room) this.say([[1, id], [15, this.#error(this.refuses.code)]]);
      else this.say([[1, id], [3, this.#joined(room)]]);
    } else if (leave) {
      this.left.push(leave.text(1));
      this.say([[1, id], [14, []]]);
    } else if (publish) this.#publish(id, publish);
    else if (message.has(11)) {
      const sequence = message.one(11)?.number(1) ?? 0;
      this.say([[17, [[1, sequence], [2, 1_700_000_000_000_000], [3, 1_700_000_000_000_000]]]]);
    } else if (message.has(13)) this.byes += 1;
    else this.onAsk(id, message.one(6), message.one(8));
  }

  #welcome(id: number, hello: Decoded): void {
    this.hellos.push(hello);
    const joins = hello.all(8);
    this.joins.push(...joins);
    const outcomes = joins.map((join): readonly [number, Fields] => {
      const room = join.text(1);
      const refused = this.refuses?.room === room ? this.#error(this.refuses.code) : undefined;
      return [15, refused ? [[2, refused]] : [[1, this.#joined(room)]]];
    });
    this.say([
      [1, id],
      [
        2,
        [
          [1, this.instance],
          [2, 's-1'],
          [3, new Uint8Array(16)],
          [5, 's-1'],
          [6, 25_000],
          [7, 10_000],
          [9, [[1, 65_536], [2, 256], [3, 100], [4, 200], [5, 1024]]],
          [10, hello.number(9)],
          [11, 1_700_000_000_000_000],
          [12, 1_700_000_000_000_000],
          [13, 'fake'],
          ...outcomes,
        ],
      ],
    ]);
  }

  #publish(id: number, publish: Decoded): void {
    const received = {
      id,
      room: publish.text(1),
      type: publish.text(3),
      data: publish.bytes(5),
      ephemeral: publish.number(8) !== 0,
    };
    this.published.push(received);
    if (!this.answers || received.ephemeral) return;
    this.#offset += 1;
    this.say([[1, id], [10, [[1, [[1, EPOCH], [2, this.#offset]]]]]]);
  }
}
