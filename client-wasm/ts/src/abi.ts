// One client inside the core: its inputs as methods, its effects as objects.
//
// The core's memory may move in any call, so no view of it outlives one; all effects of an input
// are read before any is acted on. Payloads are views of the received message, never of the memory.

import { type Effect, readEffects, recordAt, type Told } from './effects.js';
import { RoomcastError } from './errors.js';
import { type CoreExports, Flag, Stat } from './exports.js';
import { ENCODINGS, type Payload, utf8Encoder } from './payload.js';
import type { Position } from './types.js';

export interface PublishRequest {
  readonly type: string;
  readonly key: string;
  readonly payload: Payload;
  readonly tags: ReadonlyArray<readonly [string, string]>;
}

/** An export that is told whom it is for, and when, by rc_begin. */
type InputName = Exclude<keyof CoreExports, 'memory' | 'rc_begin' | 'rc_destroy' | 'rc_scratch'>;
type Rest<Name extends InputName> = Parameters<CoreExports[Name]>;

// An epoch's low and high half.
export const wordsOf = (epoch: string): [number, number] =>
  [8, 0].map((at) => Number.parseInt(epoch.slice(at, at + 8), 16) || 0) as [number, number];

export class CoreClient {
  readonly exports: CoreExports;
  readonly #handle: number = 0;
  readonly #mailbox: number;
  readonly #atoms: string[] = [''];

  constructor(exports: CoreExports, url: string, name: string, version: string, asks: boolean) {
    this.exports = exports;
    const random = crypto.getRandomValues(new Uint8Array(24));
    const [low, high] = new Uint32Array(random.buffer, 16) as unknown as [number, number];
    const flags = asks ? Flag.CreateTokenProvider : 0;
    this.#handle = this.runWith('rc_create', [url, name, version, random], low, high, flags);
    if (this.#handle === 0) {
      throw new RoomcastError('invalid_argument', 'the URL, name or version is too long');
    }
    this.#mailbox = this.run('rc_mailbox_address');
  }

  // Another one after every call, perhaps.
  get #memory(): ArrayBuffer {
    return this.exports.memory.buffer;
  }

  // ---- Inputs. After each of them: takeEffects().

  /** An input with nothing but numbers: at this time, to this client. */
  run<Name extends InputName>(name: Name, ...rest: Rest<Name>): number {
    this.exports.rc_begin(this.#handle, performance.now(), Date.now() * 1000);
    return (this.exports[name] as (...all: unknown[]) => number)(...rest);
  }
  /**
   * The same with `parts` in the scratch buffer, whose lengths are its last arguments: those that it
   * wants, which come first.
   */
  runWith(name: InputName, parts: readonly (string | Uint8Array)[], ...rest: number[]): number {
    return this.run(name, ...([...rest, ...this.#write(parts)] as never));
  }
  received(generation: number, message: ArrayBuffer): void {
    const address = this.run('rc_inbound', message.byteLength);
    new Uint8Array(this.#memory, address).set(new Uint8Array(message));
    this.exports.rc_on_message(generation, message.byteLength);
  }
  publish(
    name: 'rc_publish' | 'rc_send',
    room: number,
    { type, key, payload, tags }: PublishRequest,
    ...timeout: number[]
  ): number {
    const parts: (string | Uint8Array)[] = [type, key, payload.bytes];
    for (const tag of tags) {
      // Each length is one byte; the core refuses far shorter ones already.
      const words = tag.map((word) => utf8Encoder.encode(word).subarray(0, 255));
      parts.push(Uint8Array.from(words, ({ length }) => length), ...words);
    }
    const encoding = ENCODINGS.indexOf(payload.encoding);
    return this.runWith(name, parts, room, encoding, tags.length, ...timeout);
  }
  destroy(): void {
    this.exports.rc_destroy(this.#handle);
  }

  // ---- Queries. They leave no effects.

  /** Microseconds since the Unix epoch and the error of that, or nothing yet. */
  hubTime(): [number, number] | undefined {
    const answer = this.#ask('rc_hub_time');
    return answer && [answer.number(0), answer.number(1)];
  }
  position(room: number): Position | undefined {
    return this.#ask('rc_position', room)?.position;
  }
  stats(): number[] {
    const address = this.run('rc_stats');
    return [...new Float64Array(this.#memory, address, Stat.Count)];
  }

  // The mailbox has its answers where a record has them.
  #ask(query: 'rc_hub_time' | 'rc_position', ...rest: number[]): Told | undefined {
    if (!this.run(query, ...(rest as never))) return undefined;
    return recordAt(this.#memory, this.#mailbox);
  }

  // ---- Effects.

  /** Of the input just before. `message` is what `received` was given; publications refer to it. */
  takeEffects(message = new ArrayBuffer()): Effect[] {
    this.exports.rc_effects();
    return readEffects(this.#memory, this.#mailbox, message, this.#atoms);
  }

  // Puts the parts into the scratch buffer, one after the other, and answers their lengths.
  #write(parts: readonly (string | Uint8Array)[]): number[] {
    const pieces = parts.map((part) => (typeof part === 'string' ? utf8Encoder.encode(part) : part));
    let at = this.exports.rc_scratch(pieces.reduce((sum, { length }) => sum + length, 0));
    const memory = new Uint8Array(this.#memory);
    return pieces.map((piece) => {
      memory.set(piece, at);
      at += piece.length;
      return piece.length;
    });
  }
}
