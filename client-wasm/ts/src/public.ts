// What every entry of the package exports beside its createClient().

export { build, version } from './build.js';
export type { Client } from './client.js';
export { type ErrorCode, RoomcastError } from './errors.js';
export type { Listener, ListenOptions, Off } from './events.js';
export type { PageTargets } from './page_signals.js';
export type { PayloadEncoding } from './payload.js';
export type { Room } from './room.js';
export type { WebSocketConstructor, WebSocketLike } from './socket.js';
export type * from './types.js';
