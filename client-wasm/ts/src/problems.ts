// What the core says went wrong, as the package's one error.

import type { Problem, Settled } from './effects.js';
import { RoomcastError } from './errors.js';
import { Outcome } from './exports.js';

/** Undefined where nothing went wrong. */
export function problemError(
  problem: Problem | RoomcastError,
  cause?: unknown,
): RoomcastError | undefined {
  if (problem instanceof RoomcastError) return problem;
  const { number, name, message, retryable, retryAfter } = problem;
  if (number === 0 && name === '') return undefined;
  return new RoomcastError(name || 'unknown', message || name.replaceAll('_', ' '), {
    number: number || undefined,
    retryable,
    retryAfter: retryAfter || undefined,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Of a call that was not done: the core always says why. */
export function errorOf(settled: Settled, signal?: AbortSignal): RoomcastError {
  const cause: unknown = signal?.aborted ? signal.reason : undefined;
  // The core's name for it says why the outcome is unknown; the application asks whether it is.
  const name = settled.outcome === Outcome.Unknown ? 'outcome_unknown' : settled.name;
  return problemError({ ...settled, name }, cause) ?? new RoomcastError('internal', 'no reason');
}
