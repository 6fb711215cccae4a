// The others' pointers over the talk, at 30 a second. They are volatile: no history, no second try,
// and whoever cannot keep up simply sees fewer of them.

import { make } from './dom.js';
import { hueOf } from './words.js';

const EVERY_MS = 1000 / 30;
const FADES_AFTER_MS = 4000;
// Where a pointer stands, in thousandths of the talk's width and height.
const SCALE = 1000;

export type Place = readonly [x: number, y: number];

export function isPlace(data: unknown): data is Place {
  return Array.isArray(data) && data.length === 2 && data.every((one) => Number.isFinite(one));
}

/** At most one place in so many milliseconds, and always the last one. */
export class Pace {
  readonly #every: number;
  readonly #send: (place: Place) => void;
  #next = 0;
  #waiting: Place | undefined;

  constructor(every: number, send: (place: Place) => void) {
    this.#every = every;
    this.#send = send;
  }

  move(place: Place, now: number): void {
    this.#waiting = place;
    this.tick(now);
  }

  tick(now: number): void {
    if (!this.#waiting || now < this.#next) return;
    this.#send(this.#waiting);
    this.#waiting = undefined;
    this.#next = now + this.#every;
  }
}

interface Shown {
  readonly element: HTMLElement;
  heardAt: number;
}

export class Cursors {
  readonly #over: HTMLElement;
  readonly #shown = new Map<string, Shown>();

  constructor(over: HTMLElement, send: (place: Place) => void) {
    this.#over = over;
    const pace = new Pace(EVERY_MS, send);
    over.parentElement?.addEventListener('pointermove', ({ clientX, clientY }) => {
      const { left, top, width, height } = over.getBoundingClientRect();
      const part = (at: number, size: number): number =>
        Math.round(Math.min(1, Math.max(0, at / size)) * SCALE);
      pace.move([part(clientX - left, width), part(clientY - top, height)], performance.now());
    });
    setInterval(() => {
      pace.tick(performance.now());
      this.#forget();
    }, EVERY_MS);
  }

  moved(user: string, name: string, [x, y]: Place): void {
    let shown = this.#shown.get(user);
    if (!shown) {
      const label = make('span', { class: hueOf(name + user) }, name);
      const element = make('div', { class: `cursor ${hueOf(name + user)}` }, label);
      shown = { element, heardAt: 0 };
      this.#shown.set(user, shown);
      this.#over.append(element);
    }
    shown.heardAt = performance.now();
    shown.element.style.left = `${(x / SCALE) * 100}%`;
    shown.element.style.top = `${(y / SCALE) * 100}%`;
  }

  clear(): void {
    for (const { element } of this.#shown.values()) element.remove();
    this.#shown.clear();
  }

  #forget(): void {
    const now = performance.now();
    for (const [user, { element, heardAt }] of this.#shown) {
      if (now - heardAt < FADES_AFTER_MS) continue;
      element.remove();
      this.#shown.delete(user);
    }
  }
}
