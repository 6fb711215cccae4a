// The types, as an application meets them: compiled by the tests, never run. Each @ts-expect-error
// is a mistake that the compiler must find.

import { type Client, createClient, type Message, type Room, RoomcastError } from 'roomcast';

interface Chat {
  said: { text: string };
  typing: null;
  photo: Uint8Array;
  ping: undefined;
}

export async function rooms(client: Client): Promise<void> {
  const room: Room<Chat> = client.room<Chat>('chat:42', { echo: false });
  await room.publish('said', { text: 'hello' });
  await room.publish('said', { text: 'hello' }, { key: 'k', timeout: 5, tags: [['a', 'b']] });
  await room.publish('ping');
  await room.publish('photo', new Uint8Array(3));
  const sent: boolean = room.send('typing', null);
  const { position, duplicate } = await room.publish('typing', null);
  const offset: number = position.offset;

  // @ts-expect-error: no such type of message
  await room.publish('shouted', { text: 'hello' });
  // @ts-expect-error: the data is another type's
  await room.publish('said', { words: 'hello' });
  // @ts-expect-error: there must be data
  await room.publish('said');
  // @ts-expect-error: no such option
  room.send('typing', null, { timeout: 5 });
  void [sent, duplicate, offset];
}

export function messages(room: Room<Chat>): void {
  room.on('message', (message) => {
    switch (message.type) {
      case 'said': {
        const text: string = message.data.text;
        return void text;
      }
      case 'typing': {
        const nothing: null = message.data;
        return void nothing;
      }
      case 'photo':
        return void message.data.byteLength;
      case 'ping':
        return;
      default: {
        const never: never = message;
        return never;
      }
    }
  });
  const text = (message: Message<Chat>): string =>
    // @ts-expect-error: which type of message is it?
    message.data.text;
  void text;
  // @ts-expect-error: a message is not to be written to
  room.on('message', (message) => void (message.offset = 1));
}

export async function read(room: Room<Chat>): Promise<void> {
  for await (const message of room.messages({ signal: AbortSignal.timeout(5) })) {
    if (message.type === 'said') {
      const text: string = message.data.text;
      void text;
    }
    // @ts-expect-error: no such type of message
    if (message.type === 'shouted') return;
  }
  using other = room;
  void other;
}

export async function others(client: Client): Promise<void> {
  const room = client.room<Chat>('chat:42', { presence: 'members', data: { colour: 'red' } });
  room.on('presence', ({ joined, members }) => {
    const sessions: number | undefined = members.get('ann')?.sessions;
    // @ts-expect-error: who is there is not to be written to
    members.set('bob', joined[0]);
    void sessions;
  });
  const { messages, next } = await room.history({ limit: 10, reverse: true });
  for (const message of messages) if (message.type === 'said') void message.data.text;
  await room.history({ from: next });
  await room.update({ colour: 'blue' });
  // @ts-expect-error: no such interest
  client.room('chat:42', { presence: 'all' });
  const direct: Room = client.inbox;
  void direct;
}

export function untyped(client: Client): void {
  const room = client.room('anything');
  room.on('message', ({ type, data }) => {
    const name: string = type;
    // @ts-expect-error: nothing is known of the data
    const length: number = data.length;
    void [name, length];
  });
  void room.publish('whatever', [1, 2]);
  void room.publish('whatever');
}

export function events(client: Client): void {
  const off: () => void = client.on('state', ({ state, attempt, retryIn }) => {
    const left: number = attempt;
    // @ts-expect-error: there is not always a next attempt
    const wait: number = retryIn;
    // @ts-expect-error: no such state
    if (state === 'online') return;
    void [left, wait];
  });
  off();
  client.on('error', (error) => {
    if (error instanceof RoomcastError && error.code === 'outcome_unknown') return;
    const again: boolean = error.retryable;
    void again;
  }, { signal: new AbortController().signal });
  // @ts-expect-error: no such event
  client.on('message', () => {});
  // @ts-expect-error: may not be known yet
  const now: number = client.now().time;
  void now;
}

export const made: Client[] = [
  createClient('wss://example.org/ws'),
  createClient('wss://example.org/ws', { WebSocket }),
  createClient('wss://example.org/ws', { getToken: async ({ reason }) => reason }),
  createClient('wss://example.org/ws', { getToken: () => 'token', logLevel: 'trace' }),
  // @ts-expect-error: a token is a string
  createClient('wss://example.org/ws', { getToken: () => 5 }),
];
