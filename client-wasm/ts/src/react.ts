// The entry `roomcast/react`: hooks over a client that the application made. The client itself
// comes from `roomcast` or `roomcast/external`; here are types of it only.

import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { Client } from './client.js';
import type { Room } from './room.js';
import type {
  AnyEvents,
  ClientState,
  EventMap,
  JoinOptions,
  Message,
  RoomOptions,
  RoomPresence,
  RoomState,
} from './types.js';

// A render costs more than a message: so many at most in a second, whatever arrives.
const RENDERS_PER_SECOND = 50;
const NOTHING: readonly never[] = [];
const empty = (): readonly never[] => NOTHING;

/** Where the connection stands. */
export function useClientState(client: Client): ClientState {
  const subscribe = useMemo(() => (told: () => void) => client.on('state', told), [client]);
  return useSyncExternalStore(
    subscribe,
    () => client.state,
    () => 'disconnected',
  );
}

/**
 * A handle that wants to be in the room for as long as the component is there. A refused join is
 * the room's event `left`. The options count when client and name change.
 */
export function useRoom<Events extends EventMap = AnyEvents>(
  client: Client,
  name: string,
  options?: RoomOptions & JoinOptions,
): Room<Events> {
  const latest = useRef(options);
  latest.current = options;
  const room = useMemo(() => client.room<Events>(name, latest.current), [client, name]);
  useEffect(() => {
    void room.join(latest.current);
    return () => void room.leave();
  }, [room]);
  return room;
}

/** Where the membership stands. */
export function useRoomState<Events extends EventMap>(room: Room<Events>): RoomState {
  const subscribe = useMemo(() => (told: () => void) => room.on('state', told), [room]);
  return useSyncExternalStore(
    subscribe,
    () => room.state,
    () => 'left',
  );
}

/** Who is there, as far as the room's option `presence` asked. */
export function usePresence<Events extends EventMap>(room: Room<Events>): RoomPresence {
  const subscribe = useMemo(() => (told: () => void) => room.on('presence', told), [room]);
  return useSyncExternalStore(
    subscribe,
    () => room.presence,
    () => room.presence,
  );
}

export interface MessagesOptions {
  /** The latest so many; by default 1000. */
  readonly keep?: number | undefined;
}

/**
 * The room's messages since the component is there, oldest first: another array when there are new
 * ones, at most 50 times a second, and none left out.
 */
export function useMessages<Events extends EventMap>(
  room: Room<Events>,
  { keep = 1000 }: MessagesOptions = {},
): readonly Message<Events>[] {
  const store = useMemo(() => {
    let shown: readonly Message<Events>[] = NOTHING;
    let arrived: Message<Events>[] = [];
    return {
      get: () => shown,
      subscribe(told: () => void): () => void {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const show = (): void => {
          timer = undefined;
          shown = shown.concat(arrived).slice(-keep);
          arrived = [];
          told();
        };
        const off = room.on('message', (message) => {
          arrived.push(message);
          timer ??= setTimeout(show, 1000 / RENDERS_PER_SECOND);
        });
        return () => {
          off();
          clearTimeout(timer);
        };
      },
    };
  }, [room, keep]);
  return useSyncExternalStore(store.subscribe, store.get, empty);
}
