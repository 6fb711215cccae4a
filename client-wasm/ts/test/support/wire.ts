// Enough of Protobuf's encoding to script a hub in a test. The package itself knows nothing of it.

export type Value = number | bigint | string | Uint8Array | Fields;
/** Field number and value, in order. A bigint is a fixed64; a number a varint. */
export type Fields = readonly (readonly [field: number, value: Value])[];

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

export function encode(fields: Fields): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  for (const [field, value] of fields) {
    if (typeof value === 'number') {
      out.push(...varint(field << 3), ...varint(value));
    } else if (typeof value === 'bigint') {
      const eight = new DataView(new ArrayBuffer(8));
      eight.setBigUint64(0, value, true);
      out.push(...varint((field << 3) | 1), ...new Uint8Array(eight.buffer));
    } else {
      const bytes =
        typeof value === 'string'
          ? new TextEncoder().encode(value)
          : value instanceof Uint8Array
            ? value
            : encode(value);
      out.push(...varint((field << 3) | 2), ...varint(bytes.length), ...bytes);
    }
  }
  return Uint8Array.from(out);
}

export class Decoded {
  readonly #fields: readonly (readonly [number, number | Uint8Array])[];

  constructor(bytes: Uint8Array) {
    const fields: [number, number | Uint8Array][] = [];
    let at = 0;
    const next = (): number => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++]!;
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return Number(value);
      }
    };
    while (at < bytes.length) {
      const tag = next();
      if ((tag & 7) === 0) fields.push([tag >> 3, next()]);
      else {
        const length = (tag & 7) === 1 ? 8 : next();
        fields.push([tag >> 3, bytes.subarray(at, at + length)]);
        at += length;
      }
    }
    this.#fields = fields;
  }

  has(field: number): boolean {
    return this.#fields.some(([each]) => each === field);
  }
  number(field: number): number {
    const value = this.#fields.find(([each]) => each === field)?.[1];
    return typeof value === 'number' ? value : 0;
  }
  all(field: number): Decoded[] {
    return this.#raw(field).map((bytes) => new Decoded(bytes));
  }
  one(field: number): Decoded | undefined {
    return this.all(field)[0];
  }
  text(field: number): string {
    const bytes = this.#raw(field)[0];
    return bytes ? new TextDecoder().decode(bytes) : '';
  }
  bytes(field: number): Uint8Array {
    return this.#raw(field)[0] ?? new Uint8Array();
  }
  #raw(field: number): Uint8Array[] {
    return this.#fields
      .filter(([each, value]) => each === field && typeof value !== 'number')
      .map(([, value]) => value as Uint8Array);
  }
}
