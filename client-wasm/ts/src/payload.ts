// Values travel with their encoding, so that what a backend pushes as text arrives as a string.

import { RoomcastError } from './errors.js';

/** How a payload's bytes are to be read. Bytes: Uint8Array · text: string · JSON: anything else. */
export type PayloadEncoding = 'bytes' | 'text' | 'json';

/** The order is that of the schema's enum. */
export const ENCODINGS: readonly PayloadEncoding[] = ['bytes', 'text', 'json'];

export const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface Payload {
  readonly encoding: PayloadEncoding;
  readonly bytes: Uint8Array;
}

/** Nothing is `null`. Throws `invalid_argument` for what JSON cannot say. */
export function encodePayload(value: unknown, asJson = false): Payload {
  if (!asJson) {
    if (typeof value === 'string') return { encoding: 'text', bytes: utf8Encoder.encode(value) };
    if (value instanceof ArrayBuffer) return { encoding: 'bytes', bytes: new Uint8Array(value) };
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value;
      return { encoding: 'bytes', bytes: new Uint8Array(buffer, byteOffset, byteLength) };
    }
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(value === undefined ? null : value);
  } catch (cause) {
    throw new RoomcastError('invalid_argument', 'the data cannot be written as JSON', { cause });
  }
  if (text === undefined) {
    throw new RoomcastError('invalid_argument', `data of type ${typeof value} cannot be sent`);
  }
  return { encoding: 'json', bytes: utf8Encoder.encode(text) };
}

/** The bytes are a view of the received message and are handed on as such. */
export function decodePayload(encoding: PayloadEncoding, bytes: Uint8Array): unknown {
  if (encoding === 'bytes') return bytes;
  try {
    const text = utf8Decoder.decode(bytes);
    return encoding === 'text' ? text : JSON.parse(text);
  } catch (cause) {
    throw new RoomcastError('bad_payload', `a payload that says it is ${encoding} is not`, {
      cause,
    });
  }
}
