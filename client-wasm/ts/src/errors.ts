// The one error class of the package.

/**
 * Why something failed. First this side's own words, then the hub's, as in docs/PROTOCOL.md. A
 * newer hub may send a code that is not in this list: hence `string & {}`.
 */
export type ErrorCode =
  // A call.
  | 'timeout' // sent, and not answered in time
  | 'outcome_unknown' // sent, and nobody can tell what came of it: the hub changed, or refused only its resending
  | 'queue_timeout' // waited too long for a connection; it was never sent
  | 'queue_full' // too much waits for an answer already
  | 'not_connected' // needs a connection, and there is none
  | 'aborted' // the caller's AbortSignal
  | 'left' // the room was left while it was under way
  | 'disconnected' // disconnect() was called while it was under way
  | 'closed' // the client was closed
  | 'invalid_argument' // not serialisable, not a URL, …
  // The connection.
  | 'connection_lost'
  | 'connect_timeout'
  | 'no_pong' // the hub was silent too long
  | 'bad_frame' // the hub sent what makes no sense
  | 'bad_stream'
  | 'token_failed' // getToken threw or returned rubbish
  | 'token_timeout'
  | 'parked' // the page is in the back/forward cache
  | 'moving' // the hub drains and asked to go
  | 'unsupported' // this environment lacks what is needed, for example WebSocket
  | 'bad_payload' // a payload that says it is JSON, or text, and is not
  // The hub: an error reply.
  | 'internal'
  | 'unauthorized'
  | 'unknown_namespace'
  | 'permission_denied'
  | 'unknown_command'
  | 'limit_exceeded'
  | 'bad_request'
  | 'not_available'
  | 'token_expired'
  | 'too_many_requests'
  | 'unrecoverable_position'
  | 'room_full'
  | 'overloaded'
  | 'bad_room_name'
  | 'too_large'
  | 'not_joined'
  | 'stale_publish_id'
  // The hub: why it ended a connection or a membership.
  | 'shutdown'
  | 'try_again_later'
  | 'slow'
  | 'rate_limited'
  | 'invalid_token'
  | 'by_operator'
  | 'too_many_connections'
  | 'taken_over'
  | 'removed'
  | 'permission_lost'
  | 'room_token_expired'
  | (string & {});

export interface ErrorDetails {
  /** The same call may succeed later. */
  readonly retryable?: boolean;
  /** Not before so many milliseconds have passed. */
  readonly retryAfter?: number | undefined;
  /** The hub's number for it: an error code or a close code. */
  readonly number?: number | undefined;
  readonly cause?: unknown;
}

/** Everything that this package rejects with, throws, or emits as `error`. */
export class RoomcastError extends Error {
  readonly code: ErrorCode;
  /** The same call may succeed later. */
  readonly retryable: boolean;
  /** Not before so many milliseconds have passed. */
  readonly retryAfter: number | undefined;
  /** The hub's number for it: an error code or a close code. */
  readonly number: number | undefined;

  static {
    this.prototype.name = 'RoomcastError';
  }

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.retryAfter = details.retryAfter;
    this.number = details.number;
  }
}
