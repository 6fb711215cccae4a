// One client inside the core: its inputs as methods, its effects as objects.
//
// The core's memory may move in any call, so no view of it outlives one; all effects of an input
// are read before any is acted on. Payloads are views of the received message, never of the memory.

import { type Effect, EffectReader, epochOf } from './effects.js';
import { type CoreExports, Flag, type Since, Stat } from './exports.js';
import { ENCODINGS, type Payload } from './payload.js';

export interface JoinRequest {
  readonly since: Since;
  readonly amount: number;
  readonly epoch: string;
  readonly rejectLost: boolean;
  readonly token: string;
}

export interface PublishRequest {
  readonly type: string;
  readonly key: string;
  readonly payload: Payload;
  readonly tags: ReadonlyArray<readonly [string, string]>;
}

const utf8 = new TextEncoder();
const wall = (): number => Date.now() * 1000;
const now = (): number => performance.now();

export class CoreClient {
  readonly exports: CoreExports;
  readonly #handle: number;
  readonly #mailbox: number;
  readonly #atoms: string[] = [''];

  /** 0 from the core, for a string that is too long, is an exception here. */
  constructor(exports: CoreExports, url: string, name: string, version: string, asks: boolean) {
    this.exports = exports;
    const random = crypto.getRandomValues(new Uint8Array(24));
    const seed = new DataView(random.buffer, 16);
    const lengths = this.#write(random.subarray(0, 16), url, name, version);
    this.#handle = exports.rc_create(
      now(), wall(), seed.getUint32(0), seed.getUint32(4), asks ? Flag.CreateTokenProvider : 0,
      lengths[1]!, lengths[2]!, lengths[3]!,
    );
    if (this.#handle === 0) throw new RangeError('the URL, name or version is too long');
    this.#mailbox = exports.rc_mailbox_address(this.#handle);
  }

  // ---- Inputs. After each of them: takeEffects().

  connect(): number {
    return this.exports.rc_connect(this.#handle, now(), wall());
  }
  disconnect(): void {
    this.exports.rc_disconnect(this.#handle, now(), wall());
  }
  close(): void {
    this.exports.rc_close(this.#handle, now(), wall());
  }
  destroy(): void {
    this.exports.rc_destroy(this.#handle);
  }
  token(request: number, token: string): void {
    const [bytes] = this.#write(token);
    this.exports.rc_token(this.#handle, now(), wall(), request, bytes!);
  }
  tokenFailed(request: number, permanent: boolean): void {
    this.exports.rc_token_failed(this.#handle, now(), wall(), request, permanent ? 1 : 0);
  }
  opened(generation: number): void {
    this.exports.rc_on_open(this.#handle, now(), wall(), generation);
  }
  received(generation: number, message: ArrayBuffer): void {
    const address = this.exports.rc_inbound(this.#handle, message.byteLength);
    new Uint8Array(this.exports.memory.buffer, address).set(new Uint8Array(message));
    this.exports.rc_on_message(this.#handle, now(), wall(), generation, message.byteLength);
  }
  receivedText(generation: number): void {
    this.exports.rc_on_text(this.#handle, now(), wall(), generation);
  }
  closed(generation: number, code: number, reason: string): void {
    const [bytes] = this.#write(reason);
    this.exports.rc_on_closed(this.#handle, now(), wall(), generation, code, bytes!);
  }
  timer(): void {
    this.exports.rc_on_timer(this.#handle, now(), wall());
  }
  signal(signal: number): void {
    this.exports.rc_on_signal(this.#handle, now(), wall(), signal);
  }
  room(name: string): number {
    const [bytes] = this.#write(name);
    return this.exports.rc_room(this.#handle, now(), wall(), bytes!);
  }
  releaseRoom(room: number): void {
    this.exports.rc_room_release(this.#handle, now(), wall(), room);
  }
  join(room: number, { since, amount, epoch, rejectLost, token }: JoinRequest): number {
    const [tokenBytes] = this.#write(token);
    const high = Number.parseInt(epoch.slice(0, 8), 16) || 0;
    const low = Number.parseInt(epoch.slice(8), 16) || 0;
    return this.exports.rc_join(
      this.#handle, now(), wall(), room, rejectLost ? Flag.JoinRejectLost : 0, 0, since, amount,
      low, high, tokenBytes!, 0,
    );
  }
  leave(room: number): number {
    return this.exports.rc_leave(this.#handle, now(), wall(), room);
  }
  publish(room: number, request: PublishRequest, timeoutMs: number): number {
    const [type, key, data] = this.#writePublish(request);
    return this.exports.rc_publish(
      this.#handle, now(), wall(), room, ENCODINGS.indexOf(request.payload.encoding), type!, key!,
      data!, request.tags.length, timeoutMs,
    );
  }
  send(room: number, request: PublishRequest): boolean {
    const [type, key, data] = this.#writePublish(request);
    const sent = this.exports.rc_send(
      this.#handle, now(), wall(), room, ENCODINGS.indexOf(request.payload.encoding), type!, key!,
      data!, request.tags.length,
    );
    return sent !== 0;
  }
  ping(): number {
    return this.exports.rc_ping(this.#handle, now(), wall());
  }
  abort(call: number): void {
    this.exports.rc_abort(this.#handle, now(), wall(), call);
  }
  trace(level: number): void {
    this.exports.rc_trace(this.#handle, level);
  }

  // ---- Queries. They leave no effects.

  /** Microseconds since the Unix epoch and the error of that, or nothing yet. */
  hubTime(): [number, number] | undefined {
    if (!this.exports.rc_hub_time(this.#handle, now())) return undefined;
    const numbers = new Float64Array(this.exports.memory.buffer, this.#mailbox + 16, 2);
    return [numbers[0]!, numbers[1]!];
  }
  position(room: number): { epoch: string; offset: number } | undefined {
    if (!this.exports.rc_position(this.#handle, room)) return undefined;
    const view = new DataView(this.exports.memory.buffer, this.#mailbox);
    return {
      epoch: epochOf(view.getUint32(32, true), view.getUint32(36, true)),
      offset: view.getFloat64(16, true),
    };
  }
  stats(): number[] {
    const address = this.exports.rc_stats(this.#handle);
    return [...new Float64Array(this.exports.memory.buffer, address, Stat.Count)];
  }

  // ---- Effects.

  /** `message` is what `received` was given just before; only publications refer to it. */
  takeEffects(message?: ArrayBuffer): Effect[] {
    const { buffer } = this.exports.memory;
    const [first, count, text] = new Uint32Array(buffer, this.#mailbox, 3);
    const reader = new EffectReader(buffer, text!, message ?? new ArrayBuffer(0), this.#atoms);
    return reader.readAll(first!, count!);
  }

  #writePublish({ type, key, payload, tags }: PublishRequest): number[] {
    const parts: (string | Uint8Array)[] = [type, key, payload.bytes];
    for (const [name, value] of tags) {
      const words = [utf8.encode(name), utf8.encode(value)] as const;
      // Each length is one byte; the core refuses far shorter ones already.
      parts.push(Uint8Array.of(Math.min(255, words[0].length), Math.min(255, words[1].length)));
      parts.push(words[0].subarray(0, 255), words[1].subarray(0, 255));
    }
    return this.#write(...parts);
  }

  // Puts the parts into the scratch buffer, one after the other, and answers their lengths.
  #write(...parts: (string | Uint8Array)[]): number[] {
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
