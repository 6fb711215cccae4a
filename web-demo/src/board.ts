// The dashboard's figures and charts, from what the hub said last.

import { BarChart } from './bar_chart.js';
import { find, make } from './dom.js';
import { LineChart } from './line_chart.js';
import { bytes, count, percent, perSecond } from './quantities.js';
import type { Sample } from './stats.js';
import { duration } from './words.js';

interface Tile {
  readonly name: string;
  readonly of: (sample: Sample) => string;
  readonly warns?: (sample: Sample) => boolean;
}

const rate = (sample: Sample, name: string): string =>
  sample.rates[name] === undefined ? '–' : perSecond(sample.rates[name]);
const present = (sample: Sample, name: string): number => sample.stats.now[name] ?? 0;

const TILES: readonly Tile[] = [
  { name: 'Connections', of: (sample) => count(present(sample, 'connections')) },
  { name: 'Rooms', of: (sample) => count(present(sample, 'rooms')) },
  { name: 'Members', of: (sample) => count(present(sample, 'members')) },
  { name: 'Published', of: (sample) => rate(sample, 'publications') },
  { name: 'Delivered', of: (sample) => rate(sample, 'deliveries') },
  {
    name: 'Slow members',
    of: (sample) => count(present(sample, 'slow_members')),
    warns: (sample) => present(sample, 'slow_members') > 0,
  },
  { name: 'Processor', of: ({ cpu }) => (cpu === undefined ? '–' : percent(cpu)) },
  { name: 'Memory', of: ({ stats }) => bytes(stats.memory_bytes['resident'] ?? 0) },
];

// Counted since the hub began; where they rise, somebody should know why.
const TROUBLE: readonly (readonly [name: string, words: string])[] = [
  ['members_behind', 'Members fell behind'],
  ['gaps', 'Gaps told'],
  ['errors', 'Requests refused'],
  ['disconnects', 'Connections ended by the hub'],
  ['connections_turned_away', 'Connections turned away'],
];

const PARTS: readonly (readonly [name: string, words: string])[] = [
  ['history', 'Histories'],
  ['outboxes', 'Waiting to be sent'],
  ['parked_sessions', 'Parked sessions'],
];

const chart = (id: string): HTMLElement => find(`chart-${id}`, HTMLElement);

export class Board {
  readonly #tiles = TILES.map((tile) => {
    const value = make('dd');
    const item = make('div', {}, make('dt', {}, tile.name), value);
    find('tiles', HTMLElement).append(item);
    return { tile, item, value };
  });
  readonly #trouble = TROUBLE.map(([name, words]) => {
    const row = make('tr', {}, make('th', { scope: 'row' }, words), make('td'), make('td'));
    find('trouble', HTMLElement).append(row);
    return { name, row };
  });
  readonly #parts = [...PARTS, ['rest', 'Sessions, rooms and all else'] as const].map(
    ([name, words], at) => {
      const colour = name === 'rest' ? 'curve-0' : `curve-${at + 1}`;
      const bar = make('span', { class: colour });
      const value = make('dd');
      const term = make('dt', {}, make('i', { class: `swatch ${colour}` }), words);
      find('memory-bar', HTMLElement).append(bar);
      find('memory', HTMLElement).append(make('div', {}, term, value));
      return { name, words, bar, value };
    },
  );
  readonly #lines = [
    new LineChart(chart('flow'), 'Messages a second', perSecond, [
      { name: 'delivered', of: ({ rates }) => rates['deliveries'] },
      { name: 'published', of: ({ rates }) => rates['publications'] },
    ]),
    new LineChart(chart('turn'), 'Loop turns', duration, [
      { name: 'p99', of: ({ turn }) => turn.late },
      { name: 'p50', of: ({ turn }) => turn.middle },
    ]),
    new LineChart(
      chart('bytes'),
      'Traffic a second',
      (value) => `${bytes(value)}/s`,
      [
        { name: 'out', of: ({ rates }) => rates['bytes_out'] },
        { name: 'in', of: ({ rates }) => rates['bytes_in'] },
      ],
      1024,
    ),
    new LineChart(chart('crowd'), 'Who is here', count, [
      { name: 'connections', of: (sample) => present(sample, 'connections') },
      { name: 'rooms', of: (sample) => present(sample, 'rooms') },
      { name: 'parked', of: (sample) => present(sample, 'parked_sessions') },
      { name: 'slow', of: (sample) => present(sample, 'slow_members') },
    ]),
    new LineChart(chart('cpu'), 'Processor', percent, [
      { name: 'of one core', of: ({ cpu }) => cpu },
    ]),
  ];
  readonly #trips = new BarChart(find('bars-trip', HTMLElement), 'Round trips of clients');

  draw(samples: readonly Sample[]): void {
    const last = samples.at(-1);
    if (!last) return;
    const { stats } = last;
    find('node', HTMLElement).textContent = stats.node;
    find('about', HTMLElement).textContent =
      `version ${stats.version} · ${stats.shards} ${stats.shards === 1 ? 'shard' : 'shards'} · ` +
      `up ${duration(stats.uptime_us / 1000)} · instance ${stats.instance.slice(0, 8)}`;
    for (const { tile, item, value } of this.#tiles) {
      value.textContent = tile.of(last);
      item.classList.toggle('warn', tile.warns?.(last) ?? false);
    }
    for (const { name, row } of this.#trouble) {
      const [second, all] = row.querySelectorAll('td');
      const rising = last.rates[name] ?? 0;
      second!.textContent = count(rising);
      all!.textContent = count(stats.total[name] ?? 0);
      row.toggleAttribute('data-hot', rising > 0);
    }
    this.#showMemory(last);
    for (const line of this.#lines) line.draw(samples);
    this.#trips.draw(stats.round_trip);
  }

  #showMemory({ stats: { memory_bytes } }: Sample): void {
    const resident = memory_bytes['resident'] ?? 0;
    const named = PARTS.reduce((sum, [name]) => sum + (memory_bytes[name] ?? 0), 0);
    const said: string[] = [];
    for (const { name, words, bar, value } of this.#parts) {
      const held = name === 'rest' ? Math.max(0, resident - named) : (memory_bytes[name] ?? 0);
      value.textContent = bytes(held);
      bar.style.flex = `${held} 0 0`;
      said.push(`${words} ${value.textContent}`);
    }
    find('memory-bar', HTMLElement).setAttribute('aria-label', said.join(', '));
  }
}
