// Who is in the room that one looks at: a face each, and what the keyboard and a screen reader get.

import type { Member, RoomPresence } from 'roomcast';
import { find, make } from './dom.js';
import { hueOf, initialOf } from './words.js';

const FACES = 6;

/** What this page says of itself to the others in a room. */
export interface Face {
  readonly name: string;
}

export function nameOf({ user, data }: Pick<Member, 'user' | 'data'>): string {
  const name = (data as Partial<Face> | null | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name.slice(0, 32) : user.slice(0, 8);
}

export const faceOf = (name: string, user: string): HTMLElement =>
  make('span', { class: `avatar ${hueOf(name + user)}`, 'aria-hidden': 'true' }, initialOf(name));

export class People {
  readonly #faces = find('people-faces', HTMLElement);
  readonly #text = find('people-text', HTMLElement);
  readonly #list = find('people-list', HTMLUListElement);

  show({ members, users, sessions }: RoomPresence, me: string | undefined): void {
    const all = [...members.values()].sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
    this.#faces.replaceChildren(
      ...all.slice(0, FACES).map((member) => faceOf(nameOf(member), member.user)),
      ...(users > FACES ? [make('span', { class: 'avatar more' }, `+${users - FACES}`)] : []),
    );
    this.#text.textContent = users === 1 ? '1 here' : `${users} here`;
    this.#list.replaceChildren(
      ...all.map((member) => {
        const name = nameOf(member);
        const beside = [
          member.user === me ? 'you' : '',
          member.sessions > 1 ? `${member.sessions} tabs` : '',
        ];
        return make('li', {}, faceOf(name, member.user), make('b', {}, name), ` ${beside.join(' ')}`);
      }),
    );
    if (all.length === 0 && users > 0) {
      this.#list.append(make('li', {}, `${users} people with ${sessions} sessions`));
    }
  }
}
