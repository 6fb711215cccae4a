// What the core says went wrong, as the package's one error.

import type { Problem, Settled } from './effects.js';
import { RoomcastError } from './errors.js';
import { Outcome } from './exports.js';

/** Undefined where nothing went wrong. */
export function problemError(problem: Problem | RoomcastError): RoomcastError | undefined {
  if (problem instanceof RoomcastError) return problem;
  const { number, name, message, retryable, retryAfter } = problem;
  if (number === 0 && name === '') return undefined;
  return new RoomcastError(name || 'unknown', message || name.replaceAll('_', ' '), {
    number: number || undefined,
    retryable,
    retryAfter: retryAfter || undefined,
  });
}

const WORDS: Record<Outcome, [code: string, message: string]> = {
  [Outcome.Done]: ['internal', 'done'],
  [Outcome.Refused]: ['refused', 'refused'],
  [Outcome.TimedOut]: ['timeout', 'no answer in time'],
  [Outcome.Aborted]: ['aborted', 'given up before it was done'],
  [Outcome.Unknown]: ['outcome_unknown', 'sent, and nobody can tell what came of it'],
};

/** Of a call that was not done. */
export function errorOf(settled: Settled, signal?: AbortSignal): RoomcastError {
  const [code, message] = WORDS[settled.outcome] ?? ['internal', 'an outcome without a name'];
  // The core's name for it says why the outcome is unknown; the application asks whether it is.
  const name = settled.outcome === Outcome.Unknown ? code : settled.name || code;
  return new RoomcastError(name, settled.message || message, {
    number: settled.number || undefined,
    retryable: settled.retryable,
    retryAfter: settled.retryAfter || undefined,
    ...(signal?.aborted ? { cause: signal.reason } : {}),
  });
}
