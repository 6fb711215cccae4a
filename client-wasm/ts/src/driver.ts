// Runs one client's core: gives it what the world reports, does what it says, in the order in which
// it says it. Everything that the application may see is handed to `tell`.
//
// Effects are queued, and the queue is worked off by the outermost call alone: a listener that
// calls back into the client adds to the queue's end, so nothing overtakes.

import { CoreClient } from './abi.js';
import type { Effect, Told } from './effects.js';
import { RoomcastError } from './errors.js';
import { reportFault } from './events.js';
import { Kind, Outcome, Signal } from './exports.js';
import { browserTargets, watchPage } from './page_signals.js';
import { errorOf } from './problems.js';
import { Socket, type WebSocketConstructor, type WebSocketLike } from './socket.js';
import { TokenDesk } from './token_desk.js';
import type { ClientOptions, TokenRequest } from './types.js';
import type { SharedCore } from './wasm_loader.js';

export interface DriverHost {
  /** What is not the driver's own business. */
  tell(effect: Effect): void;
  report(error: RoomcastError): void;
  /** A socket is being opened. */
  attempt(): void;
  /** There is no core to ask, for now; what waited for it was refused. */
  loadFailed(error: RoomcastError): void;
  /** The core is gone; nothing comes after this. */
  ended(reason: RoomcastError | undefined): void;
}

interface Call {
  /** Begins, once the core is there. */
  run(): void;
  finish(settled: Told): void;
  /** Without the core having said anything. */
  fail(error: RoomcastError): void;
}

// By RC_TOKEN_*, from 1.
const REASONS: readonly TokenRequest['reason'][] = ['connect', 'expired', 'refresh'];
const TIMER_MS_MAX = 0x7fffffff;
// What the core asks for with every socket, too.
const SUB_PROTOCOL = 'roomcast.v1';
const CLOSING = 2;

/** A rejection that nobody waits for is nobody's fault: it must not end a process. */
export function quietly<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}

// What the application gave in was not what was asked for, where it is nothing else.
const toError = (cause: unknown): RoomcastError =>
  cause instanceof RoomcastError
    ? cause
    : new RoomcastError('invalid_argument', `an argument of the wrong type: ${cause}`, { cause });

export class Driver {
  readonly #url: string;
  readonly #options: ClientOptions;
  readonly #shared: SharedCore;
  readonly #host: DriverHost;
  readonly #tokens: TokenDesk;

  #core: CoreClient | undefined;
  #loading = false;
  #waiting: Call[] = [];
  #ended: RoomcastError | undefined;

  #queue: (Effect | (() => void))[] = [];
  #draining = false;
  #calls = new Map<number, Call>();
  #socket: Socket | undefined;
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
        this.later(() => this.#host.report(error));
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
   * throw. `finish` runs in the queue's order, before the promise's own reactions, whatever the
   * outcome is, and answers what the promise is of.
   */
  call<Result = void>(
    begin: (core: CoreClient) => number,
    signal?: AbortSignal,
    finish?: (settled: Told) => Result,
  ): Promise<Result> {
    const promise = new Promise<Result>((resolve, reject) => {
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
      const call: Call = {
        run: () => {
          if (over) return;
          this.#guard(fail, () => {
            number = this.#enter(begin);
            if (number === 0) throw new RoomcastError('invalid_argument', 'the core refused it');
            this.#calls.set(number, call);
          });
          this.#drain();
        },
        finish: (settled) => {
          end();
          const result = finish?.(settled) as Result;
          if (settled.word(4) === Outcome.Done) resolve(result);
          else reject(errorOf(settled, signal));
        },
        fail,
      };
      this.#whenLoaded(call);
    });
    return quietly(promise);
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
    for (const each of this.#waiting.splice(0)) each.fail(error);
  }

  /** Says good-bye, settles every call, and is over. */
  close(): void {
    if (this.#ended) return;
    if (this.#core) this.#guard(reportFault, () => this.#enter((core) => core.run('rc_close')));
    this.#finish(new RoomcastError('closed', 'the client was closed'));
    this.#drain();
  }

  #whenLoaded(call: Call): void {
    if (this.#ended) return call.fail(this.#ended);
    if (this.#core) return call.run();
    this.#waiting.push(call);
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
      for (const each of this.#waiting.splice(0)) this.#whenLoaded(each);
    } catch (cause) {
      const error = toError(cause);
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
    this.#unwatch = watchPage(signal, this.#options.page ?? browserTargets());
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
      if (!(fault instanceof WebAssembly.RuntimeError)) return refuse(toError(fault));
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
      this.#socket?.drop();
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
        return this.#open(effect.word(3), effect.text(4));
      case Kind.Send:
        if (this.#socket?.generation === effect.word(3)) this.#socket.send(effect.bytes(4));
        return;
      case Kind.CloseSocket:
        if (this.#socket?.generation !== effect.word(3)) return;
        this.#socket.drop(effect.word(4), effect.text(6));
        this.#socket = undefined;
        return;
      case Kind.SetTimer:
        return this.#setTimer(effect.number(0));
      case Kind.NeedToken:
        return this.#tokens.ask(effect.word(2), REASONS[effect.word(4) - 1]!);
      case Kind.Settled: {
        const call = this.#calls.get(effect.word(2));
        this.#calls.delete(effect.word(2));
        return call?.finish(effect);
      }
      default:
        return this.#host.tell(effect);
    }
  }

  #open(generation: number, url: string): void {
    this.#socket?.drop();
    this.#host.attempt();
    const dialled = this.#dialled;
    this.#dialled = undefined;
    const isThere = dialled && dialled.readyState < CLOSING;
    const socket = new Socket(generation, () => (isThere ? dialled : this.#dial(url)), {
      opened: () => this.input((core) => core.run('rc_on_open', generation)),
      received: (message) => this.input((core) => core.received(generation, message), message),
      receivedText: () => this.input((core) => core.run('rc_on_text', generation)),
      closed: (code, reason) => {
        if (this.#socket === socket) this.#socket = undefined;
        this.input((core) => core.runWith('rc_on_closed', [reason], generation, code));
      },
    });
    this.#socket = socket;
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
