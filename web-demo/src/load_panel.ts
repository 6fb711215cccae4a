// Floods the room that one looks at, and draws how long a message takes to the hub and back.

import { find } from './dom.js';
import { BUCKETS, bucketOf, Histogram, quantile } from './histogram.js';
import { duration } from './words.js';

// What the slider's positions mean, in messages a second.
const RATES = [0, 10, 50, 100, 250, 500, 1000, 2000];
const SEND_EVERY_MS = 20;
const DRAW_EVERY_MS = 200;
const WINDOW_S = 4;
const TICKS_MS = [1, 10, 100];

export class LoadPanel {
  readonly #slider = find('load-rate', HTMLInputElement);
  readonly #rate = find('load-rate-text', HTMLOutputElement);
  readonly #chart = find('load-chart', HTMLCanvasElement);
  readonly #sent = find('load-sent', HTMLElement);
  readonly #heard = find('load-heard', HTMLElement);
  readonly #middle = find('load-p50', HTMLElement);
  readonly #late = find('load-p99', HTMLElement);
  readonly #note = find('load-note', HTMLElement);

  readonly #trips = new Histogram((WINDOW_S * 1000) / DRAW_EVERY_MS);
  readonly #send: (sentAt: number) => boolean;
  #owed = 0;
  #lastAt = performance.now();
  #counts = { sent: 0, heard: 0 };
  #since = performance.now();

  /** `send`: false where there is no connection. */
  constructor(send: (sentAt: number) => boolean) {
    this.#send = send;
    this.#slider.max = String(RATES.length - 1);
    this.#slider.addEventListener('input', () => this.#changed());
    setInterval(() => this.#flood(), SEND_EVERY_MS);
    setInterval(() => this.#draw(), DRAW_EVERY_MS);
    setInterval(() => this.#count(), 1000);
    this.#changed();
  }

  /** One's own message is back, which was sent then; or another's is here. */
  heard(sentAt: number | undefined): void {
    this.#counts.heard += 1;
    if (sentAt !== undefined) this.#trips.add(performance.now() - sentAt);
  }

  refused(why: string): void {
    this.#slider.value = '0';
    this.#changed();
    this.#note.textContent = why;
  }

  get #wanted(): number {
    return RATES[Number(this.#slider.value)] ?? 0;
  }

  #changed(): void {
    const rate = this.#wanted;
    this.#rate.textContent = rate === 0 ? 'off' : `${rate.toLocaleString('en')}/s`;
    this.#slider.setAttribute('aria-valuetext', this.#rate.textContent);
    if (rate > 0) this.#note.textContent = 'Each one goes to everybody in the room, and back here.';
  }

  #flood(): void {
    const now = performance.now();
    // A tab that was not looked at owes nothing for the time it slept.
    const passed = Math.min(100, now - this.#lastAt);
    this.#lastAt = now;
    this.#owed = this.#wanted === 0 ? 0 : this.#owed + (this.#wanted * passed) / 1000;
    for (; this.#owed >= 1; --this.#owed) {
      if (this.#send(performance.now())) this.#counts.sent += 1;
    }
  }

  #count(): void {
    const now = performance.now();
    const perSecond = (count: number): string =>
      `${Math.round((count * 1000) / (now - this.#since)).toLocaleString('en')}/s`;
    this.#sent.textContent = perSecond(this.#counts.sent);
    this.#heard.textContent = perSecond(this.#counts.heard);
    this.#counts = { sent: 0, heard: 0 };
    this.#since = now;
  }

  #draw(): void {
    const counts = this.#trips.counts();
    const words = (part: number): string => {
      const ms = quantile(counts, part);
      return ms === undefined ? '–' : `≤ ${duration(ms)}`;
    };
    this.#middle.textContent = words(0.5);
    this.#late.textContent = words(0.99);
    this.#paint(counts);
    this.#trips.turn();
  }

  #paint(counts: readonly number[]): void {
    const ratio = devicePixelRatio;
    const width = this.#chart.clientWidth * ratio;
    const height = this.#chart.clientHeight * ratio;
    const pen = this.#chart.getContext('2d');
    if (!pen || width === 0) return;
    if (this.#chart.width !== width) this.#chart.width = width;
    if (this.#chart.height !== height) this.#chart.height = height;
    const colours = getComputedStyle(this.#chart);
    const floor = height - 16 * ratio;
    const step = width / BUCKETS;
    const most = Math.max(1, ...counts);
    pen.clearRect(0, 0, width, height);
    pen.font = `${10 * ratio}px ${colours.fontFamily}`;
    pen.textBaseline = 'bottom';
    for (const ms of TICKS_MS) {
      const x = (bucketOf(ms) + 1) * step;
      pen.fillStyle = colours.getPropertyValue('--line');
      pen.fillRect(x, 0, ratio, floor);
      pen.fillStyle = colours.getPropertyValue('--muted');
      pen.fillText(`${ms} ms`, x + 3 * ratio, height - ratio);
    }
    pen.fillStyle = colours.getPropertyValue('--accent');
    counts.forEach((count, at) => {
      if (count === 0) return;
      const bar = Math.max(2 * ratio, (count / most) * (floor - 4 * ratio));
      pen.beginPath();
      pen.roundRect(at * step + ratio / 2, floor - bar, step - ratio, bar, [2 * ratio, 2 * ratio, 0, 0]);
      pen.fill();
    });
    pen.fillStyle = colours.getPropertyValue('--muted');
    pen.fillRect(0, floor, width, ratio);
  }
}
