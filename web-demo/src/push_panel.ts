// What backends pushed, whichever room is looked at, and how to push oneself.

import type { Message } from 'roomcast';
import { find, make, prepend } from './dom.js';
import { textOf } from './text_of.js';
import { timeOfDay } from './words.js';

const SHOWN = 8;

export class PushPanel {
  readonly #list = find('pushes', HTMLOListElement);
  readonly #count = find('push-count', HTMLElement);
  readonly #command = find('push-command', HTMLElement);
  #pushes = 0;

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
  }

  /** The command pushes into the room that one looks at. */
  showRoom(room: string): void {
    this.#command.textContent = `./dev push ${room} "Hello from a backend"`;
  }

  pushed(message: Message): void {
    this.#pushes += 1;
    this.#count.textContent = String(this.#pushes);
    const item = make(
      'li',
      {},
      make('time', {}, timeOfDay(message.time)),
      make('span', { class: 'room-name' }, message.room),
      make('span', { class: 'text' }, textOf(message)),
    );
    prepend(this.#list, item, SHOWN);
  }
}
