// Latencies of the last few seconds, in buckets that each are a quarter wider than the one before.

const FIRST_MS = 0.1;
const RATIO = 1.25;
export const BUCKETS = 42; // up to about a second

export const bucketOf = (ms: number): number => {
  if (ms <= FIRST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.floor(Math.log(ms / FIRST_MS) / Math.log(RATIO)));
};
/** Where a bucket begins, in milliseconds. */
export const edgeOf = (bucket: number): number => FIRST_MS * RATIO ** bucket;

/** Slices of time, the oldest of which is dropped with each turn. */
export class Histogram {
  readonly #slices: Uint32Array[];

  constructor(slices: number) {
    this.#slices = Array.from({ length: slices }, () => new Uint32Array(BUCKETS));
  }

  add(ms: number): void {
    this.#slices[0]![bucketOf(ms)]! += 1;
  }

  turn(): void {
    const oldest = this.#slices.pop()!;
    oldest.fill(0);
    this.#slices.unshift(oldest);
  }

  counts(): number[] {
    return Array.from({ length: BUCKETS }, (_, at) =>
      this.#slices.reduce((sum, slice) => sum + slice[at]!, 0),
    );
  }
}

/** The upper edge of the bucket that holds this part of all; undefined where there is nothing. */
export function quantile(counts: readonly number[], part: number): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let below = 0;
  const at = counts.findIndex((count) => {
    below += count;
    return below >= all * part;
  });
  return edgeOf(at + 1);
}
