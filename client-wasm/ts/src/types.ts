// What an application sees: options, events, outcomes. The classes are in client.ts and room.ts.

import type { RoomcastError } from './errors.js';
import type { PageTargets } from './page_signals.js';
import type { PayloadEncoding } from './payload.js';
import type { WebSocketConstructor } from './socket.js';

/**
 * Where the connection stands.
 *
 * `disconnected`: not wanted, or the hub said not to come back (`connect()` tries again) ·
 * `connecting`: the first time · `connected` · `reconnecting`: was there, and will be again ·
 * `closed`: for good.
 */
export type ClientState = 'disconnected' | 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** Where the membership of a room stands. */
export type RoomState = 'left' | 'joining' | 'joined';

export interface TokenRequest {
  /** `connect`: the first one · `expired`: the last one is over · `refresh`: it soon will be. */
  readonly reason: 'connect' | 'expired' | 'refresh';
  /** Aborts when the answer is not wanted any more. */
  readonly signal: AbortSignal;
}

export interface ClientOptions {
  /**
   * Who is there, as a token for the hub. Asked for before connecting, and again when the hub says
   * that the last one is over; never twice at the same time. Without it the session is anonymous,
   * where the hub allows that.
   */
  readonly getToken?: ((request: TokenRequest) => string | Promise<string>) | undefined;
  /** For the hub's logs and statistics, at most 64 bytes each. */
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  /** In place of the global WebSocket: for Node before 22, proxies, tests. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /** How long a call waits for its answer once it was sent, in milliseconds. By default 10,000. */
  readonly timeout?: number | undefined;
  /** `trace` prints decoded frames without payloads or tokens, by console.debug. */
  readonly logLevel?: 'off' | 'info' | 'trace' | undefined;
  /** What the client watches to notice that the page slept; for tests. */
  readonly page?: PageTargets | undefined;
}

/** What one's session is; only while connected. */
export interface Session {
  readonly id: string;
  /** The identity in the token; for an anonymous session, the session id. */
  readonly user: string;
  /** One life of the hub's process. Another one knows nothing of what was before. */
  readonly instance: string;
  /** The hub's name for itself, for people. */
  readonly node: string;
  /** The session is the one from before the connection was lost. */
  readonly resumed: boolean;
}

export interface StateEvent {
  readonly state: ClientState;
  readonly previous: ClientState;
  /** While connecting or reconnecting: the attempt, from 1. 0 otherwise. */
  readonly attempt: number;
  /** While waiting for the next attempt: milliseconds until then. */
  readonly retryIn: number | undefined;
  /** Why the connection was lost or refused, where it was. */
  readonly reason: RoomcastError | undefined;
}

export interface RoomEvent {
  readonly room: string;
}

export interface ClientEvents {
  /**
   * A backend put the user into a room that no handle has joined. `room(name).join()` takes it, and
   * within the listener misses nothing that is said there.
   */
  room: RoomEvent;
  /** The state changed, or another attempt began or was put off. */
  state: StateEvent;
  /** What no call of yours could be told: a bad payload, an Error of the hub's own accord. */
  error: RoomcastError;
}

/** A point in a room's stream. */
export interface Position {
  /** Which life of the stream, 16 hexadecimal digits. Offsets of different ones do not compare. */
  readonly epoch: string;
  /** The last publication up to there; 0 is before the first. */
  readonly offset: number;
}

export interface HubTime {
  /** The hub's clock: milliseconds since the Unix epoch, with a fraction. */
  readonly time: number;
  /** How far it may be off, in milliseconds either way. */
  readonly error: number;
}

export interface ClientStats {
  readonly state: ClientState;
  /** The latest measured round trip, in milliseconds. */
  readonly roundTrip: number | undefined;
  /** The hub's clock less this one's, and how far that may be off, in milliseconds. */
  readonly clockOffset: number | undefined;
  readonly clockError: number | undefined;
  /** Sockets that were tried, and those of them that became connections. */
  readonly attempts: number;
  readonly connections: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Publications handed to the application. */
  readonly publications: number;
  /** Publishes that were sent again with their id, after a reconnect. */
  readonly resent: number;
  /** Publishes that wait for a connection or for their answer, now. */
  readonly pending: number;
}

/**
 * The kinds of messages in a room: a type for the data of each type. For example
 * `{ chat: { text: string }; typing: null }`.
 */
export type EventMap = object;
/** A room of which nothing is said. */
export type AnyEvents = Record<string, unknown>;

export type TypeName<Events extends EventMap> = Extract<keyof Events, string>;

export interface MessageBase {
  readonly room: string;
  /** Strictly rising within the stream's epoch. 0: volatile, has no place in the stream. */
  readonly offset: number;
  /** When the hub took it in: milliseconds since the Unix epoch, with a fraction. */
  readonly time: number;
  readonly encoding: PayloadEncoding;
  /** What it is about: a later one with the same key supersedes it. */
  readonly key: string | undefined;
  readonly tags: ReadonlyArray<readonly [name: string, value: string]>;
  /** Who published. `undefined`: a backend, that said nothing of a user. */
  readonly publisher: Publisher | undefined;
  /** Published by this client. */
  readonly own: boolean;
  /** From history, in place of having been there. */
  readonly replayed: boolean;
}

