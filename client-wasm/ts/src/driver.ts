// Runs one client's core: gives it what the world reports, does what it says, in the order in which
// it says it. Everything that the application may see is handed to `tell`.
//
// Effects are queued, and the queue is worked off by the outermost call alone: a listener that
// calls back into the client adds to the queue's end, so nothing overtakes.

import { CoreClient } from './abi.js';
import type { Effect, Settled } from './effects.js';
import { RoomcastError } from './errors.js';
import { reportFault } from './events.js';
import { Kind, Outcome, Signal, TokenWhy } from './exports.js';
import { browserTargets, watchPage } from './page_signals.js';
import { errorOf } from './problems.js';
import { Socket, type WebSocketConstructor, type WebSocketLike } from './socket.js';
import { TokenDesk } from './token_desk.js';
import type { ClientOptions, TokenRequest } from './types.js';
import type { SharedCore } from './wasm_loader.js';

type WorldKind =
  | Kind.OpenSocket
  | Kind.Send
  | Kind.CloseSocket
  | Kind.SetTimer
  | Kind.NeedToken
  | Kind.Settled;
/** What is not the driver's own business. */
export type Told = Exclude<Effect, { kind: WorldKind }>;

export interface DriverHost {
  tell(effect: Told): void;
  /** A socket is being opened. */
  attempt(): void;
  /** There is no core to ask, for now; what waited for it was refused. */
  loadFailed(error: RoomcastError): void;
  /** The core is gone; nothing comes after this. */
  ended(reason: RoomcastError | undefined): void;
}

interface Call {
  finish(settled: Settled): void;
  /** Without the core having said anything. */
  fail(error: RoomcastError): void;
}

interface Waiting {
  run(): void;
  fail(error: RoomcastError): void;
}

const REASONS: Record<TokenWhy, TokenRequest['reason']> = {
  [TokenWhy.Initial]: 'connect',
  [TokenWhy.Expired]: 'expired',
  [TokenWhy.Refresh]: 'refresh',
};
const TIMER_MS_MAX = 0x7fffffff;
// What the core asks for with every socket, too.
const SUB_PROTOCOL = 'roomcast.v1';
const CLOSING = 2;

export class Driver {
  readonly #url: string;
  readonly #options: ClientOptions;
  readonly #shared: SharedCore;
  readonly #host: DriverHost;
  readonly #tokens: TokenDesk;

  #core: CoreClient | undefined;
  #loading = false;
  #waiting: Waiting[] = [];
  #ended: RoomcastError | undefined;

