// A handle for a room.

import type { PublishRequest } from './abi.js';
import type { Driver } from './driver.js';
import { RoomcastError } from './errors.js';
import { Emitter, type ListenOptions, type Listener, type Off } from './events.js';
import { Outcome, Since } from './exports.js';
import type { Member, Membership, Memberships } from './memberships.js';
import { encodePayload } from './payload.js';
import type {
  AnyEvents,
  DataArguments,
  EventMap,
  JoinOptions,
  Published,
  PublishOptions,
  RoomEvents,
  RoomOptions,
  RoomState,
  SendOptions,
  TypeName,
} from './types.js';

/** A rejection that nobody waits for is nobody's fault: it must not end a process. */
export function quietly<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}

/** One application's interest in a room. Listeners attached before join() miss nothing. */
export class Room<Events extends EventMap = AnyEvents> {
  readonly name: string;
  readonly #events = new Emitter<RoomEvents<Events>>();
  readonly #options: RoomOptions;
  readonly #driver: Driver;
  readonly #memberships: Memberships;
  readonly #timeout: number;
  readonly #member: Member;

  // The last wish: another object with each join(), nothing after leave().
  #wish: object | undefined;
  #membership: Membership | undefined;
  #heardJoined = false;
  // Ends the wait of the join under way.
  #joining: AbortController | undefined;
  // The state that listeners know of.
  #told: RoomState = 'left';

