// One WebSocket, one connection generation. When it has ended, or was dropped, it says nothing
// more: nothing of one generation acts on the next.

/** The part of the browser's WebSocket that is used here. The package `ws` has it too. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly protocol: string;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

export interface SocketHandlers {
  opened(): void;
  received(message: ArrayBuffer): void;
  receivedText(): void;
  /** The last word, and exactly once unless the socket was dropped. */
  closed(code: number, reason: string): void;
}

const CLOSED_ABNORMALLY = 1006;
const OPEN = 1;

export class Socket {
  #socket: WebSocketLike | undefined;

  /** `dial` may answer a socket that is open already. One that throws is a connection that failed. */
  constructor(dial: () => WebSocketLike, handlers: SocketHandlers) {
    let socket: WebSocketLike;
    try {
      socket = dial();
    } catch (fault) {
      // Later, as a failed attempt would be: nobody is called from within a constructor.
      queueMicrotask(() => handlers.closed(CLOSED_ABNORMALLY, String(fault)));
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    const opened = (): void => {
      if (this.#socket === socket) handlers.opened();
    };
    if (socket.readyState === OPEN) queueMicrotask(opened);
    else socket.onopen = opened;
    socket.onmessage = (event: { data: unknown }) => {
      if (this.#socket !== socket) return;
      if (typeof event.data === 'string') handlers.receivedText();
      else handlers.received(event.data as ArrayBuffer);
    };
    socket.onclose = (event: { code: number; reason: string }) => {
      if (this.#socket !== socket) return;
      this.#forget();
      handlers.closed(event.code, event.reason);
    };
    // A close event follows, and knows more.
    socket.onerror = () => {};
  }

  /** False: not open, or its buffer took nothing. A close event follows. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket?.readyState !== OPEN) return false;
    try {
      this.#socket.send(bytes);
      return true;
    } catch {
      return false;
    }
  }

  /** Closes, and hears nothing more of it. A code that a page may not send is left out. */
  drop(code?: number, reason?: string): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#forget();
    try {
      if (code === 1000 || (code !== undefined && code >= 3000 && code <= 4999)) {
        socket.close(code, reason);
      } else {
        socket.close();
      }
    } catch {
      // Too long a reason, or a socket that is over: either way it is not ours any more.
    }
  }

  #forget(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // Stays, or a late error of a dropped `ws` socket would be an uncaught exception.
    socket.onerror = () => {};
  }
}
