// What backends pushed, whichever room is looked at, and the very call that pushes into it.

import type { Message } from 'roomcast';
import { find, make, prepend } from './dom.js';
import { textOf } from './text_of.js';
import { timeOfDay } from './words.js';

const SHOWN = 8;
const WORDS = 'Hello from a backend';

// One call of the bridge, as one would make it.
const CALLS: Record<string, (room: string) => string> = {
  terminal: (room) => `./dev push ${room} "${WORDS}"`,
  python: (room) => `bridge.Publish(PublishRequest(
    room=${JSON.stringify(room)},
    publication=NewPublication(
        type="message",
        text="${WORDS}")))`,
  grpcurl: (room) => `grpcurl -plaintext -d '{
  "room": ${JSON.stringify(room)},
  "publication": {"text": "${WORDS}"}
}' 127.0.0.1:8081 roomcast.v1.Bridge/Publish`,
};

export class PushPanel {
  readonly #list = find('pushes', HTMLOListElement);
  readonly #count = find('push-count', HTMLElement);
  readonly #command = find('push-command', HTMLElement);
  readonly #tabs = [...find('push-tabs', HTMLElement).querySelectorAll('button')];
  #pushes = 0;
  #room = '';
  #call = 'terminal';

  constructor() {
    const copy = find('push-copy', HTMLButtonElement);
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(this.#command.textContent ?? '');
        copy.textContent = 'Copied';
      } catch {
        copy.textContent = 'Select it';
        getSelection()?.selectAllChildren(this.#command);
      }
      setTimeout(() => {
        copy.textContent = 'Copy';
      }, 1500);
    });
    for (const tab of this.#tabs) {
      tab.addEventListener('click', () => this.#choose(tab));
      tab.addEventListener('keydown', ({ key }) => {
        const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
        const next = this.#tabs.at((this.#tabs.indexOf(tab) + step) % this.#tabs.length);
        if (step === 0 || !next) return;
        next.focus();
        this.#choose(next);
      });
    }
  }

  /** The call pushes into the room that one looks at. */
  showRoom(room: string): void {
    this.#room = room;
    this.#command.textContent = CALLS[this.#call]?.(room) ?? '';
  }

  pushed(message: Message): void {
    this.#pushes += 1;
    this.#count.textContent = String(this.#pushes);
    const { room, offset, time } = message;
    const item = make(
      'li',
      {},
      make('time', {}, timeOfDay(time)),
      make('span', { class: 'room-name' }, room),
      make('span', { class: 'text' }, textOf(message)),
      make('code', { class: 'call' }, `Bridge.Publish → offset ${offset}`),
    );
    prepend(this.#list, item, SHOWN);
  }

  #choose(chosen: HTMLButtonElement): void {
    for (const tab of this.#tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
    this.#call = chosen.dataset['call'] ?? '';
    this.showRoom(this.#room);
  }
}
