// What the core wants done or told: its flat records. The layout is that of
// client-wasm/abi/roomcast_abi.h, where each kind says what stands in which word.

import { Kind } from './exports.js';
import { ENCODINGS, type PayloadEncoding } from './payload.js';
import type { Position } from './types.js';

/** What comes often is made whole at once; the message that a page hears is made of it. */
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

export interface RawMember {
  readonly user: string;
  /** 0: gone. */
  readonly sessions: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

export type Effect = RawPublication | Told;

const EFFECT_BYTES = 96;
const EFFECT_WORDS = EFFECT_BYTES / 4;
const FIRST_NUMBER = 8;
const NO_TAGS: readonly (readonly [string, string])[] = [];
const utf8 = new TextDecoder();

/** A record of any other kind, apart from the core's memory. Whoever it is for reads what it says. */
export class Told {
  readonly kind: Exclude<Kind, Kind.Publication>;
  /** Of a presence. */
  readonly members: RawMember[] = [];
  readonly #words: Uint32Array;
  readonly #text: Uint8Array<ArrayBuffer>;

  constructor(record: ArrayBuffer, text = new Uint8Array()) {
    this.#words = new Uint32Array(record);
    this.#text = text;
    this.kind = this.word(0);
  }

  word(index: number): number {
    return this.#words[index]!;
  }
  number(index: number): number {
    return new Float64Array(this.#words.buffer)[FIRST_NUMBER + index]!;
  }
  bytes(index: number): Uint8Array<ArrayBuffer> {
    const from = this.word(index);
    return this.#text.subarray(from, from + this.word(index + 1));
  }
  text(index: number): string {
    return utf8.decode(this.bytes(index));
  }
  has(flag: number): boolean {
    return (this.word(5) & flag) !== 0;
  }
  get room(): number {
    return this.word(1);
  }
  get position(): Position {
    // 64 bits as 16 hexadecimal digits.
    const halves = [13, 12].map((at) => this.word(at).toString(16).padStart(8, '0'));
    return { epoch: halves.join(''), offset: this.number(0) };
  }
}

export const recordAt = (memory: ArrayBuffer, at: number, text?: Uint8Array<ArrayBuffer>): Told =>
  new Told(memory.slice(at, at + EFFECT_BYTES), text);

/**
 * Those of one input, as the mailbox at this address names them. Publications view `message`; what
 * is only of use here (atoms, tags, who is in a list) makes no effect of its own.
 */
export function readEffects(
  memory: ArrayBuffer,
  mailbox: number,
  message: ArrayBuffer,
  atoms: string[],
): Effect[] {
  const [first, count, text, textBytes] = new Uint32Array(memory, mailbox, 4) as unknown as [
    number, number, number, number,
  ];
  const words = new Uint32Array(memory);
  const doubles = new Float64Array(memory);
  const texts = new Uint8Array(memory.slice(text, text + textBytes));
  const frame = (at: number): Uint8Array<ArrayBuffer> =>
    new Uint8Array(message, words[at], words[at + 1]);
  const received = (at: number): string => (words[at + 1] === 0 ? '' : utf8.decode(frame(at)));

  const effects: Effect[] = [];
  let publication: RawPublication;
  let told: Told;
  const begin = first / 4;
  for (let at = begin; at < begin + count * EFFECT_WORDS; at += EFFECT_WORDS) {
    const kind: Kind = words[at]!;
    if (kind === Kind.Publication) {
      publication = {
        kind,
        room: words[at + 1]!,
        call: words[at + 2]!,
        flags: words[at + 4]!,
        type: atoms[words[at + 5]!]!,
        encoding: ENCODINGS[words[at + 6]!] ?? 'bytes',
        data: frame(at + 8),
        key: words[at + 11] === 0 ? '' : received(at + 10),
        session: atoms[words[at + 12]!]!,
        user: atoms[words[at + 13]!]!,
        tags: NO_TAGS,
        offset: doubles[at / 2 + FIRST_NUMBER]!,
        timeUs: doubles[at / 2 + FIRST_NUMBER + 1]!,
      };
      effects.push(publication);
    } else if (kind === Kind.Tag) {
      publication!.tags = [...publication!.tags, [received(at + 8), received(at + 10)]];
    } else if (kind === Kind.Present) {
      told!.members.push({ user: received(at + 8), sessions: words[at + 4]!, data: frame(at + 10) });
    } else {
      told = recordAt(memory, at * 4, texts);
      if (kind === Kind.Atom) atoms[told.word(4)] = told.text(6);
      else effects.push(told);
    }
  }
  return effects;
}