  /** @internal Applications call client.room(). */
  constructor(
    name: string,
    options: RoomOptions,
    driver: Driver,
    memberships: Memberships,
    timeout: number | undefined,
  ) {
    this.name = name;
    this.#options = options;
    this.#driver = driver;
    this.#memberships = memberships;
    this.#timeout = timeout ?? 0;
    this.#member = {
      hear: (event, details) => {
        if (event === 'message' && options.echo === false && (details as { own: boolean }).own) {
          return;
        }
        if (event === 'joined') this.#heardJoined = true;
        this.#events.emit(event, details as never);
      },
      stateChanged: () => this.#tellState(),
      removed: (reason) => this.#out(reason),
    };
  }

  get state(): RoomState {
    if (!this.#wish) return 'left';
    return this.#membership?.state === 'joined' ? 'joined' : 'joining';
  }

  /**
   * Wants to be in the room, through every reconnect, until leave(). Done when joined, which may
   * wait for a connection. A refusal is the end of the wish; an abort ends the wait alone.
   */
  join(options: JoinOptions = {}): Promise<void> {
    const wish = {};
    const joining = new AbortController();
    const { signal } = options;
    const forward = (): void => joining.abort(signal?.reason);
    if (signal?.aborted) forward();
    else signal?.addEventListener('abort', forward);
    this.#wish = wish;
    this.#joining = joining;
    this.#heardJoined = false;
    this.#driver.later(() => this.#tellState());

    let membership: Membership | undefined;
    const joined = this.#driver.call(
      (core) => {
        if (this.#wish !== wish) throw new RoomcastError('left', 'the room was left meanwhile');
        membership = this.#enter();
        membership.members.add(this.#member);
        return core.join(membership.id, { ...sinceOf(options), token: this.#options.token ?? '' });
      },
      joining.signal,
      (settled) => {
        if (settled.outcome === Outcome.Done) this.#announce();
        else if (settled.outcome === Outcome.Refused && this.#wish === wish) this.#out(undefined);
        this.#exit(membership);
      },
    );
    joined
      .catch(() => {
        // Refused before the core knew of it.
        if (this.#wish === wish && !membership) this.#out(undefined);
      })
      .finally(() => signal?.removeEventListener('abort', forward));
    return quietly(joined.then(() => {}));
  }

  /** Out at once; done when the hub knows. Other handles of the room stay in it. */
  leave(): Promise<void> {
    const membership = this.#membership;
    if (!this.#wish) return Promise.resolve();
    this.#wish = undefined;
    membership?.members.delete(this.#member);
    this.#driver.later(() => {
      this.#tellState();
      this.#events.emit('left', { room: this.name, reason: undefined });
    });
    if (!membership || membership.members.size > 0) {
      this.#joining?.abort();
      return Promise.resolve();
    }
    const left = this.#driver.call(
      (core) => {
        membership.calls += 1;
        return core.leave(membership.id);
      },
      undefined,
      () => this.#exit(membership),
    );
    return quietly(left.then(() => {}));
  }

  /**
   * Puts a message into the room, which need not be joined. Done when it is in the hub's stream.
   * Waits for a connection where there is none; after a reconnect to the same hub it is sent again
   * under the same id, and takes effect once. Where the hub that got it is gone before it answered,
   * it is refused with `outcome_unknown`, and never sent again by itself.
   */
  publish<Type extends TypeName<Events>>(
    type: Type,
    ...[data, options = {}]: DataArguments<Events[Type], PublishOptions>
  ): Promise<Published> {
    let request: PublishRequest;
    try {
      request = this.#request(type, data, options);
    } catch (error) {
      return quietly(Promise.reject(error));
    }
    let membership: Membership | undefined;
    const published = this.#driver.call(
      (core) => {
        membership = this.#enter();
        return core.publish(membership.id, request, options.timeout ?? this.#timeout);
      },
      options.signal,
      () => this.#exit(membership),
    );
    return quietly(
      published.then(({ epoch, offset, duplicate }) => ({
        position: { epoch, offset },
        duplicate,
      })),
    );
  }

  /**
   * Sends to who is there and keeps up: no answer, no place in the stream, no second try. False
   * where there is no connection. Throws for what could never be sent.
   */
  send<Type extends TypeName<Events>>(
    type: Type,
    ...[data, options = {}]: DataArguments<Events[Type], SendOptions>
  ): boolean {
    const request = this.#request(type, data, options);
    if (!this.#driver.core) return false;
    let sent = false;
    let failure: RoomcastError | undefined;
    let membership: Membership | undefined;
    this.#driver.input(
      (core) => {
        membership = this.#memberships.open(this.name);
        sent = core.send(membership.id, request);
      },
      undefined,
      (error) => {
        failure = error;
      },
    );
    if (membership) this.#memberships.release(membership);
    if (failure) throw failure;
    return sent;
  }

  /** Listens until the returned function is called or the signal aborts. */
  on<Name extends keyof RoomEvents<Events>>(
    name: Name,
    listener: Listener<RoomEvents<Events>[Name]>,
    options?: ListenOptions,
  ): Off {
    return this.#events.on(name, listener, options);
  }

  #request(type: string, data: unknown, { key = '', tags = [] }: SendOptions): PublishRequest {
    let payload = encodePayload(data);
    // What waits for the core must not change with the caller's buffer.
    if (!this.#driver.core) payload = { ...payload, bytes: payload.bytes.slice() };
    return { type, key, tags, payload };
  }

  #enter(): Membership {
    const membership = this.#memberships.open(this.name);
    membership.calls += 1;
    this.#membership = membership;
    return membership;
  }

  #exit(membership: Membership | undefined): void {
    if (!membership) return;
    membership.calls -= 1;
    this.#memberships.release(membership);
  }

  // A handle that joins a room in which another one already is hears that it is in, too.
  #announce(): void {
    const membership = this.#membership;
    if (this.#heardJoined || !this.#wish || !membership) return;
    const position = this.#driver.core?.position(membership.id) ?? { epoch: '', offset: 0 };
    this.#member.hear('joined', {
      room: this.name,
      position,
      rejoined: false,
      verdict: 'live',
      recovered: false,
      replayed: 0,
      mayPublish: membership.mayPublish,
    });
  }

  #out(reason: RoomcastError | undefined): void {
    if (!this.#wish) return;
    this.#wish = undefined;
    this.#membership?.members.delete(this.#member);
    this.#tellState();
    this.#events.emit('left', { room: this.name, reason });
  }

  #tellState(): void {
    const previous = this.#told;
    this.#told = this.state;
    if (this.#told === previous) return;
    this.#events.emit('state', { room: this.name, state: this.#told, previous });
  }
}

function sinceOf({ since, rejectLost = false }: JoinOptions) {
  const common = { rejectLost, epoch: '' };
  if (!since) return { ...common, since: Since.Live, amount: 0 };
  if ('last' in since) return { ...common, since: Since.LastCount, amount: since.last };
  if ('lastMs' in since) return { ...common, since: Since.LastMs, amount: since.lastMs };
  return { ...common, since: Since.Position, amount: since.offset, epoch: since.epoch };
}