export interface Publisher {
  /** `undefined`: a backend, on behalf of the user. */
  readonly session: string | undefined;
  readonly user: string;
}

/** A publication. Switch on `type` to know what `data` is. */
export type Message<Events extends EventMap = AnyEvents> = {
  [Type in TypeName<Events>]: MessageBase & {
    readonly type: Type;
    /** A Uint8Array here is a view of what was received: copy it to keep it apart. */
    readonly data: Events[Type];
  };
}[TypeName<Events>];

export interface RoomStateEvent {
  readonly room: string;
  readonly state: RoomState;
  readonly previous: RoomState;
}

export interface JoinedEvent {
  readonly room: string;
  /** The top of the stream when joining. */
  readonly position: Position;
  /** After a reconnect, without having been asked. */
  readonly rejoined: boolean;
  /**
   * `live`: reading begins at the top · `recovered`: everything since the position that one had
   * follows · `lost`: not everything can come.
   */
  readonly verdict: 'live' | 'recovered' | 'lost';
  readonly recovered: boolean;
  /** How many publications follow from history before the live ones. */
  readonly replayed: number;
  readonly mayPublish: boolean;
}

export interface LeftEvent {
  readonly room: string;
  /** Why the hub took one out, or refused a join; `undefined` after one's own doing. */
  readonly reason: RoomcastError | undefined;
}

export interface GapEvent {
  readonly room: string;
  /** Not all of `from`…`to` will come. */
  readonly from: number;
  readonly to: number;
  readonly reason: 'slow' | 'evicted' | 'engine' | (string & {});
}

export interface ResetEvent {
  readonly room: string;
  /** The stream began anew; what came before does not compare with what comes. */
  readonly position: Position;
}

/** A user in a room. */
export interface Member {
  readonly user: string;
  /** How many of the user's sessions are in the room. */
  readonly sessions: number;
  /** What one of them said of itself last; see RoomOptions.data. */
  readonly data: unknown;
}

/** Who is in a room, as far as it is known. */
export interface RoomPresence {
  /** By user. Empty where a room shows, or was asked for, numbers only. */
  readonly members: ReadonlyMap<string, Member>;
  /** In all. */
  readonly users: number;
  readonly sessions: number;
}

/** After a rejoin too, only what is different is told: nobody flickers. */
export interface PresenceEvent extends RoomPresence {
  readonly room: string;
  readonly joined: readonly Member[];
  readonly left: readonly Member[];
  /** Something about them is new: `data`, or the number of sessions. */
  readonly updated: readonly Member[];
}

export interface RoomEvents<Events extends EventMap = AnyEvents> {
  state: RoomStateEvent;
  message: Message<Events>;
  joined: JoinedEvent;
  left: LeftEvent;
  gap: GapEvent;
  reset: ResetEvent;
  presence: PresenceEvent;
}

export interface RoomOptions {
  /** A token with rights for this room alone. */
  readonly token?: string | undefined;
  /** `false`: one's own messages are not delivered. By default they are. */
  readonly echo?: boolean | undefined;
  /** What is wanted of who else is there; by default nothing. Handles of one room share the most. */
  readonly presence?: 'none' | 'counts' | 'members' | undefined;
  /** What others see beside one's user: anything that JSON can say, at most 1 KiB of it. */
  readonly data?: unknown;
}

export interface CallOptions {
  /** Ends the wait. What was sent already may happen all the same. */
  readonly signal?: AbortSignal | undefined;
}

export interface JoinOptions extends CallOptions {
  /** Where reading begins, the first time. Without it: live, from now on. */
  readonly since?: Position | { readonly last: number } | { readonly lastMs: number } | undefined;
  /** Refuse to join where not everything since then can come. By default one joins all the same. */
  readonly rejectLost?: boolean | undefined;
}

export interface HistoryOptions extends CallOptions {
  /** Reads on from here, exclusively. Without it: from that end of history. */
  readonly from?: Position | undefined;
  /** At most so many; by default 100. 0 asks for the position alone. */
  readonly limit?: number | undefined;
  /** From the newest to the oldest. */
  readonly reverse?: boolean | undefined;
}

export interface HistoryPage<Events extends EventMap = AnyEvents> {
  /** In the order that was asked for. */
  readonly messages: readonly Message<Events>[];
  /** The top of the stream. */
  readonly position: Position;
  /** What to ask with for the next page; `undefined`: this was the last. */
  readonly next: Position | undefined;
  /** What was asked for begins before what history still holds. */
  readonly lost: boolean;
}

export interface SendOptions {
  /** What it is about: a later one with the same key supersedes it. At most 128 bytes. */
  readonly key?: string | undefined;
  /** At most 8, of at most 64 bytes. */
  readonly tags?: ReadonlyArray<readonly [name: string, value: string]> | undefined;
}

export interface PublishOptions extends SendOptions, CallOptions {
  /** For this call, in place of the client's. */
  readonly timeout?: number | undefined;
}

/** The publication is in the room's stream. */
export interface Published {
  readonly position: Position;
  /** It took effect before, when this client sent it the first time. */
  readonly duplicate: boolean;
}

/** What `publish` takes for a type's data: nothing, where the data is nothing. */
export type DataArguments<Data, Options> = undefined extends Data
  ? [data?: Data, options?: Options]
  : [data: Data, options?: Options];
