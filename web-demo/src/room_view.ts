// A room that is joined: its entry in the list, its log, and what goes between them and the SDK.

import {
  type Client,
  type JoinedEvent,
  type Message,
  type PresenceEvent,
  type Room,
  RoomcastError,
} from 'roomcast';
import { isPlace, type Place } from './cursors.js';
import { make } from './dom.js';
import { MessageLog, type Said } from './message_log.js';
import { nameOf } from './people.js';
import { duration } from './words.js';

interface Talk {
  said: Said;
  /** Where one points; volatile. */
  cursor: Place;
  /** When it was sent, by the sender's clock; volatile. */
  load: number;
}

export interface RoomHost {
  selected(view: RoomView): void;
  /** A publication without a session: a backend's. */
  pushed(message: Message): void;
  pointed(view: RoomView, user: string, place: Place): void;
  /** By oneself, then; or by another. */
  loaded(sentAt: number | undefined): void;
  /** Who is there, or what one is told of it, has changed. */
  peopleChanged(view: RoomView): void;
  rejoined(joined: JoinedEvent): void;
  name(): string;
}

const isSaid = (data: unknown): data is Said => {
  const said = data as Partial<Said> | null;
  return typeof said?.name === 'string' && typeof said.text === 'string';
};

const SHOWN_BEFORE = 50;
// Above it, comings and goings are numbers only.
const NAMED_MAX = 20;

export class RoomView {
  readonly name: string;
  readonly log: MessageLog;
  readonly item: HTMLElement;
  readonly #client: Client;
  readonly #host: RoomHost;
  readonly #room: Room<Talk>;
  readonly #button: HTMLButtonElement;
  readonly #unread = make('span', { class: 'count', hidden: '' });
  readonly #here = make('span', { class: 'here', hidden: '' });
  #count = 0;
  #current = false;
  #epoch = '';
  #offset = 0;
  #trouble = '';
  // Who was there when one came in is no news.
  #greeted = false;
  #me: string | undefined;
  // What is replayed of before one came in is not unread; what came while one was away is.
  #present = false;

  constructor(client: Client, name: string, host: RoomHost) {
    this.name = name;
    this.#client = client;
    this.#host = host;
    this.log = new MessageLog(name);
    this.#button = make(
      'button',
      { class: 'room', type: 'button', 'data-room': name },
      make('span', { class: 'mark', 'aria-hidden': 'true' }),
      make('span', { class: 'name' }, name),
      this.#here,
      this.#unread,
    );
    this.#button.addEventListener('click', () => host.selected(this));
    this.item = make('li', {}, this.#button);
    this.#room = client.room<Talk>(name, { presence: 'members', data: { name: host.name() } });
    this.#listen();
  }

