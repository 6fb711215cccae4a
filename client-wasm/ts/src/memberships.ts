// The rooms that the core knows of. A room is there while a handle wants to be in it or a call on
// it is under way, so that an application may make as many handles as it likes.

import type { CoreClient } from './abi.js';
import type { Driver } from './driver.js';
import type { Effect, RawPublication, Told } from './effects.js';
import { RoomcastError } from './errors.js';
import { Flag, Kind } from './exports.js';
import { decodePayload } from './payload.js';
import { errorOf, problemOf } from './problems.js';
import { Roster } from './roster.js';
import type { JoinedEvent, Message, MessageBase, RoomEvents, RoomState } from './types.js';

/** A handle that wants to be in the room. */
export interface Member {
  hear<Name extends keyof RoomEvents>(name: Name, event: RoomEvents[Name]): void;
  stateChanged(): void;
  /** Out of it, by the hub's doing or the client's end. */
  removed(reason: RoomcastError | undefined): void;
}

const STATES: readonly RoomState[] = ['left', 'joining', 'joined'];
const VERDICTS: readonly JoinedEvent['verdict'][] = ['live', 'recovered', 'lost'];

export class Membership {
  readonly name: string;
  readonly id: number;
  state: RoomState = 'left';
  /** In the order in which they joined. */
  readonly members = new Set<Member>();
  /** Calls under way. */
  calls = 0;
  mayPublish = false;
  readonly roster = new Roster();

  constructor(name: string, id: number) {
    this.name = name;
    this.id = id;
  }
}

export class Memberships {
  readonly #driver: Driver;
  readonly #report: (error: RoomcastError) => void;
  readonly #byName = new Map<string, Membership>();
  readonly #byId = new Map<number, Membership>();
  // Pages of history that are under way, by their call.
  readonly #pages = new Map<number, Message[]>();

  constructor(driver: Driver, report: (error: RoomcastError) => void) {
    this.#driver = driver;
    this.#report = report;
  }

  /** Within a call's `begin`. Throws for what is not a room name. */
  open(core: CoreClient, name: string): Membership {
    const known = this.#byName.get(name);
    if (known) return known;
    const id = core.runWith('rc_room', [name]);
    const effects = core.takeEffects();
    // The core says why in the first of them.
    if (id === 0) throw errorOf(effects[0] as Told);
    this.#driver.queue(effects);
    return this.#add(name, id);
  }

  /** The hub's doing. It stays until the hub ends it, or the last handle that joins it leaves. */
  opened(name: string, id: number): void {
    if (!this.#byId.has(id)) this.#add(name, id);
  }

  #add(name: string, id: number): Membership {
    const membership = new Membership(name, id);
    this.#byName.set(name, membership);
    this.#byId.set(id, membership);
    return membership;
  }

  /** Nothing is wanted of it any more, perhaps. */
  release(membership: Membership): void {
    if (membership.members.size > 0 || membership.calls > 0) return;
    if (this.#byName.get(membership.name) !== membership) return;
    this.#byName.delete(membership.name);
    this.#byId.delete(membership.id);
    this.#driver.input((core) => core.run('rc_room_release', membership.id));
  }

  /** What the page that answers this call has so far. */
  takePage(call: number): Message[] {
    const page = this.#pages.get(call) ?? [];
    this.#pages.delete(call);
    return page;
  }

  tell(effect: Effect): void {
    const membership = this.#byId.get(effect.room);
    if (!membership) return;
    const room = membership.name;
    switch (effect.kind) {
      case Kind.Publication:
        return this.#deliver(membership, effect);
      case Kind.Presence: {
        const change = membership.roster.take(effect);
        if (change) hear(membership, 'presence', { room, ...change });
        return;
      }
      case Kind.RoomState:
        membership.state = STATES[effect.word(4)]!;
        for (const member of [...membership.members]) member.stateChanged();
        return;
      case Kind.Joined:
        membership.mayPublish = effect.has(Flag.JoinedMayPublish);
        return hear(membership, 'joined', {
          room,
          position: effect.position,
          rejoined: effect.has(Flag.JoinedAgain),
          verdict: VERDICTS[effect.word(4)]!,
          recovered: effect.has(Flag.JoinedRecovered),
          replayed: effect.number(2),
          mayPublish: membership.mayPublish,
        });
      case Kind.Left:
        return this.#remove(membership, problemOf(effect));
      case Kind.Gap:
        return hear(membership, 'gap', {
          room,
          from: effect.number(0),
          to: effect.number(1),
          reason: effect.text(6),
        });
      case Kind.Reset:
        return hear(membership, 'reset', { room, position: effect.position });
    }
  }

  /** The client is over. */
  end(reason: RoomcastError | undefined): void {
    for (const membership of [...this.#byName.values()]) {
      membership.state = 'left';
      this.#remove(membership, reason);
    }
    this.#byName.clear();
    this.#byId.clear();
  }

  #remove(membership: Membership, reason: RoomcastError | undefined): void {
    const members = [...membership.members];
    membership.members.clear();
    for (const member of members) member.removed(reason);
    this.release(membership);
  }

  #deliver(membership: Membership, raw: RawPublication): void {
    let data: unknown;
    try {
      data = decodePayload(raw.encoding, raw.data);
    } catch (error) {
      const where = `${membership.name}, offset ${raw.offset}`;
      const message = `${(error as Error).message} (${where})`;
      return this.#report(new RoomcastError('bad_payload', message, { cause: error }));
    }
    const message: MessageBase & { type: string; data: unknown } = {
      room: membership.name,
      type: raw.type,
      data,
      offset: raw.offset,
      time: raw.timeUs / 1000,
      encoding: raw.encoding,
      key: raw.key || undefined,
      tags: raw.tags,
      publisher:
        raw.session || raw.user
          ? { session: raw.session || undefined, user: raw.user }
          : undefined,
      own: (raw.flags & Flag.PublicationOwn) !== 0,
      replayed: (raw.flags & Flag.PublicationReplay) !== 0,
    };
    if (raw.call === 0) return hear(membership, 'message', message as Message);
    const page = this.#pages.get(raw.call);
    if (page) page.push(message as Message);
    else this.#pages.set(raw.call, [message as Message]);
  }
}

function hear<Name extends keyof RoomEvents>(
  membership: Membership,
  name: Name,
  event: RoomEvents[Name],
): void {
  // A listener may leave, or make another handle join: those present now are told.
  for (const member of [...membership.members]) {
    if (membership.members.has(member)) member.hear(name, event);
  }
}
