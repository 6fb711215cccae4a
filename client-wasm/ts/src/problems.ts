// What the core says went wrong, as the package's one error.

import type { Told } from './effects.js';
import { RoomcastError } from './errors.js';
import { Flag, Kind, Outcome } from './exports.js';

/** Of what went wrong: a call that was not done, say, with the signal that it was given. */
export function errorOf(told: Told, signal?: AbortSignal): RoomcastError {
  const name = told.text(8);
  // The core's name for it says why the outcome is unknown; the application asks whether it is.
  const isUnknown = told.kind === Kind.Settled && told.word(4) === Outcome.Unknown;
  return new RoomcastError(
    isUnknown ? 'outcome_unknown' : name || 'internal',
    told.text(10) || name.replaceAll('_', ' '),
    {
      number: told.word(6) || undefined,
      retryable: told.has(Flag.SettledRetryable),
      retryAfter: told.number(1) || undefined,
      ...(signal?.aborted && { cause: signal.reason as unknown }),
    },
  );
}

/** Undefined where nothing went wrong. */
export const problemOf = (told: Told): RoomcastError | undefined =>
  told.text(8) ? errorOf(told) : undefined;
