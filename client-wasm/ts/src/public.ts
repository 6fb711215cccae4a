// What every entry of the package exports beside its createClient().

export type { Client } from './client.js';
export { type ErrorCode, RoomcastError } from './errors.js';
export type { Listener, ListenOptions, Off } from './events.js';
export type { PageTargets } from './page_signals.js';
export type { PayloadEncoding } from './payload.js';
export type { Room } from './room.js';
export type { WebSocketConstructor, WebSocketLike } from './socket.js';
export type * from './types.js';

declare const ROOMCAST_VERSION: string;
declare const ROOMCAST_BUILD: string;

/** The package's version, and the build of the core that it was made with. */
export const version: string = ROOMCAST_VERSION;
export const build: string = ROOMCAST_BUILD;
