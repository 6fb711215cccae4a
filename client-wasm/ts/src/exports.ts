// The core's exports and constants, as client-wasm/abi/roomcast_abi.h has them; a test compares.
// Every argument and result is a number; strings go through the scratch buffer.

export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  rc_scratch(bytes: number): number;
  rc_begin(client: number, now: number, wall: number): void;

  rc_create(
    seedLow: number, seedHigh: number, flags: number,
    urlBytes: number, nameBytes: number, versionBytes: number,
  ): number;
  rc_destroy(client: number): void;
  rc_mailbox_address(): number;
  rc_effects(): void;
  rc_connect(): number;
  rc_disconnect(): void;
  rc_close(): void;
  rc_token(request: number, tokenBytes: number): void;
  rc_token_failed(request: number, permanent: number): void;

  rc_on_open(generation: number): void;
  rc_inbound(bytes: number): number;
  rc_on_message(generation: number, bytes: number): void;
  rc_on_text(generation: number): void;
  rc_on_closed(generation: number, code: number, reasonBytes: number): void;
  rc_on_timer(): void;
  rc_on_signal(signal: number): void;

  rc_room(nameBytes: number): number;
  rc_room_release(room: number): void;
  rc_join(
    room: number, flags: number, presence: number,
    sinceKind: number, since: number, epochLow: number, epochHigh: number, tokenBytes: number,
    memberDataBytes: number,
  ): number;
  rc_leave(room: number): number;
  rc_publish(
    room: number, encoding: number, tagCount: number, timeoutMs: number,
    typeBytes: number, keyBytes: number, dataBytes: number,
  ): number;
  rc_send(
    room: number, encoding: number, tagCount: number,
    typeBytes: number, keyBytes: number, dataBytes: number,
  ): number;
  rc_history(
    room: number, flags: number, offset: number,
    epochLow: number, epochHigh: number, limit: number,
  ): number;
  rc_update_member(room: number, memberDataBytes: number): number;
  rc_ping(): number;
  rc_abort(call: number): void;

  rc_hub_time(): number;
  rc_position(room: number): number;
  rc_stats(): number;
  rc_trace(level: number): void;
}

/** RC_EFFECT_* */
export enum Kind {
  OpenSocket = 1, Send, CloseSocket, SetTimer, NeedToken, State, Session, RoomState, Joined, Left,
  Gap, Reset, Publication, Tag, Atom, Settled, Error, Trace,
  Presence, Present, Room,
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
