// How one is connected: the state in words, the attempts, the round trips, the hub's clock.

import type { Client, StateEvent } from 'roomcast';
import { cutCable, isAsleep, isCut, mendCable, sleep, wake } from './cable.js';
import { find, make, prepend } from './dom.js';
import { Outage, type Rejoined } from './outage.js';
import { duration, timeOfDay } from './words.js';

const SAMPLES = 60;
const LOG_LINES = 40;
const PROBE_EVERY_MS = 2000;
const REFRESH_EVERY_MS = 100;
const SLEEP_MS = 8000;

export class ConnectionPanel {
  readonly #client: Client;
  readonly #pill = find('pill', HTMLButtonElement);
  readonly #pillText = find('pill-text', HTMLElement);
  readonly #state = find('link-state', HTMLElement);
  readonly #word = find('link-word', HTMLElement);
  readonly #detail = find('link-detail', HTMLElement);
  readonly #trip = find('fact-trip', HTMLElement);
  readonly #clock = find('fact-clock', HTMLElement);
  readonly #clockError = find('fact-clock-error', HTMLElement);
  readonly #session = find('fact-session', HTMLElement);
  readonly #hub = find('fact-hub', HTMLElement);
  readonly #line = find('trip-line', SVGPolylineElement);
  readonly #cut = find('cut', HTMLButtonElement);
  readonly #log = find('log', HTMLOListElement);
  readonly #sleep = find('sleep', HTMLButtonElement);
  readonly #outageBox = find('outage', HTMLElement);
  readonly #outageLines = find('outage-lines', HTMLUListElement);

  readonly #trips: number[] = [];
  #event: StateEvent | undefined;
  #heardAt = 0;
  #lostAt: number | undefined;
  #connectedAt = 0;
  #attempts = 0;
  #outage: Outage | undefined;
  #sleptAt = 0;
  #wokeAt: number | undefined;

