// A handle for a room.

import { type PublishRequest, wordsOf } from './abi.js';
import type { Driver } from './driver.js';
import { RoomcastError } from './errors.js';
import { Emitter, type ListenOptions, type Listener, type Off } from './events.js';
import { Flag, Outcome, Since } from './exports.js';
import type { Member, Membership, Memberships } from './memberships.js';
import { encodePayload } from './payload.js';
import { errorOf } from './problems.js';
import { encodeMemberData } from './roster.js';
import type {
  AnyEvents,
  CallOptions,
  DataArguments,
  EventMap,
  HistoryOptions,
  HistoryPage,
  JoinOptions,
  Message,
  Published,
  PublishOptions,
  RoomEvents,
  RoomOptions,
  RoomPresence,
  RoomState,
  SendOptions,
  TypeName,
} from './types.js';

/** A rejection that nobody waits for is nobody's fault: it must not end a process. */
export function quietly<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}

const INTERESTS = ['none', 'counts', 'members'];
const NOBODY: RoomPresence = { members: new Map(), users: 0, sessions: 0 };
// What a slow reader of messages() may have waiting.
const WAITING_MAX = 10_000;

/** One application's interest in a room. Listeners attached before join() miss nothing. */
export class Room<Events extends EventMap = AnyEvents> {
  /** The inbox has none before the first session. */
  readonly name: string;
  readonly #events = new Emitter<RoomEvents<Events>>();
  readonly #options: RoomOptions;
  readonly #driver: Driver;
  readonly #memberships: Memberships;
  readonly #timeout: number;
  readonly #member: Member;
  #data: unknown;

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
    this.#data = options.data;
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

  /** Where this handle's membership stands. */
  get state(): RoomState {
    if (!this.#wish) return 'left';
    return this.#membership?.state === 'joined' ? 'joined' : 'joining';
  }

  /**
   * Wants to be in the room, through every reconnect, until leave(). Done when joined, which may
   * wait for a connection. A refusal is the end of the wish; an abort ends the wait alone.
   */
  join(options: JoinOptions = {}): Promise<void> {
    const { token = '', presence = 'none' } = this.#options;
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
        const memberData = encodeMemberData(this.#data);
        membership = this.#enter();
        membership.members.add(this.#member);
        return core.runWith(
          'rc_join',
          [token, memberData],
          membership.id,
          options.rejectLost ? Flag.JoinRejectLost : 0,
          INTERESTS.indexOf(presence),
          ...sinceOf(options),
        );
      },
      joining.signal,
      (settled) => {
        if (settled.outcome === Outcome.Done) this.#announce();
        else if (settled.outcome === Outcome.Refused && this.#wish === wish) {
          this.#out(errorOf(settled));
        }
        this.#exit(membership);
      },
    );
    joined
      .catch((error: RoomcastError) => {
        // Refused before the core knew of it.
        if (this.#wish === wish && !membership) this.#out(error);
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
        return core.run('rc_leave', membership.id);
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
        return core.publish(
          'rc_publish',
          membership.id,
          request,
          options.timeout ?? this.#timeout,
        );
      },
      options.signal,
      () => this.#exit(membership),
    );
    return quietly(
      published.then(({ epoch, offset, flags }) => ({
        position: { epoch, offset },
        duplicate: (flags & Flag.SettledDuplicate) !== 0,
      })),
    );
  }

  /** A page of what the room still keeps; the room need not be joined. */
  history(options: HistoryOptions = {}): Promise<HistoryPage<Events>> {
    const { from, limit = 100, reverse, signal } = options;
    let membership: Membership | undefined;
    let messages: Message[] = [];
    const answered = this.#driver.call(
      (core) => {
        membership = this.#enter();
        return core.run(
          'rc_history',
          membership.id,
          (reverse ? Flag.HistoryReverse : 0) | (from ? Flag.HistoryFrom : 0),
          from?.offset ?? 0,
          ...wordsOf(from?.epoch ?? ''),
          limit,
        );
      },
      signal,
      ({ call }) => {
        messages = this.#memberships.takePage(call);
        this.#exit(membership);
      },
    );
    return quietly(
      answered.then(({ epoch, offset, flags }) => {
        const last = messages.at(-1);
        return {
          messages: messages as unknown as Message<Events>[],
          position: { epoch, offset },
          next: flags & Flag.SettledMore && last ? { epoch, offset: last.offset } : undefined,
          lost: (flags & Flag.SettledLost) !== 0,
        };
      }),
    );
  }

  /** Who is there, as far as this handle's room options asked; see the event `presence`. */
  get presence(): RoomPresence {
    return (this.#wish && this.#membership?.roster.presence) || NOBODY;
  }

  /** What others see of one from now on, in place of RoomOptions.data. Done when the hub knows. */
  update(data: unknown, { signal }: CallOptions = {}): Promise<void> {
    this.#data = data;
    let membership: Membership | undefined;
    const updated = this.#driver.call(
      (core) => {
        const memberData = encodeMemberData(data);
        membership = this.#enter();
        return core.runWith('rc_update_member', [memberData], membership.id);
      },
      signal,
      () => this.#exit(membership),
    );
    return quietly(updated.then(() => {}));
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
        sent = core.publish('rc_send', membership.id, request) !== 0;
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

  /**
   * The messages from now on, for `for await`. Ends when the room is left, the signal aborts or the
   * loop is left; what waits for a slow reader is bounded, and going over it is `queue_full`.
   */
  messages({ signal }: CallOptions = {}): AsyncIterableIterator<Message<Events>> {
    const arrived: Message<Events>[] = [];
    const waiting: (() => void)[] = [];
    let over = false;
    let failure: RoomcastError | undefined;
    const wake = (): void => {
      for (const each of waiting.splice(0)) each();
    };
    const listening = new AbortController();
    const end = (): void => {
      over = true;
      listening.abort();
      signal?.removeEventListener('abort', end);
      wake();
    };
    const options = { signal: listening.signal };
    this.on(
      'message',
      (message) => {
        if (arrived.push(message) > WAITING_MAX) {
          failure = new RoomcastError('queue_full', 'messages() is read too slowly');
          end();
        } else wake();
      },
      options,
    );
    this.on('left', end, options);
    if (signal?.aborted || this.#driver.end) end();
    else signal?.addEventListener('abort', end);
    const iterator: AsyncIterableIterator<Message<Events>> = {
      next: async () => {
        while (arrived.length === 0 && !over) {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        const value = arrived.shift();
        if (value) return { value, done: false };
        if (failure) throw failure;
        return { value: undefined, done: true };
      },
      return: async () => {
        arrived.length = 0;
        end();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** @internal The inbox: another user's room, where the user is another one. */
  become(name: string): void {
    if (name === this.name) return;
    void this.leave();
    (this as { name: string }).name = name;
    void this.join();
  }

  /** `using room = …`: leaves at the end of the block. */
  [Symbol.dispose](): void {
    void this.leave();
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

// As rc_join takes it: the kind, the amount or offset, the epoch's halves.
function sinceOf({ since }: JoinOptions): [number, number, number, number] {
  if (!since) return [Since.Live, 0, 0, 0];
  if ('last' in since) return [Since.LastCount, since.last, 0, 0];
  if ('lastMs' in since) return [Since.LastMs, since.lastMs, 0, 0];
  return [Since.Position, since.offset, ...wordsOf(since.epoch)];
}