  #queue: (Effect | (() => void))[] = [];
  #draining = false;
  #calls = new Map<number, Call>();
  #socket: { generation: number; socket: Socket } | undefined;
  // Dialled before the core was there to ask for it.
  #dialled: WebSocketLike | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(url: string, options: ClientOptions, shared: SharedCore, host: DriverHost) {
    this.#url = url;
    this.#options = options;
    this.#shared = shared;
    this.#host = host;
    this.#tokens = new TokenDesk(options.getToken, {
      given: (request, token) => this.input((core) => core.runWith('rc_token', [token], request)),
      failed: (request, permanent, error) => {
        this.later(() => this.#host.tell({ kind: Kind.Error, room: 0, problem: error }));
        this.input((core) => core.run('rc_token_failed', request, Number(permanent)));
      },
    });
  }

  /** Undefined until something was asked of it, and after the end. */
  get core(): CoreClient | undefined {
    return this.#core;
  }

  /** Why nothing can be asked any more. */
  get end(): RoomcastError | undefined {
    return this.#ended;
  }

  /**
   * Begins a call and promises its outcome. `begin` runs now, or when the core is there; it may
   * throw. `finish` runs in the queue's order, before the promise's own reactions.
   */
  call(
    begin: (core: CoreClient) => number,
    signal?: AbortSignal,
    finish?: (settled: Settled) => void,
  ): Promise<Settled> {
    const promise = new Promise<Settled>((resolve, reject) => {
      let number = 0;
      let over = false;
      const end = (): void => {
        over = true;
        signal?.removeEventListener('abort', abort);
      };
      const fail = (error: RoomcastError): void => {
        end();
        reject(error);
      };
      const abort = (): void => {
        if (number !== 0) this.input((core) => core.run('rc_abort', number));
        else fail(new RoomcastError('aborted', 'the signal aborted', { cause: signal?.reason }));
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      this.#whenLoaded({
        fail,
        run: () => {
          if (over) return;
          this.#guard(fail, () => {
            number = this.#enter(begin);
            if (number === 0) throw new RoomcastError('invalid_argument', 'the core refused it');
            this.#calls.set(number, {
              fail,
              finish: (settled) => {
                end();
                finish?.(settled);
                if (settled.outcome === Outcome.Done) resolve(settled);
                else reject(errorOf(settled, signal));
              },
            });
          });
          this.#drain();
        },
      });
    });
    return promise;
  }

  /**
   * The hub is about to be called: dials while the core still loads, which are two waits in one.
   * Not where a token is asked for first, which may take longer than the hub waits for a Hello.
   */
  hurry(): void {
    if (this.#dialled || this.#options.getToken) return;
    try {
      this.#dialled = this.#dial(this.#url);
      // An error that nobody hears would be an uncaught exception of the package `ws`.
      this.#dialled.onerror = () => {};
    } catch {
      // The core's own attempt will hear of it.
    }
  }

  /** An input without an outcome; nothing where there is no core. */
  input(
    action: (core: CoreClient) => void,
    message?: ArrayBuffer,
    refuse: (error: RoomcastError) => void = reportFault,
  ): void {
    this.#guard(refuse, () => this.#enter(action, message));
    this.#drain();
  }

  /** An input within the `begin` of a call, whose effects wait for the call's own. */
  within<Result>(action: (core: CoreClient) => Result): { result: Result; effects: Effect[] } {
    const core = this.#core!;
    const result = action(core);
    return { result, effects: core.takeEffects() };
  }

  /** In its turn, after the effects that came before. */
  later(action: () => void): void {
    this.#queue.push(action);
    this.#drain();
  }

  queue(effects: Effect[]): void {
    for (const effect of effects) this.#queue.push(effect);
  }

  /** What waits for the core is not wanted any more. */
  refuseWaiting(error: RoomcastError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) each.fail(error);
  }

  /** Says good-bye, settles every call, and is over. */
  close(): void {
    if (this.#ended) return;
    if (this.#core) this.#guard(reportFault, () => this.#enter((core) => core.run('rc_close')));
    this.#finish(new RoomcastError('closed', 'the client was closed'));
    this.#drain();
  }

  #whenLoaded(waiting: Waiting): void {
    if (this.#ended) return waiting.fail(this.#ended);
    if (this.#core) return waiting.run();
    this.#waiting.push(waiting);
    if (!this.#loading) void this.#load();
  }

  async #load(): Promise<void> {
    this.#loading = true;
    try {
      const exports = await this.#shared.load();
      if (this.#ended) return;
      const { name = '', version = '', getToken, logLevel } = this.#options;
      this.#core = new CoreClient(exports, this.#url, name, version, getToken !== undefined);
      if (logLevel && logLevel !== 'off') this.#core.run('rc_trace', logLevel === 'trace' ? 2 : 1);
      this.#watchPage();
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const each of waiting) this.#whenLoaded(each);
    } catch (cause) {
      const error =
        cause instanceof RoomcastError
          ? cause
          : new RoomcastError('invalid_argument', String(cause), { cause });
      this.refuseWaiting(error);
      this.later(() => this.#host.loadFailed(error));
    } finally {
      this.#loading = false;
      // Whoever wanted it thought better of it.
      this.#dialled?.close();
      this.#dialled = undefined;
    }
  }

  #watchPage(): void {
    const signal = (which: Signal): void => this.input((core) => core.run('rc_on_signal', which));
    const targets = this.#options.page ?? browserTargets();
    if (targets.document?.visibilityState === 'hidden') signal(Signal.Hidden);
    this.#unwatch = watchPage(
      {
        wake: () => signal(Signal.Wake),
        visibility: (hidden) => signal(hidden ? Signal.Hidden : Signal.Visible),
        network: (online) => signal(online ? Signal.Online : Signal.Offline),
        hide: (kept) => signal(kept ? Signal.PageHide : Signal.Unload),
        show: () => signal(Signal.PageShow),
      },
      targets,
      () => performance.now(),
    );
  }

  #enter<Result>(action: (core: CoreClient) => Result, message?: ArrayBuffer): Result | 0 {
    const core = this.#core;
    if (!core) return 0;
    const result = action(core);
    this.queue(core.takeEffects(message));
    return result;
  }

  // A trap is a broken invariant in the core: this client is over and says why; new ones get a new
  // core.
  #guard(refuse: (error: RoomcastError) => void, action: () => void): void {
    try {
      action();
    } catch (fault) {
      if (fault instanceof RoomcastError) return refuse(fault);
      if (!(fault instanceof WebAssembly.RuntimeError)) {
        const message = `an argument of the wrong type: ${fault}`;
        return refuse(new RoomcastError('invalid_argument', message, { cause: fault }));
      }
      if (this.#core) this.#shared.discard(this.#core.exports);
      this.#core = undefined;
      const error = new RoomcastError('internal', `the SDK core failed: ${fault}`, {
        cause: fault,
      });
      refuse(error);
      this.#finish(error);
    }
  }

  #finish(error: RoomcastError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#core?.destroy();
    this.#core = undefined;
    this.#unwatch?.();
    this.#tokens.close();
    // After the effects that the core left: its good-byes are still to be sent.
    this.#queue.push(() => {
      clearTimeout(this.#timer);
      this.#socket?.socket.drop();
      this.#socket = undefined;
      const calls = [...this.#calls.values()];
      this.#calls.clear();
      for (const call of calls) call.fail(error);
      this.refuseWaiting(error);
      this.#host.ended(error.code === 'closed' ? undefined : error);
    });
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    for (let at = 0; at < this.#queue.length; ++at) {
      const next = this.#queue[at]!;
      try {
        if (typeof next === 'function') next();
        else this.#act(next);
      } catch (fault) {
        // Nothing here throws; an exception must not stop what comes after it all the same.
        reportFault(fault);
      }
    }
    this.#queue = [];
    this.#draining = false;
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case Kind.OpenSocket:
        return this.#open(effect.generation, effect.url);
      case Kind.Send:
        if (this.#socket?.generation === effect.generation) this.#socket.socket.send(effect.bytes);
        return;
      case Kind.CloseSocket:
        if (this.#socket?.generation !== effect.generation) return;
        this.#socket.socket.drop(effect.code, effect.reason);
        this.#socket = undefined;
        return;
      case Kind.SetTimer:
        return this.#setTimer(effect.at);
      case Kind.NeedToken:
        return this.#tokens.ask(effect.request, REASONS[effect.why]);
      case Kind.Settled: {
        const call = this.#calls.get(effect.call);
        this.#calls.delete(effect.call);
        return call?.finish(effect);
      }
      default:
        return this.#host.tell(effect);
    }
  }

  #open(generation: number, url: string): void {
    this.#socket?.socket.drop();
    this.#host.attempt();
    const dialled = this.#dialled;
    this.#dialled = undefined;
    const isThere = dialled && dialled.readyState < CLOSING;
    const socket = new Socket(() => (isThere ? dialled : this.#dial(url)), {
      opened: () => this.input((core) => core.run('rc_on_open', generation)),
      received: (message) => this.input((core) => core.received(generation, message), message),
      receivedText: () => this.input((core) => core.run('rc_on_text', generation)),
      closed: (code, reason) => {
        if (this.#socket?.socket === socket) this.#socket = undefined;
        this.input((core) => core.runWith('rc_on_closed', [reason], generation, code));
      },
    });
    this.#socket = { generation, socket };
  }

  #dial(url: string): WebSocketLike {
    const WebSocket = (this.#options.WebSocket ?? globalThis.WebSocket) as WebSocketConstructor;
    return new WebSocket(url, [SUB_PROTOCOL]);
  }

  #setTimer(at: number): void {
    clearTimeout(this.#timer);
    if (!this.#core || at === Infinity) return;
    const delay = Math.ceil(Math.max(0, at - performance.now()));
    this.#timer = setTimeout(
      () => this.input((core) => core.run('rc_on_timer')),
      Math.min(delay, TIMER_MS_MAX),
    );
  }
}