  constructor(client: Client) {
    this.#client = client;
    client.on('state', (event) => this.#changed(event));
    client.on('error', (error) => this.#note(`${error.code}: ${error.message}`));
    this.#cut.addEventListener('click', () => this.#toggleCable());
    this.#sleep.addEventListener('click', () => this.#fallAsleep());
    find('probe', HTMLButtonElement).addEventListener('click', () => void this.#probe(true));
    this.#pill.addEventListener('click', () => this.#toggleSheet());
    setInterval(() => {
      if (!document.hidden && !isAsleep() && client.state === 'connected') void this.#probe(false);
    }, PROBE_EVERY_MS);
    setInterval(() => this.#refresh(), REFRESH_EVERY_MS);
    this.#refresh();
  }

  #changed(event: StateEvent): void {
    this.#event = event;
    this.#heardAt = performance.now();
    if (event.state === 'connected' && event.previous !== 'connected') this.#connected();
    else if (event.previous === 'connected') {
      this.#lostAt = performance.now();
      // Asleep, it was away before anybody could know.
      this.#outage = new Outage(this.#wokeAt ? this.#sleptAt : this.#lostAt, this.#wokeAt);
      this.#wokeAt = undefined;
      this.#outageBox.hidden = true;
      const { code = '', message = '' } = event.reason ?? {};
      this.#note(code === 'connection_lost' ? 'lost' : `lost: ${message}`);
    } else if (event.retryIn !== undefined && event.attempt > 0) {
      this.#note(`attempt ${event.attempt} failed`);
    } else if (event.state === 'disconnected' && event.reason) {
      this.#note(`stopped: ${event.reason.message}`);
    }
    this.#attempts = event.attempt || this.#attempts;
    this.#refresh();
  }

  #connected(): void {
    const now = performance.now();
    this.#connectedAt = now;
    if (this.#lostAt === undefined) this.#note('connected');
    else {
      const times = `${this.#attempts} ${this.#attempts === 1 ? 'attempt' : 'attempts'}`;
      this.#note(`back after ${duration(now - this.#lostAt)}, ${times}`);
    }
    this.#outage?.back(now, this.#attempts);
    this.#lostAt = undefined;
    this.#attempts = 0;
    void this.#probe(false);
  }

  /** After an automatic rejoin. */
  rejoined(room: Rejoined): void {
    if (!this.#outage) return;
    this.#outage.rejoined(room);
    this.#outageBox.hidden = false;
    this.#outageBox.dataset['complete'] = String(this.#outage.complete);
    this.#outageLines.replaceChildren(...this.#outage.lines().map((line) => make('li', {}, line)));
  }

  // As a laptop that is closed: the page hears nothing, and its connection is dead when it wakes.
  #fallAsleep(): void {
    if (isAsleep() || isCut()) return;
    sleep();
    this.#sleptAt = performance.now();
    this.#sleep.disabled = true;
    this.#cut.disabled = true;
    document.body.dataset['asleep'] = '';
    this.#note('asleep: nothing comes, and nobody is told');
    const until = this.#sleptAt + SLEEP_MS;
    const timer = setInterval(() => {
      const left = until - performance.now();
      this.#sleep.textContent = `${Math.max(0, Math.ceil(left / 1000))} s …`;
      if (left > 0) return;
      clearInterval(timer);
      this.#sleep.textContent = 'Sleep';
      this.#sleep.disabled = this.#cut.disabled = false;
      delete document.body.dataset['asleep'];
      this.#note('awake: is the hub still there?');
      this.#wokeAt = performance.now();
      wake();
    }, 200);
  }

  async #probe(tell: boolean): Promise<void> {
    try {
      const trip = await this.#client.ping();
      this.#trips.push(trip);
      if (this.#trips.length > SAMPLES) this.#trips.shift();
      if (tell) this.#note(`the hub answered in ${duration(trip)}`);
      this.#draw();
    } catch (error) {
      if (tell) this.#note(`no answer: ${(error as Error).message}`);
    }
  }

  #toggleCable(): void {
    if (isCut()) mendCable();
    else cutCable();
    this.#cut.setAttribute('aria-pressed', String(isCut()));
    this.#cut.textContent = isCut() ? 'Plug it in again' : 'Cut the cable';
  }

  // On a phone the panel is a sheet behind the pill.
  #toggleSheet(): void {
    const sheet = find('connection', HTMLElement);
    const open = sheet.toggleAttribute('data-open');
    this.#pill.setAttribute('aria-expanded', String(open));
  }

  #refresh(): void {
    const { state, session } = this.#client;
    const detail = this.#detailOf(state);
    const trip = this.#client.stats().roundTrip;
    const hub = this.#client.now();
    const word = { disconnected: 'not connected', closed: 'closed for good' }[state as string];
    this.#pill.dataset['state'] = this.#state.dataset['state'] = state;
    setText(this.#word, word ?? state);
    setText(this.#detail, detail);
    const beside = state === 'connected' ? trip && duration(trip) : this.#wait();
    setText(this.#pillText, beside ? `${word ?? state} · ${beside}` : (word ?? state));
    setText(this.#trip, trip === undefined ? '–' : duration(trip));
    setText(this.#clock, hub ? timeOfDay(hub.time) : '–');
    setText(this.#clockError, hub ? `± ${duration(hub.error)}` : '');
    setText(this.#session, session?.id ?? '–');
    setText(this.#hub, session ? `${session.node} · ${session.instance}` : '–');
    this.#session.title = session?.id ?? '';
    this.#hub.title = session?.instance ?? '';
  }

  #detailOf(state: string): string {
    const now = performance.now();
    const { attempt = 0, reason } = this.#event ?? {};
    switch (state) {
      case 'connected':
        return `for ${duration(Math.floor((now - this.#connectedAt) / 1000) * 1000 || 1000)}`;
      case 'connecting':
      case 'reconnecting':
        if (this.#wait()) return `next attempt in ${this.#wait()}`;
        return attempt > 0 ? `attempt ${attempt}` : 'beginning';
      default:
        return reason?.message ?? 'by choice';
    }
  }

  // Until the next attempt, where one is waited for.
  #wait(): string | undefined {
    const { retryIn } = this.#event ?? {};
    if (retryIn === undefined) return undefined;
    const left = Math.max(0, retryIn - (performance.now() - this.#heardAt));
    return `${(left / 1000).toFixed(1)} s`;
  }

  #note(text: string): void {
    const item = make('li', {}, make('time', {}, timeOfDay(Date.now())), text);
    prepend(this.#log, item, LOG_LINES);
  }

  #draw(): void {
    const most = Math.max(1, ...this.#trips) * 1.15;
    // The first few fill the picture; then it moves.
    const span = Math.max(10, this.#trips.length);
    const points = this.#trips.map((trip, at) => {
      const x = 240 - (this.#trips.length - 1 - at) * (240 / (span - 1));
      return `${x.toFixed(1)},${(46 - (trip / most) * 44).toFixed(1)}`;
    });
    this.#line.setAttribute('points', points.join(' '));
  }
}

// Only what changed: a status region that is written to is read out.
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
