// A cable that can be cut, and a machine that can sleep. The SDK is given this class in place of the
// browser's WebSocket. While the cable is cut, an open connection is gone without a goodbye and new
// ones fail, as in a dead network. Asleep, nothing goes either way and nobody is told: after that
// the connection looks open, and never carries anything again.

import type { WebSocketLike } from 'roomcast';

type Handler = ((event: never) => unknown) | null;

let cut = false;
let asleep = false;
let current: CableSocket | undefined;

const ABNORMAL = { code: 1006, reason: '', wasClean: false };
// How long a dead network takes to refuse.
const REFUSED_AFTER_MS = 120;

export class CableSocket implements WebSocketLike {
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  binaryType = 'arraybuffer';
  #inner: WebSocket | undefined;
  // Slept through: open to the eye.
  #numb = false;

  constructor(url: string, protocols: string[]) {
    current = this;
    this.#numb = asleep;
    if (cut) {
      setTimeout(() => this.#lose(), REFUSED_AFTER_MS);
      return;
    }
    const inner = new WebSocket(url, protocols);
    this.#inner = inner;
    inner.binaryType = 'arraybuffer';
    inner.onopen = (event) => this.onopen?.(event as never);
    inner.onmessage = (event) => {
      if (!this.#numb) this.onmessage?.(event as never);
    };
    inner.onerror = (event) => this.onerror?.(event as never);
    inner.onclose = (event) => {
      if (!this.#numb) this.onclose?.(event as never);
    };
  }

  get readyState(): number {
    return this.#inner?.readyState ?? WebSocket.CLOSED;
  }
  get bufferedAmount(): number {
    return this.#inner?.bufferedAmount ?? 0;
  }
  get protocol(): string {
    return this.#inner?.protocol ?? '';
  }
  send(data: Uint8Array<ArrayBuffer>): void {
    if (!this.#numb) this.#inner?.send(data);
  }
  close(code?: number, reason?: string): void {
    this.#inner?.close(code, reason);
  }

  numb(): void {
    this.#numb = true;
  }

  /** The connection is gone, and this end is told so. */
  snap(): void {
    const inner = this.#inner;
    if (!inner || inner.readyState >= WebSocket.CLOSING) return;
    inner.onopen = inner.onmessage = inner.onerror = inner.onclose = null;
    inner.close();
    this.#inner = undefined;
    this.#lose();
  }

  #lose(): void {
    this.onclose?.(ABNORMAL as never);
  }
}

export const isCut = (): boolean => cut;

export function cutCable(): void {
  cut = true;
  current?.snap();
}

/** Browsers tell a page that its network is back; so does this. */
export function mendCable(): void {
  cut = false;
  window.dispatchEvent(new Event('online'));
}

export const isAsleep = (): boolean => asleep;

export function sleep(): void {
  asleep = true;
  current?.numb();
}

/** Browsers tell a page that it runs again; so does this. */
export function wake(): void {
  asleep = false;
  document.dispatchEvent(new Event('resume'));
}
