// The client as an application sees it. What it does is decided by the core; here its effects
// become events and outcomes.

import type { CoreClient } from './abi.js';
import { Driver, quietly } from './driver.js';
import type { Effect } from './effects.js';
import { RoomcastError } from './errors.js';
import { Emitter, type ListenOptions, type Listener, type Off } from './events.js';
import { Flag, Kind, Stat } from './exports.js';
import { Memberships } from './memberships.js';
import { errorOf, problemOf } from './problems.js';
import { Room } from './room.js';
import type {
  AnyEvents,
  CallOptions,
  ClientEvents,
  ClientOptions,
  ClientState,
  ClientStats,
  EventMap,
  HubTime,
  RoomOptions,
  Session,
  StateEvent,
} from './types.js';
import type { SharedCore } from './wasm_loader.js';

const STATES: readonly ClientState[] = [
  'disconnected',
  'connecting',
  'connected',
  'reconnecting',
  'closed',
];

/** A connection to a hub that is kept as long as it is wanted, and the rooms on it. */
export class Client {
  readonly #events = new Emitter<ClientEvents>();
  readonly #driver: Driver;
  readonly #memberships: Memberships;
  readonly #options: ClientOptions;

  #state: ClientState = 'disconnected';
  #attempt = 0;
  #retryAt = Infinity;
  #reason: RoomcastError | undefined;
  #session: Session | undefined;
  #inbox: Room | undefined;

