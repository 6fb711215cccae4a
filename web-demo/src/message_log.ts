// One room's messages on the page: what others said, what one said oneself and what became of it,
// what a backend pushed, and what happened to the connection in between.

import type { Message } from 'roomcast';
import { bolt, make } from './dom.js';
import { textOf } from './text_of.js';
import { duration, hueOf, initialOf, timeOfDay } from './words.js';

/** What this page publishes: the name travels along, because anonymous users have none. */
export interface Said {
  readonly name: string;
  readonly text: string;
  /** Pairs what was sent with what comes back. */
  readonly mark: string;
}

const NODES_MAX = 500;
// How close to the end one must be to be taken along.
const NEAR_END_PX = 80;

export class MessageLog {
  readonly element: HTMLElement;
  readonly #mine = new Map<string, OwnMessage>();

  constructor(room: string) {
    this.element = make(
      'div',
      {
        class: 'messages',
        role: 'log',
        'aria-live': 'polite',
        'aria-label': `Messages in ${room}`,
        tabindex: '0',
      },
      make('p', { class: 'empty' }, 'Nothing yet. Say something, or push from a backend.'),
    );
  }

  said(message: Message, said: Said): void {
    const own = this.#mine.get(said.mark);
    if (own) {
      // Moves to its place in the room's one order.
      this.#append(own.element);
      own.arrived(message.offset);
      return;
    }
    const session = message.publisher?.session ?? '';
    const element = make(
      'article',
      { class: 'message', 'data-author': session },
      make(
        'span',
        { class: `avatar ${hueOf(said.name + session)}`, 'aria-hidden': 'true' },
        initialOf(said.name),
      ),
      make(
        'div',
        { class: 'body' },
        make('p', { class: 'who' }, make('b', {}, said.name), ` · ${timeOfDay(message.time)}`),
        make('p', { class: 'bubble' }, said.text),
      ),
    );
    this.#append(element);
  }

  /** `latency`: what is known of its way from the hub, in words. */
  pushed(message: Message, latency: string): void {
    const by = message.publisher?.user ? `backend, as ${message.publisher.user}` : 'backend';
    const element = make(
      'article',
      { class: 'push' },
      make(
        'div',
        {},
        make(
          'p',
          { class: 'who' },
          make('b', {}, `Pushed by a ${by}`),
          ` · ${timeOfDay(message.time)}${latency && ` · ${latency} from hub to page`}`,
        ),
        make('p', { class: 'text' }, textOf(message)),
      ),
    );
    element.prepend(bolt());
    this.#append(element);
  }

  /** One's own words, at once; their fate follows. */
  mine(said: Said, again: () => void): OwnMessage {
    const own = new OwnMessage(said, again);
    this.#mine.set(said.mark, own);
    this.#append(own.element, true);
    return own;
  }

  note(text: string): void {
    this.#append(make('p', { class: 'rule' }, make('span', {}, text)));
  }

  toEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }

  #append(element: HTMLElement, follow = false): void {
    const { element: log } = this;
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
    log.querySelector('.empty')?.remove();
    log.append(element);
    const author = element.dataset['author'];
    const before = (element.previousElementSibling as HTMLElement | null)?.dataset['author'];
    element.classList.toggle('follows', author !== undefined && author === before);
    while (log.childElementCount > NODES_MAX) log.firstElementChild?.remove();
    if (near || follow) this.toEnd();
  }
}

export class OwnMessage {
  readonly element: HTMLElement;
  readonly #fate = make('p', { class: 'fate' });
  readonly #again: () => void;
  readonly #since = performance.now();

  constructor(said: Said, again: () => void) {
    this.#again = again;
    this.element = make(
      'article',
      { class: 'message mine', 'data-author': 'me' },
      make('p', { class: 'bubble' }, said.text),
      this.#fate,
    );
    this.#set('sending', 'sending…');
  }

  waits(): void {
    this.#set('waiting', 'waits for the connection');
  }
  arrived(offset: number): void {
    if (this.element.dataset['fate'] !== 'done') this.#set('arrived', `#${offset}`);
  }
  done(offset: number): void {
    this.#set('done', `✓ #${offset} · ${duration(performance.now() - this.#since)}`);
  }
  unknown(): void {
    this.#set('unknown', 'sent, but the hub that could tell is gone: it may have arrived', true);
  }
  failed(why: string): void {
    this.#set('failed', `not sent: ${why}`, true);
  }

  #set(fate: string, text: string, again = false): void {
    this.element.dataset['fate'] = fate;
    this.#fate.textContent = text;
    if (!again) return;
    const button = make('button', { type: 'button' }, 'Send again');
    button.addEventListener('click', () => {
      this.element.remove();
      this.#again();
    });
    this.#fate.append(' ', button);
  }
}
