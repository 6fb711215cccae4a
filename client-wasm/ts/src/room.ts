// A handle for a room.

import { type CoreClient, type PublishRequest, wordsOf } from './abi.js';
import { type Driver, quietly } from './driver.js';
import type { Told } from './effects.js';
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

  // The last wish, which ends the wait of its join(): nothing after leave().
  #wish: AbortController | undefined;
  #membership: Membership | undefined;
  #heardJoined = false;
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
    const { signal } = options;
    const wish = new AbortController();
    const forward = (): void => wish.abort(signal?.reason);
    if (signal?.aborted) forward();
    else signal?.addEventListener('abort', forward);
    this.#wish = wish;
    this.#heardJoined = false;
    this.#driver.later(() => this.#tellState());

    let isKnown = false;
    const joined = this.#call(
      (core, membership) => {
        if (this.#wish !== wish) throw new RoomcastError('left', 'the room was left meanwhile');
        const memberData = encodeMemberData(this.#data);
        isKnown = true;
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
      wish.signal,
      (settled) => {
        const outcome: Outcome = settled.word(4);
        if (outcome === Outcome.Done) this.#announce();
        else if (outcome === Outcome.Refused && this.#wish === wish) this.#out(errorOf(settled));
      },
    );
    joined
      .catch((error: RoomcastError) => {
        // Refused before the core knew of it.
        if (this.#wish === wish && !isKnown) this.#out(error);
      })
      .finally(() => signal?.removeEventListener('abort', forward));
    return joined;
  }

  /** Out at once; done when the hub knows. Other handles of the room stay in it. */
  leave(): Promise<void> {
    const membership = this.#membership;
    const wish = this.#wish;
    if (!wish) return Promise.resolve();
    this.#wish = undefined;
    membership?.members.delete(this.#member);
    this.#driver.later(() => {
      this.#tellState();
      this.#events.emit('left', { room: this.name, reason: undefined });
    });
    if (membership && membership.members.size === 0) {
      return this.#call((core, { id }) => core.run('rc_leave', id));
    }
    wish.abort();
    return Promise.resolve();
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
    return this.#call(
      (core, { id }) => core.publish('rc_publish', id, request, options.timeout ?? this.#timeout),
      options.signal,
      (settled) => ({
        position: settled.position,
        duplicate: settled.has(Flag.SettledDuplicate),
      }),
    );
  }

  /** A page of what the room still keeps; the room need not be joined. */
  history(options: HistoryOptions = {}): Promise<HistoryPage<Events>> {
    const { from, limit = 100, reverse, signal } = options;
    return this.#call(
      (core, { id }) =>
        core.run(
          'rc_history',
          id,
          (reverse ? Flag.HistoryReverse : 0) | (from ? Flag.HistoryFrom : 0),
          from?.offset ?? 0,
          ...wordsOf(from?.epoch ?? ''),
          limit,
        ),
      signal,
      (settled) => {
        const messages = this.#memberships.takePage(settled.word(2));
        const { position } = settled;
        const last = messages.at(-1);
        return {
          messages: messages as unknown as Message<Events>[],
          position,
          next: settled.has(Flag.SettledMore) && last ? { ...position, offset: last.offset } : undefined,
          lost: settled.has(Flag.SettledLost),
        };
      },
    );
  }

  /** Who is there, as far as this handle's room options asked; see the event `presence`. */
  get presence(): RoomPresence {
    return (this.#wish && this.#membership?.roster.presence) || NOBODY;
  }

  /** What others see of one from now on, in place of RoomOptions.data. Done when the hub knows. */
  update(data: unknown, { signal }: CallOptions = {}): Promise<void> {
    this.#data = data;
    return this.#call(
      (core, { id }) => core.runWith('rc_update_member', [encodeMemberData(data)], id),
      signal,
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
        membership = this.#memberships.open(core, this.name);
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

  // A call on the room, which the core knows of for as long as the call is under way.
  #call<Result = void>(
    begin: (core: CoreClient, membership: Membership) => number,
    signal?: AbortSignal,
    finish?: (settled: Told) => Result,
  ): Promise<Result> {
    let membership: Membership;
    const exit = (): void => {
      membership.calls -= 1;
      this.#memberships.release(membership);
    };
    return this.#driver.call(
      (core) => {
        this.#membership = membership = this.#memberships.open(core, this.name);
        membership.calls += 1;
        try {
          return begin(core, membership);
        } catch (fault) {
          exit();
          throw fault;
        }
      },
      signal,
      (settled) => {
        const result = finish?.(settled);
        exit();
        return result as Result;
      },
    );
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
