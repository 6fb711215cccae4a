// The first question: who are you, and where do you want to be?

import { find, make } from './dom.js';
import { type Identity, OFFERED_ROOMS } from './identity.js';

const NAMES = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Dennis', 'Margaret', 'Ken'];

export function askWho(): Promise<Identity> {
  const dialog = find('welcome', HTMLDialogElement);
  const form = find('welcome-form', HTMLFormElement);
  const name = find('welcome-name', HTMLInputElement);
  const choices = find('welcome-rooms', HTMLElement);
  name.value = NAMES[Math.floor(Math.random() * NAMES.length)] ?? '';
  for (const { room, about } of OFFERED_ROOMS) {
    const box = make('input', { type: 'checkbox', name: 'room', value: room, checked: '' });
    choices.append(make('label', {}, box, room, make('small', {}, about)));
  }
  dialog.showModal();
  name.select();
  // Escape would leave a page without anybody on it.
  dialog.addEventListener('cancel', (event) => event.preventDefault());
  return new Promise((resolve) => {
    // Not at submit: the page behind the dialog cannot be given the focus before it is closed.
    dialog.addEventListener('close', () => {
      const rooms = new FormData(form).getAll('room').map(String);
      const chosen = rooms.length > 0 ? rooms : [OFFERED_ROOMS[0].room];
      resolve({ name: name.value.trim() || 'Somebody', rooms: chosen });
    });
  });
}