  /** Where it stands, in words. */
  get note(): string {
    if (this.#trouble) return this.#trouble;
    return { left: 'not joined', joining: 'joining…', joined: 'joined' }[this.#room.state];
  }

  get presence(): Room<Talk>['presence'] {
    return this.#room.presence;
  }

  /** The others see the new name where they see who is there. */
  rename(): void {
    void this.#room.update({ name: this.#host.name() });
  }

  point(place: Place): void {
    if (this.#room.state === 'joined') this.#room.send('cursor', place);
  }

  load(sentAt: number): boolean {
    return this.#room.state === 'joined' && this.#room.send('load', sentAt);
  }

  async join(): Promise<void> {
    try {
      // What was said before one came in.
      await this.#room.join({ since: { last: SHOWN_BEFORE } });
    } catch (error) {
      this.#trouble = `could not join: ${reasonOf(error)}`;
      this.log.note(this.#trouble);
      this.#show();
    }
  }

  leave(): void {
    void this.#room.leave();
    this.item.remove();
    this.log.element.remove();
  }

  select(current: boolean): void {
    this.#current = current;
    if (current) this.#button.setAttribute('aria-current', 'true');
    else this.#button.removeAttribute('aria-current');
    this.log.element.hidden = !current;
    if (!current) return;
    this.#count = 0;
    this.#show();
    this.log.toEnd();
  }

  /** Shown at once; its fate is shown when it is known. */
  async say(text: string): Promise<void> {
    const said: Said = { name: this.#host.name(), text, mark: crypto.randomUUID() };
    const own = this.log.mine(said, () => void this.say(text));
    if (this.#client.state !== 'connected') own.waits();
    try {
      const { position } = await this.#room.publish('said', said);
      own.done(position.offset);
    } catch (error) {
      if (error instanceof RoomcastError && error.code === 'outcome_unknown') own.unknown();
      else own.failed(reasonOf(error));
    }
  }

  #listen(): void {
    this.#room.on('message', (message) => this.#message(message as Message));
    this.#room.on('state', () => this.#show());
    this.#room.on('joined', (joined) => {
      const { position, rejoined, replayed } = joined;
      this.#present = rejoined || replayed === 0;
      this.#trouble = '';
      if (rejoined) {
        this.#back(joined);
        this.#host.rejoined(joined);
      }
      this.#epoch = position.epoch;
      this.#offset = Math.max(this.#offset, position.offset);
      this.#show();
    });
    this.#room.on('left', ({ reason }) => {
      if (!reason) return;
      this.#trouble = `removed: ${reason.message}`;
      this.log.note(this.#trouble);
      this.#show();
    });
    this.#room.on('presence', (event) => this.#people(event));
    this.#room.on('gap', ({ from, to }) => this.log.note(`messages ${from} to ${to} are missing`));
  }

  // What happened meanwhile shows in the numbers: the stream went on, or is another one.
  #back({ position: { epoch, offset }, recovered }: JoinedEvent): void {
    const meanwhile = offset - this.#offset;
    const messages = meanwhile === 1 ? '1 message' : `${meanwhile} messages`;
    if (epoch !== this.#epoch) {
      this.log.note('back; the hub began anew, and so does this room');
      this.#offset = 0;
    } else if (meanwhile <= 0) this.log.note('back; nothing was missed');
    else if (recovered) this.log.note(`back; ${messages} from meanwhile recovered`);
    else this.log.note(`back; ${messages} went by meanwhile`);
  }

  // A room of many would be a log of comings and goings.
  #people({ joined, left, members, users }: PresenceEvent): void {
    this.#here.hidden = users === 0;
    this.#here.textContent = String(users);
    this.#here.title = `${users} here`;
    const me = this.#client.session?.user;
    if (members.size <= NAMED_MAX && this.#greeted) {
      for (const member of joined) {
        if (member.user !== me) this.log.note(`${nameOf(member)} came in`);
      }
      for (const member of left) {
        if (member.user !== me && member.user !== this.#me) this.log.note(`${nameOf(member)} left`);
      }
    }
    this.#me = me;
    this.#greeted = true;
    this.#host.peopleChanged(this);
  }

  #volatile(message: Message): boolean {
    const { type, data, publisher, own } = message;
    if (type === 'load') this.#host.loaded(own && typeof data === 'number' ? data : undefined);
    else if (type === 'cursor' && isPlace(data) && publisher && !own) {
      this.#host.pointed(this, publisher.user, data);
    } else return type === 'cursor';
    return true;
  }

  #message(message: Message): void {
    if (message.offset === 0 && this.#volatile(message)) return;
    this.#offset = Math.max(this.#offset, message.offset);
    if (message.publisher?.session === undefined) {
      this.log.pushed(message, this.#latency(message));
      this.#host.pushed(message);
    } else if (message.type === 'said' && isSaid(message.data)) {
      this.log.said(message, message.data);
    } else {
      const { session } = message.publisher;
      this.log.said(message, { name: session, text: JSON.stringify(message.data), mark: '' });
    }
    if (this.#current || message.own || (message.replayed && !this.#present)) return;
    this.#count += 1;
    this.#show();
  }

  // From the hub's clock to ours, as exactly as the two are known to agree.
  #latency({ time, replayed }: Message): string {
    const now = this.#client.now();
    if (!now || replayed || now.error > 50) return '';
    const took = Math.max(0, now.time - time);
    return took > now.error ? duration(took) : `under ${duration(took + now.error)}`;
  }

  #show(): void {
    this.#button.dataset['state'] = this.#trouble ? 'failed' : this.#room.state;
    this.#unread.hidden = this.#count === 0;
    this.#unread.textContent = String(this.#count);
    this.#unread.setAttribute('aria-label', `${this.#count} unread`);
    this.#button.dispatchEvent(new CustomEvent('changed', { bubbles: true }));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
