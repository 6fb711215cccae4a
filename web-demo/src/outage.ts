// What an outage cost: how long it was, what came after it, what did not. For the panel that shows
// it when one is back.

import { duration } from './words.js';

export interface Rejoined {
  readonly room: string;
  /** Everything since the position that the page had follows. */
  readonly recovered: boolean;
  readonly replayed: number;
}

export class Outage {
  readonly #lostAt: number;
  #backAt: number | undefined;
  #attempts = 0;
  #wokeAt: number | undefined;
  readonly #rooms = new Map<string, Rejoined>();

  /** `wokeAt`: when the machine woke, where it was asleep and nobody knew. */
  constructor(lostAt: number, wokeAt?: number) {
    this.#lostAt = lostAt;
    this.#wokeAt = wokeAt;
  }

  back(now: number, attempts: number): void {
    this.#backAt = now;
    this.#attempts = attempts;
  }

  rejoined(room: Rejoined): void {
    this.#rooms.set(room.room, room);
  }

  get complete(): boolean {
    return [...this.#rooms.values()].every(({ recovered }) => recovered);
  }

  /** Empty while it lasts. */
  lines(): string[] {
    if (this.#backAt === undefined) return [];
    const attempts = this.#attempts === 1 ? '1 attempt' : `${this.#attempts} attempts`;
    const lines = [`Away for ${duration(this.#backAt - this.#lostAt)} · ${attempts}`];
    if (this.#wokeAt !== undefined) {
      lines.push(`Back ${duration(this.#backAt - this.#wokeAt)} after waking up`);
    }
    const rooms = [...this.#rooms.values()];
    const replayed = rooms.reduce((sum, room) => sum + room.replayed, 0);
    const messages = replayed === 1 ? '1 message' : `${replayed} messages`;
    if (rooms.length === 0) return lines;
    lines.push(`${messages} of meanwhile recovered in ${rooms.length} ${rooms.length === 1 ? 'room' : 'rooms'}`);
    const lost = rooms.filter(({ recovered }) => !recovered).map(({ room }) => room);
    lines.push(lost.length === 0 ? 'Nothing lost, nothing twice' : `Not complete: ${lost.join(', ')}`);
    return lines;
  }
}

