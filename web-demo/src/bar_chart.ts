// How what was observed is spread over its buckets.

import { make } from './dom.js';
import { quantileMs, type Buckets } from './stats.js';
import { duration } from './words.js';

const BOTTOM = 16;

export class BarChart {
  readonly #canvas = make('canvas', { class: 'plot', role: 'img' });
  readonly #middle = make('b');
  readonly #late = make('b');
  readonly #title: string;
  #buckets: Buckets | undefined;

  constructor(at: HTMLElement, title: string) {
    this.#title = title;
    const legend = make('ul', { class: 'legend' });
    legend.append(make('li', {}, 'p50', this.#middle), make('li', {}, 'p99', this.#late));
    at.append(legend, this.#canvas);
    new ResizeObserver(() => this.#paint()).observe(this.#canvas);
  }

  draw(buckets: Buckets): void {
    this.#buckets = buckets;
    const words = (part: number): string => {
      const ms = quantileMs(buckets, part);
      return ms === undefined ? '–' : duration(ms);
    };
    this.#middle.textContent = words(0.5);
    this.#late.textContent = words(0.99);
    const said = `p50 ${this.#middle.textContent}, p99 ${this.#late.textContent}`;
    this.#canvas.setAttribute('aria-label', `${this.#title}: ${said}`);
    this.#paint();
  }

  #paint(): void {
    const pen = this.#canvas.getContext('2d');
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (!pen || width === 0 || !this.#buckets) return;
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.#canvas);
    const { bounds_us, counts } = this.#buckets;
    const floor = height - BOTTOM;
    const step = width / counts.length;
    const most = Math.max(1, ...counts);
    pen.font = `11px ${style.fontFamily}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'bottom';
    for (const [at, count] of counts.entries()) {
      pen.fillStyle = style.getPropertyValue('--curve-2');
      const bar = count === 0 ? 1 : Math.max(3, (count / most) * (floor - 6));
      pen.fillRect(at * step + 1.5, floor - bar, step - 3, bar);
      pen.fillStyle = style.getPropertyValue('--muted');
      const bound = bounds_us[at];
      // Every third has room for its words.
      if (bound !== undefined && at % 3 === 1) pen.fillText(short(bound), (at + 1) * step, height);
    }
  }
}

const short = (us: number): string => {
  if (us < 1000) return `${us} µs`;
  return us < 1e6 ? `${us / 1000} ms` : `${us / 1e6} s`;
};
