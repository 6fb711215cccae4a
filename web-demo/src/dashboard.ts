// The live dashboard of a hub: joins $sys:stats with a token that may, and draws what the hub says.

import { type Client, createClient, type RoomcastError, version } from 'roomcast';
import { Board } from './board.js';
import { find } from './dom.js';
import { asStats, Samples } from './stats.js';
import { TokenGate } from './token_gate.js';

const ROOM = '$sys:stats';
const KEPT = 130;
// The hub says something every second.
const STALE_AFTER_MS = 4000;

const url = new URL('/ws', location.href);
url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const board = find('board', HTMLElement);
const pill = find('pill', HTMLElement);
const signOut = find('sign-out', HTMLButtonElement);
const view = new Board();
const gate = new TokenGate(look);
let samples = new Samples(KEPT);
let client: Client | undefined;
let heardAt = 0;

function show(state: string, words: string): void {
  pill.dataset['state'] = state;
  find('pill-text', HTMLElement).textContent = words;
}

const REFUSALS: Readonly<Record<string, string>> = {
  permission_denied: 'This token does not let you manage $sys:stats.',
  token_expired: 'This token has expired.',
  invalid_token: 'The hub does not believe this token.',
};

function refuse({ code, message }: RoomcastError): void {
  leave();
  gate.open(REFUSALS[code] ?? `The hub refused: ${message}.`);
}

function leave(): void {
  client?.close();
  client = undefined;
  gate.forget();
  board.hidden = signOut.hidden = true;
  samples = new Samples(KEPT);
  show('disconnected', 'not connected');
}

function look(token: string): void {
  client?.close();
  // One token, of one's own: when it is over, somebody has to bring another.
  const mine = createClient(url.href, { name: 'dashboard', version, getToken: () => token });
  client = mine;
  const room = mine.room(ROOM);
  mine.on('state', ({ state, reason }) => {
    if (client !== mine) return;
    show(state, state === 'connected' ? 'live' : state);
    if (state === 'disconnected' && reason) refuse(reason);
  });
  room.on('message', ({ data }) => {
    const stats = asStats(data);
    if (client !== mine || !stats || !samples.add(stats)) return;
    heardAt = performance.now();
    gate.shut();
    gate.keep(token);
    board.hidden = signOut.hidden = false;
    board.removeAttribute('data-stale');
    view.draw(samples.all);
  });
  room.on('left', ({ reason }) => {
    if (client === mine && reason) refuse(reason);
  });
  mine.connect().catch(() => {
    // The state said so.
  });
  room.join({ since: { last: KEPT } }).catch((error: RoomcastError) => {
    if (client === mine) refuse(error);
  });
}

setInterval(() => {
  if (!board.hidden) board.toggleAttribute('data-stale', performance.now() - heardAt > STALE_AFTER_MS);
}, 1000);
signOut.addEventListener('click', () => {
  leave();
  gate.open();
});

const kept = gate.kept();
if (kept) look(kept);
else gate.open();
