// A WebSocket without a network: the test is the other end.

import type { WebSocketLike } from 'roomcast';

type Handler = ((event: never) => unknown) | null;

export class FakeSocket implements WebSocketLike {
  binaryType = 'blob';
  readyState = 0;
  bufferedAmount = 0;
  protocol = '';
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;

  readonly url: string;
  readonly protocols: string[];
  readonly sent: Uint8Array[] = [];
  closedWith: { code: number | undefined; reason: string | undefined } | undefined;
  /** What the test does with each frame that the client sends. */
  answer: (frame: Uint8Array) => void = () => {};

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== 1) throw new Error('not open');
    const frame = data.slice();
    this.sent.push(frame);
    // As over a network, the answer never comes from within the call.
    queueMicrotask(() => this.answer(frame));
  }

  close(code?: number, reason?: string): void {
    this.readyState = 3;
    this.closedWith = { code, reason };
  }

  // ---- The other end.

  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }
  receive(data: ArrayBuffer | string): void {
    this.onmessage?.({ data } as never);
  }
  lose(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason } as never);
  }
}

/** A constructor to inject, and the sockets that it made. */
export function fakeSockets(): {
  WebSocket: new (url: string, protocols: string[]) => FakeSocket;
  made: FakeSocket[];
  next(): Promise<FakeSocket>;
} {
  const made: FakeSocket[] = [];
  const waiting: ((socket: FakeSocket) => void)[] = [];
  let taken = 0;
  class Made extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      made.push(this);
      const waiter = waiting.shift();
      if (waiter) {
        taken += 1;
        // After the SDK has put its handlers on it.
        queueMicrotask(() => waiter(this));
      }
    }
  }
  const next = (): Promise<FakeSocket> =>
    new Promise((resolve) => {
      const ready = made[taken];
      if (!ready) return void waiting.push(resolve);
      taken += 1;
      resolve(ready);
    });
  return { WebSocket: Made, made, next };
}
