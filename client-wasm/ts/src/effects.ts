// What the core wants done or told: its flat records, read into objects. The layout is that of
// client-wasm/abi/roomcast_abi.h.

import type { RoomcastError } from './errors.js';
import { Flag, Kind, type Outcome, type TokenWhy } from './exports.js';
import { ENCODINGS, type PayloadEncoding } from './payload.js';

/** A code's number and name with a sentence for developers; the number 0 is "none". */
export interface Problem {
  readonly number: number;
  readonly name: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfter: number;
}

export interface RawPublication {
  readonly kind: Kind.Publication;
  readonly room: number;
  /** The call whose page of history it is in; 0: none. */
  readonly call: number;
  readonly flags: number;
  readonly type: string;
  readonly encoding: PayloadEncoding;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly key: string;
  readonly session: string;
  readonly user: string;
  tags: readonly (readonly [string, string])[];
  readonly offset: number;
  readonly timeUs: number;
}

export interface Settled extends Problem {
  readonly kind: Kind.Settled;
  readonly call: number;
  readonly outcome: Outcome;
  readonly flags: number;
  readonly epoch: string;
  readonly offset: number;
  readonly roundTrip: number;
}

export interface SessionStarted {
  readonly kind: Kind.Session;
  readonly id: string;
  readonly user: string;
  readonly instance: string;
  readonly node: string;
  readonly resumed: boolean;
}

export interface RoomJoined {
  readonly kind: Kind.Joined;
  readonly room: number;
  readonly verdict: number;
  readonly flags: number;
  readonly epoch: string;
  readonly top: number;
  readonly replay: number;
}

export interface RawMember {
  readonly user: string;
  /** 0: gone. */
  readonly sessions: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface PresenceTold {
  readonly kind: Kind.Presence;
  readonly room: number;
  readonly flags: number;
  readonly users: number;
  readonly sessions: number;
  readonly members: RawMember[];
}

export type Effect =
  | { kind: Kind.OpenSocket; generation: number; url: string }
  | { kind: Kind.Send; generation: number; bytes: Uint8Array<ArrayBuffer> }
  | { kind: Kind.CloseSocket; generation: number; code: number; reason: string }
  | { kind: Kind.SetTimer; at: number }
  | { kind: Kind.NeedToken; request: number; why: TokenWhy }
  | { kind: Kind.State; state: number; problem: Problem; retryAt: number }
  | SessionStarted
  | { kind: Kind.Room; room: number; name: string }
  | { kind: Kind.RoomState; room: number; state: number }
  | RoomJoined
  | { kind: Kind.Left; room: number; problem: Problem }
  | { kind: Kind.Gap; room: number; from: number; to: number; reason: string }
  | { kind: Kind.Reset; room: number; epoch: string; offset: number }
  | RawPublication
  | PresenceTold
  | Settled
  | { kind: Kind.Error; room: number; problem: Problem | RoomcastError }
  | { kind: Kind.Trace; line: string };

const EFFECT_BYTES = 96;
const NO_TAGS: readonly (readonly [string, string])[] = [];
const text8 = new TextDecoder();

/** 64 bits as 16 hexadecimal digits. */
export const epochOf = (low: number, high: number): string =>
  high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');

// Reads the records of one batch; dies with it.
export class EffectReader {
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #text: number;
  readonly #message: ArrayBuffer;
  readonly #atoms: string[];
  // The record's first word and first double.
  #word = 0;
  #double = 0;

  constructor(memory: ArrayBuffer, text: number, message: ArrayBuffer, atoms: string[]) {
    this.#words = new Uint32Array(memory);
    this.#doubles = new Float64Array(memory);
    this.#bytes = new Uint8Array(memory);
    this.#text = text;
    this.#message = message;
    this.#atoms = atoms;
  }

  readAll(first: number, count: number): Effect[] {
    const effects: Effect[] = [];
    const end = first + count * EFFECT_BYTES;
    for (let at = first; at < end; at += EFFECT_BYTES) this.#read(at, effects);
    return effects;
  }

