// Who is in a room: lists and changes, as the core tells them, become what is different.

import type { RawMember, Told } from './effects.js';
import { Flag } from './exports.js';
import { decodePayload, encodePayload } from './payload.js';
import type { Member, PresenceEvent, RoomPresence } from './types.js';

/** Member data has no encoding on the wire: what others wrote that is no JSON are bytes. */
export const encodeMemberData = (data: unknown): Uint8Array =>
  data === undefined ? new Uint8Array() : encodePayload(data, true).bytes;

function memberOf({ user, sessions, data }: RawMember): Member {
  if (data.length === 0) return { user, sessions, data: undefined };
  try {
    return { user, sessions, data: decodePayload('json', data) };
  } catch {
    return { user, sessions, data: data.slice() };
  }
}

export class Roster {
  presence: RoomPresence = { members: new Map(), users: 0, sessions: 0 };
  // What the list that is on its way has so far.
  #list: Map<string, Member> | undefined;

  /** Undefined while the list is not whole, and where nothing is different. */
  take(told: Told): Omit<PresenceEvent, 'room'> | undefined {
    const flags = told.word(4);
    const users = told.number(0);
    const sessions = told.number(1);
    const known = this.presence;
    const before = known.members;
    if (flags & Flag.PresenceFirst) this.#list = new Map();
    const next = (this.#list ??= new Map(before));
    for (const raw of told.members) {
      if (raw.sessions > 0) next.set(raw.user, memberOf(raw));
      else next.delete(raw.user);
    }
    if (!(flags & Flag.PresenceLast)) return undefined;
    this.#list = undefined;
    this.presence = { members: next, users, sessions };
    const joined: Member[] = [];
    const updated: Member[] = [];
    for (const [user, member] of next) {
      const had = before.get(user);
      if (!had) joined.push(member);
      else if (had !== member && !same(had, member)) updated.push(member);
    }
    const left = [...before.values()].filter(({ user }) => !next.has(user));
    const changes = joined.length + left.length + updated.length;
    if (changes === 0 && known.users === users && known.sessions === sessions) return undefined;
    return { ...this.presence, joined, left, updated };
  }
}

const same = (one: Member, other: Member): boolean =>
  one.sessions === other.sessions && JSON.stringify(one.data) === JSON.stringify(other.data);
