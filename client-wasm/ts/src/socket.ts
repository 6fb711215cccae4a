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
  readonly generation: number;
  #socket: WebSocketLike | undefined;

  /** `dial` may answer a socket that is open already. One that throws is a connection that failed. */
  constructor(generation: number, dial: () => WebSocketLike, handlers: SocketHandlers) {
    this.generation = generation;
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
      this.#socket = undefined;
      handlers.closed(event.code, event.reason);
    };
    // A close event follows, and knows more. Without it, a late error of a dropped socket of the
    // package `ws` would be an uncaught exception.
    socket.onerror = () => {};
  }

  /** Where it is not open, or takes nothing, a close event follows. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    try {
      this.#socket?.send(bytes);
    } catch {
      // It was connecting, which the core does not send to.
    }
  }

  /** Closes, and hears nothing more of it. */
  drop(code?: number, reason?: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    try {
      socket?.close(code, reason);
    } catch {
      // A code or a reason that a page may not send.
      socket!.close();
    }
  }
}
