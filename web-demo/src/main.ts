// The demo page: one client, some rooms, and what one sees of both.

import { createClient, version } from 'roomcast';
import { CableSocket } from './cable.js';
import { ConnectionPanel } from './connection_panel.js';
import { Cursors } from './cursors.js';
import { find } from './dom.js';
import { keep, OFFERED_ROOMS, recall } from './identity.js';
import { LoadPanel } from './load_panel.js';
import { nameOf, People } from './people.js';
import { PushPanel } from './push_panel.js';
import { type RoomHost, RoomView } from './room_view.js';
import { askWho } from './welcome.js';

const url = new URL('/ws', location.href);
url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const client = createClient(url.href, { name: 'web-demo', version, WebSocket: CableSocket });
const pushes = new PushPanel();
const connection = new ConnectionPanel(client);
const people = new People();

const list = find('room-list', HTMLUListElement);
const messages = find('messages', HTMLElement);
const title = find('talk-title', HTMLElement);
const note = find('talk-note', HTMLElement);
const nameField = find('identity-name', HTMLInputElement);
const text = find('composer-text', HTMLInputElement);

const views = new Map<string, RoomView>();
let current: RoomView | undefined;

const host: RoomHost = {
  selected: select,
  pushed: (message) => pushes.pushed(message),
  pointed: (view, user, place) => {
    const member = view.presence.members.get(user);
    if (view === current) cursors.moved(user, member ? nameOf(member) : user.slice(0, 8), place);
  },
  loaded: (sentAt) => load.heard(sentAt),
  peopleChanged: (view) => {
    if (view === current) showPeople();
  },
  rejoined: (joined) => connection.rejoined(joined),
  name: () => nameField.value.trim() || 'Somebody',
};
const cursors = new Cursors(find('cursors', HTMLElement), (place) => current?.point(place));
const load = new LoadPanel((sentAt) => current?.load(sentAt) ?? false);
client.on('error', ({ code }) => {
  if (code === 'too_many_requests') load.refused('The hub takes no more from one session than its limits say.');
});

function showPeople(): void {
  if (current) people.show(current.presence, client.session?.user);
}

function showNote(): void {
  note.textContent = current?.note ?? '';
}

function select(view: RoomView): void {
  current = view;
  for (const each of views.values()) each.select(each === view);
  title.textContent = view.name;
  pushes.showRoom(view.name);
  cursors.clear();
  showPeople();
  showNote();
}

function remember(): void {
  keep({ name: nameField.value.trim(), rooms: [...views.keys()] });
}

function enter(name: string): RoomView {
  const known = views.get(name);
  if (known) return known;
  const view = new RoomView(client, name, host);
  views.set(name, view);
  list.append(view.item);
  messages.append(view.log.element);
  view.log.element.hidden = true;
  void view.join();
  return view;
}

function leave(): void {
  if (!current || views.size < 2) return;
  views.delete(current.name);
  current.leave();
  const [first] = views.values();
  if (first) select(first);
  remember();
}

function listen(): void {
  list.addEventListener('changed', showNote);
  find('talk-leave', HTMLButtonElement).addEventListener('click', leave);
  find('room-add', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const field = find('room-name', HTMLInputElement);
    if (field.value === '') return;
    select(enter(field.value));
    field.value = '';
    remember();
  });
  find('identity', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    text.focus();
  });
  nameField.addEventListener('change', () => {
    remember();
    for (const view of views.values()) view.rename();
  });
  find('composer', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (words === '' || !current) return;
    text.value = '';
    void current.say(words);
  });
}

async function begin(): Promise<void> {
  const { name, rooms } = recall() ?? (await askWho());
  nameField.value = name;
  for (const room of rooms.length > 0 ? rooms : [OFFERED_ROOMS[0].room]) enter(room);
  const [first] = views.values();
  if (first) select(first);
  remember();
  if (matchMedia('(min-width: 821px)').matches) text.focus();
}

listen();
client.connect().catch(() => {
  // The connection panel shows why.
});
void begin();