  /** @internal Applications call createClient(). */
  constructor(url: string, options: ClientOptions, shared: SharedCore) {
    this.#options = options;
    const report = (error: RoomcastError): void => this.#events.emit('error', error);
    this.#driver = new Driver(checkUrl(url), options, shared, {
      tell: (effect) => this.#tell(effect),
      report,
      attempt: () => {
        this.#attempt += 1;
        this.#retryAt = Infinity;
        this.#emitState(this.#state);
      },
      loadFailed: (error) => {
        report(error);
        this.#reason = error;
        this.#setState('disconnected');
      },
      ended: (reason) => this.#ended(reason),
    });
    this.#memberships = new Memberships(this.#driver, report);
  }

  /** Where the connection stands; the event `state` tells of changes. */
  get state(): ClientState {
    return this.#state;
  }

  /** Who one is to the hub; only while connected. */
  get session(): Session | undefined {
    return this.#session;
  }

  /**
   * Connects and stays connected: after a loss the client comes back by itself, with its rooms.
   * Done when connected for the first time; refused when the hub says not to come back. An abort
   * ends the wait, not the wish: that is disconnect().
   */
  connect({ signal }: CallOptions = {}): Promise<void> {
    if (!this.#options.WebSocket && typeof WebSocket !== 'function') {
      const message = 'there is no WebSocket here: pass one as an option';
      return quietly(Promise.reject(new RoomcastError('unsupported', message)));
    }
    if (this.#state === 'disconnected' && !this.#driver.core) {
      this.#driver.hurry();
      this.#setState('connecting');
    }
    return this.#driver.call((core) => core.run('rc_connect'), signal);
  }

  /** Says good-bye. Calls under way are aborted; rooms are joined again by the next connect(). */
  disconnect(): void {
    if (this.#driver.core) return this.#driver.input((core) => core.run('rc_disconnect'));
    this.#driver.refuseWaiting(new RoomcastError('disconnected', 'disconnect() was called'));
    this.#setState('disconnected');
  }

  /** Good-bye, and for good: every call under way is settled, every later one is refused. */
  close(): void {
    this.#driver.close();
  }

  /** `using client = …`: closes at the end of the block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Asks the hub whether it is there; the round trip in milliseconds. */
  ping({ signal }: CallOptions = {}): Promise<number> {
    return this.#driver.call((core) => core.run('rc_ping'), signal, (pong) => pong.number(3));
  }

  /**
   * A handle for a room; no I/O. Handles of one room share its membership: the room is left when
   * the last of them that joined has left. Say what is in it: `client.room<Chat>('chat:42')`.
   */
  room<Events extends EventMap = AnyEvents>(name: string, options: RoomOptions = {}): Room<Events> {
    return new Room<Events>(name, options, this.#driver, this.#memberships, this.#options.timeout);
  }

  /**
   * The user's own room, `$user:ID`: what backends say to the user, in whichever session. Joined by
   * itself as soon as there is a session, where the hub has such rooms; else its event `left` says
   * why not.
   */
  get inbox(): Room {
    this.#inbox ??= this.room('');
    if (this.#session) this.#inbox.become(`$user:${this.#session.user}`);
    return this.#inbox;
  }

  /** Listens until the returned function is called or the signal aborts. */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: Listener<ClientEvents[Name]>,
    options?: ListenOptions,
  ): Off {
    return this.#events.on(name, listener, options);
  }

  /** The hub's clock; undefined before the first connection. */
  now(): HubTime | undefined {
    const sample = this.#driver.core?.hubTime();
    return sample && { time: sample[0] / 1000, error: sample[1] / 1000 };
  }

  /** What was counted since the client was made, and what is measured now. */
  stats(): ClientStats {
    const core: CoreClient | undefined = this.#driver.core;
    const counts = core?.stats() ?? [];
    const count = (which: Stat): number => counts[which] ?? 0;
    const hub = this.now();
    return {
      state: this.#state,
      roundTrip: count(Stat.RoundTripUs) / 1000 || undefined,
      clockOffset: hub && hub.time - Date.now(),
      clockError: hub?.error,
      attempts: count(Stat.Attempts),
      connections: count(Stat.Connections),
      messagesReceived: count(Stat.MessagesIn),
      messagesSent: count(Stat.MessagesOut),
      bytesReceived: count(Stat.BytesIn),
      bytesSent: count(Stat.BytesOut),
      publications: count(Stat.Publications),
      resent: count(Stat.Resent),
      pending: count(Stat.Queued),
    };
  }

  #tell(effect: Effect): void {
    switch (effect.kind) {
      case Kind.State:
        this.#reason = problemOf(effect);
        this.#retryAt = effect.number(0);
        // A session follows at once: who hears `connected` finds it there.
        if (STATES[effect.word(4)] === 'connected') return;
        return this.#setState(STATES[effect.word(4)]!);
      case Kind.Session:
        this.#session = {
          id: effect.text(4),
          user: effect.text(6),
          instance: effect.text(8),
          node: effect.text(10),
          resumed: (effect.word(12) & Flag.SessionResumed) !== 0,
        };
        if (this.#inbox) void this.inbox;
        return this.#setState('connected');
      case Kind.Error:
        return this.#events.emit('error', errorOf(effect));
      case Kind.Room:
        this.#memberships.opened(effect.text(4), effect.room);
        return this.#events.emit('room', { room: effect.text(4) });
      case Kind.Trace:
        return console.debug(`roomcast: ${effect.text(6)}`);
      default:
        return this.#memberships.tell(effect);
    }
  }

  #setState(state: ClientState): void {
    const previous = this.#state;
    this.#state = state;
    // Neither connecting nor reconnecting.
    if (!state.endsWith('ing')) this.#attempt = 0;
    if (state !== 'connected') this.#session = undefined;
    this.#emitState(previous);
  }

  #emitState(previous: ClientState): void {
    const event: StateEvent = {
      state: this.#state,
      previous,
      attempt: this.#attempt,
      retryIn:
        this.#retryAt < Infinity ? Math.max(0, this.#retryAt - performance.now()) : undefined,
      reason: this.#reason,
    };
    this.#events.emit('state', event);
  }

  #ended(reason: RoomcastError | undefined): void {
    this.#memberships.end(reason);
    if (reason) this.#events.emit('error', reason);
    if (this.#state !== 'closed') {
      this.#reason = reason;
      this.#retryAt = Infinity;
      this.#setState('closed');
    }
  }
}

// A URL that no WebSocket takes would be an attempt that fails for ever.
function checkUrl(url: string): string {
  let scheme: string | undefined;
  try {
    scheme = new URL(url).protocol;
  } catch {
    // Not a URL of any kind.
  }
  if (scheme !== 'ws:' && scheme !== 'wss:') {
    throw new RoomcastError('invalid_argument', `"${url}" is not a ws:// or wss:// URL`);
  }
  return url;
}
