// The golden frames of tests/vectors, which C++ reads too.

import { readFileSync } from 'node:fs';

export interface Vector {
  readonly name: string;
  readonly json: { readonly messages?: readonly Record<string, unknown>[] };
  readonly hex: string;
}

function read(file: string): Map<string, Vector> {
  const path = new URL(`../../../../tests/vectors/${file}`, import.meta.url);
  const list = JSON.parse(readFileSync(path, 'utf8')) as Vector[];
  return new Map(list.map((vector) => [vector.name, vector]));
}

// Bundled into dist/test, so the repository's root is four folders up.
const server = read('server_frames.json');

export function serverVector(name: string): Vector {
  const vector = server.get(name);
  if (!vector) throw new Error(`there is no vector ${name}`);
  return vector;
}

export const serverVectors = (): Iterable<Vector> => server.values();

export function bytesOf(hex: string): ArrayBuffer {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; ++at) {
    bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes.buffer;
}
