// The hub's figures, as it publishes them in $sys:stats (docs/OPERATING.md), and what two of them
// say of the time between.

export interface Buckets {
  readonly bounds_us: readonly number[];
  /** One more than there are bounds: the last is for what is above them all. */
  readonly counts: readonly number[];
}

export interface HubStats {
  readonly at_us: number;
  readonly instance: string;
  readonly node: string;
  readonly version: string;
  readonly shards: number;
  readonly uptime_us: number;
  readonly cpu_us: number;
  readonly now: Readonly<Record<string, number>>;
  readonly total: Readonly<Record<string, number>>;
  readonly memory_bytes: Readonly<Record<string, number>>;
  readonly loop_turn: Buckets;
  readonly round_trip: Buckets;
}

/** What happened in the time before `at`. */
export interface Sample {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly stats: HubStats;
  /** Of `total`, a second; empty after a hub began anew. */
  readonly rates: Readonly<Record<string, number>>;
  /** Parts of one processor. */
  readonly cpu: number | undefined;
  /** Milliseconds. */
  readonly turn: { readonly middle: number | undefined; readonly late: number | undefined };
}

const NOTHING = { rates: {}, cpu: undefined, turn: { middle: undefined, late: undefined } };

export function sampleOf(stats: HubStats, before: HubStats | undefined): Sample {
  const at = stats.at_us / 1000;
  // Another life of the hub counts from nothing.
  const known = before?.instance === stats.instance && before.at_us < stats.at_us;
  if (!known) return { at, stats, ...NOTHING };
  const seconds = (stats.at_us - before.at_us) / 1e6;
  const rates = Object.fromEntries(
    Object.entries(stats.total).map(([name, count]) => [
      name,
      Math.max(0, count - (before.total[name] ?? 0)) / seconds,
    ]),
  );
  const turns = difference(stats.loop_turn, before.loop_turn);
  return {
    at,
    stats,
    rates,
    cpu: (stats.cpu_us - before.cpu_us) / (seconds * 1e6),
    turn: { middle: quantileMs(turns, 0.5), late: quantileMs(turns, 0.99) },
  };
}

function difference(buckets: Buckets, before: Buckets): Buckets {
  const counts = buckets.counts.map((count, at) => count - (before.counts[at] ?? 0));
  return { bounds_us: buckets.bounds_us, counts };
}

/** As if what a bucket holds were spread evenly in it. `undefined`: there is nothing. */
export function quantileMs({ bounds_us, counts }: Buckets, part: number): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all <= 0) return undefined;
  let left = all * part;
  for (const [at, count] of counts.entries()) {
    if (left > count) {
      left -= count;
      continue;
    }
    const from = bounds_us[at - 1] ?? 0;
    const to = bounds_us[at] ?? from;
    return (from + (to - from) * (count === 0 ? 0 : left / count)) / 1000;
  }
  return undefined;
}

/** The last of them, in order; what came twice is one. */
export class Samples {
  readonly #most: number;
  readonly all: Sample[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get last(): Sample | undefined {
    return this.all.at(-1);
  }

  /** False: it is no news. */
  add(stats: HubStats): boolean {
    const before = this.last?.stats;
    if (before && stats.at_us <= before.at_us) return false;
    this.all.push(sampleOf(stats, before));
    if (this.all.length > this.#most) this.all.shift();
    return true;
  }
}

/** What the hub said, if it is that. */
export function asStats(data: unknown): HubStats | undefined {
  const stats = data as Partial<HubStats> | null;
  if (typeof stats?.at_us !== 'number' || typeof stats.total !== 'object') return undefined;
  if (typeof stats.now !== 'object' || typeof stats.memory_bytes !== 'object') return undefined;
  return stats.loop_turn && stats.round_trip ? (stats as HubStats) : undefined;
}
