// One client inside the core: its inputs as methods, its effects as objects.
//
// The core's memory may move in any call, so no view of it outlives one; all effects of an input
// are read before any is acted on. Payloads are views of the received message, never of the memory.

import { type Effect, EffectReader, epochOf } from './effects.js';
import { type CoreExports, Flag, Stat } from './exports.js';
import { ENCODINGS, type Payload } from './payload.js';

export interface PublishRequest {
  readonly type: string;
  readonly key: string;
  readonly payload: Payload;
  readonly tags: ReadonlyArray<readonly [string, string]>;
}

/** An export that is told whom it is for, and when, by rc_begin. */
type InputName = Exclude<keyof CoreExports, 'memory' | 'rc_begin' | 'rc_destroy' | 'rc_scratch'>;
type Rest<Name extends InputName> = Parameters<CoreExports[Name]>;

const utf8 = new TextEncoder();
// An epoch's low and high half.
export const wordsOf = (epoch: string): [number, number] => [
  Number.parseInt(epoch.slice(8), 16) || 0,
  Number.parseInt(epoch.slice(0, 8), 16) || 0,
];

export class CoreClient {
  readonly exports: CoreExports;
  readonly #handle: number = 0;
  readonly #mailbox: number;
  readonly #atoms: string[] = [''];

  /** 0 from the core, for a string that is too long, is an exception here. */
  constructor(exports: CoreExports, url: string, name: string, version: string, asks: boolean) {
    this.exports = exports;
    const random = crypto.getRandomValues(new Uint8Array(24));
    const seed = new DataView(random.buffer, 16);
    const lengths = this.#write([random.subarray(0, 16), url, name, version]);
    this.#handle = this.run(
      'rc_create', seed.getUint32(0), seed.getUint32(4), asks ? Flag.CreateTokenProvider : 0,
      lengths[1]!, lengths[2]!, lengths[3]!,
    );
    if (this.#handle === 0) throw new RangeError('the URL, name or version is too long');
    this.#mailbox = this.run('rc_mailbox_address');
  }

  // ---- Inputs. After each of them: takeEffects().

  /** An input with nothing but numbers: at this time, to this client. */
  run<Name extends InputName>(name: Name, ...rest: Rest<Name>): number {
    this.exports.rc_begin(this.#handle, performance.now(), Date.now() * 1000);
    return (this.exports[name] as (...all: unknown[]) => number)(...rest);
  }
  /** The same with `parts` in the scratch buffer, whose lengths are its last arguments. */
  runWith(name: InputName, parts: readonly (string | Uint8Array)[], ...rest: number[]): number {
    return this.run(name, ...([...rest, ...this.#write(parts)] as never));
  }
  received(generation: number, message: ArrayBuffer): void {
    const address = this.run('rc_inbound', message.byteLength);
    new Uint8Array(this.exports.memory.buffer, address).set(new Uint8Array(message));
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
      const words = tag.map((word) => utf8.encode(word).subarray(0, 255));
      parts.push(Uint8Array.from(words, ({ length }) => length), ...words);
    }
    const lengths = this.#write(parts).slice(0, 3);
    const encoding = ENCODINGS.indexOf(payload.encoding);
    return this.run(name, ...([room, encoding, ...lengths, tags.length, ...timeout] as never));
  }
  destroy(): void {
    this.exports.rc_destroy(this.#handle);
  }

  // ---- Queries. They leave no effects.

  /** Microseconds since the Unix epoch and the error of that, or nothing yet. */
  hubTime(): [number, number] | undefined {
    if (!this.run('rc_hub_time')) return undefined;
    const [time, error] = new Float64Array(this.exports.memory.buffer, this.#mailbox + 16, 2);
    return [time!, error!];
  }
  position(room: number): { epoch: string; offset: number } | undefined {
    if (!this.run('rc_position', room)) return undefined;
    const view = new DataView(this.exports.memory.buffer, this.#mailbox);
    return {
      epoch: epochOf(view.getUint32(32, true), view.getUint32(36, true)),
      offset: view.getFloat64(16, true),
    };
  }
  stats(): number[] {
    const address = this.run('rc_stats');
    return [...new Float64Array(this.exports.memory.buffer, address, Stat.Count)];
  }

  // ---- Effects.

  /** Of the input just before. `message` is what `received` was given; publications refer to it. */
  takeEffects(message?: ArrayBuffer): Effect[] {
    this.exports.rc_effects();
    const { buffer } = this.exports.memory;
    const [first, count, text] = new Uint32Array(buffer, this.#mailbox, 3);
    const reader = new EffectReader(buffer, text!, message ?? new ArrayBuffer(0), this.#atoms);
    return reader.readAll(first!, count!);
  }

  // Puts the parts into the scratch buffer, one after the other, and answers their lengths.
  #write(parts: readonly (string | Uint8Array)[]): number[] {
    const pieces = parts.map((part) => (typeof part === 'string' ? utf8.encode(part) : part));
    const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const address = this.exports.rc_scratch(total);
    const scratch = new Uint8Array(this.exports.memory.buffer, address, total);
    let at = 0;
    for (const piece of pieces) {
      scratch.set(piece, at);
      at += piece.length;
    }
    return pieces.map((piece) => piece.length);
  }
}