  // What is only of use here (atoms, tags) makes no effect of its own.
  #read(at: number, effects: Effect[]): void {
    this.#word = at >> 2;
    this.#double = (at + 64) >> 3;
    const kind = this.#at(0) as Kind;
    if (kind === Kind.Publication) effects.push(this.#publication());
    else if (kind === Kind.Atom) this.#atoms[this.#at(4)] = this.#string(6);
    else if (kind === Kind.Tag) {
      const last = effects[effects.length - 1];
      if (last?.kind === Kind.Publication) {
        last.tags = [...last.tags, [this.#received(8), this.#received(10)]];
      }
    } else if (kind === Kind.Present) {
      const last = effects[effects.length - 1];
      if (last?.kind === Kind.Presence) {
        last.members.push({
          user: this.#received(8),
          sessions: this.#at(4),
          data: this.#frame(10),
        });
      }
    } else {
      const effect = this.#other(kind);
      if (effect) effects.push(effect);
    }
  }

  #publication(): RawPublication {
    return {
      kind: Kind.Publication,
      room: this.#at(1),
      call: this.#at(2),
      flags: this.#at(4),
      type: this.#atoms[this.#at(5)] ?? '',
      encoding: ENCODINGS[this.#at(6)] ?? 'bytes',
      data: this.#frame(8),
      key: this.#received(10),
      session: this.#atoms[this.#at(12)] ?? '',
      user: this.#atoms[this.#at(13)] ?? '',
      tags: NO_TAGS,
      offset: this.#number(0),
      timeUs: this.#number(1),
    };
  }

  #other(kind: Kind): Effect | undefined {
    const generation = this.#at(3);
    const room = this.#at(1);
    switch (kind) {
      case Kind.OpenSocket:
        return { kind, generation, url: this.#string(4) };
      case Kind.Send:
        return { kind, generation, bytes: this.#copy(4) };
      case Kind.CloseSocket:
        return { kind, generation, code: this.#at(4), reason: this.#string(6) };
      case Kind.SetTimer:
        return { kind, at: this.#number(0) };
      case Kind.NeedToken:
        return { kind, request: this.#at(2), why: this.#at(4) };
      case Kind.State:
        return { kind, state: this.#at(4), problem: this.#problem(), retryAt: this.#number(0) };
      case Kind.Session:
        return {
          kind,
          id: this.#string(4),
          user: this.#string(6),
          instance: this.#string(8),
          node: this.#string(10),
          resumed: (this.#at(12) & Flag.SessionResumed) !== 0,
        };
      case Kind.Room:
        return { kind, room, name: this.#string(4) };
      case Kind.RoomState:
        return { kind, room, state: this.#at(4) };
      case Kind.Joined:
        return {
          kind,
          room,
          verdict: this.#at(4),
          flags: this.#at(5),
          epoch: epochOf(this.#at(6), this.#at(7)),
          top: this.#number(0),
          replay: this.#number(2),
        };
      case Kind.Left:
      case Kind.Error:
        return { kind, room, problem: this.#problem() };
      case Kind.Gap:
        return { kind, room, from: this.#number(0), to: this.#number(1), reason: this.#string(6) };
      case Kind.Reset:
        return { kind, room, epoch: epochOf(this.#at(6), this.#at(7)), offset: this.#number(0) };
      case Kind.Settled:
        return {
          kind,
          call: this.#at(2),
          outcome: this.#at(4),
          flags: this.#at(5),
          epoch: epochOf(this.#at(12), this.#at(13)),
          offset: this.#number(0),
          roundTrip: this.#number(3),
          ...this.#problem(),
        };
      case Kind.Presence:
        return {
          kind,
          room,
          flags: this.#at(4),
          users: this.#number(0),
          sessions: this.#number(1),
          members: [],
        };
      case Kind.Trace:
        return { kind, line: this.#string(6) };
      default:
        // A newer core may say more than this build understands.
        return undefined;
    }
  }

  #problem(): Problem {
    return {
      number: this.#at(6),
      name: this.#string(8),
      message: this.#string(10),
      retryable: (this.#at(5) & Flag.SettledRetryable) !== 0,
      retryAfter: this.#number(1),
    };
  }

  #at(index: number): number {
    return this.#words[this.#word + index]!;
  }
  #number(index: number): number {
    return this.#doubles[this.#double + index]!;
  }
  #copy(index: number): Uint8Array<ArrayBuffer> {
    const from = this.#text + this.#at(index);
    return new Uint8Array(this.#bytes.slice(from, from + this.#at(index + 1)));
  }
  #string(index: number): string {
    const length = this.#at(index + 1);
    if (length === 0) return '';
    const from = this.#text + this.#at(index);
    return text8.decode(this.#bytes.subarray(from, from + length));
  }
  #frame(index: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#message, this.#at(index), this.#at(index + 1));
  }
  #received(index: number): string {
    return this.#at(index + 1) === 0 ? '' : text8.decode(this.#frame(index));
  }
}
