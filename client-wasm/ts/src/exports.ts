// The core's exports and constants, as client-wasm/abi/roomcast_abi.h has them; a test compares.
// Every argument and result is a number; strings go through the scratch buffer.

export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  rc_scratch(bytes: number): number;

  rc_create(
    now: number, wall: number, seedLow: number, seedHigh: number, flags: number,
    urlBytes: number, nameBytes: number, versionBytes: number,
  ): number;
  rc_destroy(client: number): void;
  rc_mailbox_address(client: number): number;
  rc_connect(client: number, now: number, wall: number): number;
  rc_disconnect(client: number, now: number, wall: number): void;
  rc_close(client: number, now: number, wall: number): void;
  rc_token(client: number, now: number, wall: number, request: number, tokenBytes: number): void;
  rc_token_failed(
    client: number, now: number, wall: number, request: number, permanent: number,
  ): void;

  rc_on_open(client: number, now: number, wall: number, generation: number): void;
  rc_inbound(client: number, bytes: number): number;
  rc_on_message(
    client: number, now: number, wall: number, generation: number, bytes: number,
  ): void;
  rc_on_text(client: number, now: number, wall: number, generation: number): void;
  rc_on_closed(
    client: number, now: number, wall: number, generation: number, code: number,
    reasonBytes: number,
  ): void;
  rc_on_timer(client: number, now: number, wall: number): void;
  rc_on_signal(client: number, now: number, wall: number, signal: number): void;

  rc_room(client: number, now: number, wall: number, nameBytes: number): number;
  rc_room_release(client: number, now: number, wall: number, room: number): void;
  rc_join(
    client: number, now: number, wall: number, room: number, flags: number, presence: number,
    sinceKind: number, since: number, epochLow: number, epochHigh: number, tokenBytes: number,
    memberDataBytes: number,
  ): number;
  rc_leave(client: number, now: number, wall: number, room: number): number;
  rc_publish(
    client: number, now: number, wall: number, room: number, encoding: number, typeBytes: number,
    keyBytes: number, dataBytes: number, tagCount: number, timeoutMs: number,
  ): number;
  rc_send(
    client: number, now: number, wall: number, room: number, encoding: number, typeBytes: number,
    keyBytes: number, dataBytes: number, tagCount: number,
  ): number;
  rc_history(
    client: number, now: number, wall: number, room: number, flags: number, offset: number,
    epochLow: number, epochHigh: number, limit: number,
  ): number;
  rc_update_member(
    client: number, now: number, wall: number, room: number, memberDataBytes: number,
  ): number;
  rc_ping(client: number, now: number, wall: number): number;
  rc_abort(client: number, now: number, wall: number, call: number): void;

  rc_hub_time(client: number, now: number): number;
  rc_position(client: number, room: number): number;
  rc_stats(client: number): number;
  rc_trace(client: number, level: number): void;
}

/** RC_EFFECT_* */
export enum Kind {
  OpenSocket = 1, Send, CloseSocket, SetTimer, NeedToken, State, Session, RoomState, Joined, Left,
  Gap, Reset, Publication, Tag, Atom, Settled, Error, Trace,
  Presence, Present,
}

/** RC_OUTCOME_* */
export enum Outcome { Done = 1, Refused, TimedOut, Aborted, Unknown }

/** RC_TOKEN_* */
export enum TokenWhy { Initial = 1, Expired, Refresh }

/** RC_SIGNAL_* */
export enum Signal {
  Hidden = 1, Visible, Online, Offline, Wake, PageHide, PageShow, Unload,
}

/** RC_SINCE_* */
export enum Since { Live, Position, LastCount, LastMs }

export enum Flag {
  CreateTokenProvider = 1,
  SessionResumed = 1,
  JoinRejectLost = 1,
  JoinedAgain = 1,
  JoinedRecovered = 2,
  JoinedMayPublish = 4,
  PublicationOwn = 1,
  PublicationReplay = 2,
  SettledRetryable = 1,
  SettledDuplicate = 2,
  SettledMore = 4,
  SettledLost = 8,
  PresenceFirst = 1,
  PresenceLast = 2,
  HistoryReverse = 1,
  HistoryFrom = 2,
}

/** RC_STAT_*, as indices. */
export enum Stat {
  Attempts, Connections, Resumed, MessagesIn, BytesIn, MessagesOut, BytesOut, Publications, Seen,
  Echoes, Gaps, Resent, Dropped, ProtocolErrors, UnknownReplies, LostLinks, Queued, QueuedBytes,
  RoundTripUs, Count,
}
