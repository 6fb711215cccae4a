// Curves over the last two minutes, drawn on a canvas, with their newest values as the legend; under
// the pointer, those of that moment.

import { make } from './dom.js';
import { roundUp } from './quantities.js';
import type { Sample } from './stats.js';

const WINDOW_MS = 120_000;
// Between samples that lie further apart nothing is known.
const HOLE_MS = 3_500;
const LEFT = 54;
const BOTTOM = 16;
const TICKS_S = [30, 60, 90];

export interface Curve {
  readonly name: string;
  /** `undefined`: not known at that time. */
  readonly of: (sample: Sample) => number | undefined;
}

type Words = (value: number) => string;
/** From one unit of `words` to the next. */
type Step = 10 | 1024;

export class LineChart {
  readonly #canvas = make('canvas', { class: 'plot', role: 'img' });
  readonly #values: HTMLElement[] = [];
  readonly #ago = make('li', { class: 'ago' });
  readonly #curves: readonly Curve[];
  readonly #words: Words;
  readonly #title: string;
  readonly #step: Step;
  #samples: readonly Sample[] = [];
  #pointed: number | undefined;

  constructor(at: HTMLElement, title: string, words: Words, curves: readonly Curve[], step: Step = 10) {
    this.#title = title;
    this.#step = step;
    this.#words = words;
    this.#curves = curves;
    const items = curves.map(({ name }, index) => {
      const value = make('b');
      this.#values.push(value);
      return make('li', {}, make('i', { class: `swatch curve-${index + 1}` }), name, value);
    });
    at.append(make('ul', { class: 'legend' }, ...items, this.#ago), this.#canvas);
    this.#canvas.addEventListener('pointermove', ({ offsetX }) => this.#point(offsetX));
    this.#canvas.addEventListener('pointerleave', () => this.#point(undefined));
    new ResizeObserver(() => this.draw(this.#samples)).observe(this.#canvas);
  }

  draw(samples: readonly Sample[]): void {
    this.#samples = samples;
    const shown = this.#shown();
    for (const [index, { of }] of this.#curves.entries()) {
      const value = shown && of(shown);
      this.#values[index]!.textContent = value === undefined ? '–' : this.#words(value);
    }
    const last = samples.at(-1);
    const ago = shown && last ? Math.round((last.at - shown.at) / 1000) : 0;
    this.#ago.textContent = ago > 0 ? `${ago} s ago` : '';
    const said = this.#curves.map(({ name }, at) => `${name} ${this.#values[at]!.textContent}`);
    this.#canvas.setAttribute('aria-label', `${this.#title}: ${said.join(', ')}`);
    this.#paint();
  }

  #point(x: number | undefined): void {
    this.#pointed = x;
    this.draw(this.#samples);
  }

  // The one under the pointer, else the newest.
  #shown(): Sample | undefined {
    const last = this.#samples.at(-1);
    if (!last || this.#pointed === undefined) return last;
    const width = this.#canvas.clientWidth - LEFT;
    const at = last.at - WINDOW_MS * (1 - (this.#pointed - LEFT) / width);
    return this.#samples.reduce((best, each) =>
      Math.abs(each.at - at) < Math.abs(best.at - at) ? each : best,
    );
  }

  #paint(): void {
    const pen = this.#canvas.getContext('2d');
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const last = this.#samples.at(-1);
    if (!pen || width === 0 || !last) return;
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.#canvas);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`);
    const floor = height - BOTTOM;
    const top = roundUp(Math.max(0, ...this.#known()), this.#step);
    const x = (at: number): number => width - ((last.at - at) / WINDOW_MS) * (width - LEFT);
    const y = (value: number): number => floor - (value / top) * (floor - 8);

    pen.font = `11px ${style.fontFamily}`;
    pen.fillStyle = colour('muted');
    pen.strokeStyle = colour('line');
    pen.textBaseline = 'middle';
    pen.textAlign = 'right';
    for (const value of [0, top / 2, top]) {
      const line = Math.round(y(value)) + 0.5;
      pen.beginPath();
      pen.moveTo(LEFT, line);
      pen.lineTo(width, line);
      pen.stroke();
      pen.fillText(this.#words(value).replace('/s', ''), LEFT - 6, Math.max(6, line));
    }
    pen.textAlign = 'center';
    pen.textBaseline = 'bottom';
    for (const seconds of TICKS_S) {
      pen.fillText(`−${seconds} s`, x(last.at - seconds * 1000), height);
    }
    // The first curve is in front.
    for (const [index, curve] of [...this.#curves.entries()].reverse()) {
      this.#line(pen, curve, colour(`curve-${index + 1}`), index === 0, x, y, floor);
    }
    const shown = this.#shown();
    if (this.#pointed !== undefined && shown) {
      pen.fillStyle = colour('muted');
      pen.fillRect(Math.round(x(shown.at)), 4, 1, floor - 4);
    }
  }

  #known(): number[] {
    return this.#samples.flatMap((sample) => this.#curves.map(({ of }) => of(sample) ?? 0));
  }

  #line(
    pen: CanvasRenderingContext2D,
    { of }: Curve,
    colour: string,
    filled: boolean,
    x: (at: number) => number,
    y: (value: number) => number,
    floor: number,
  ): void {
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = 1.75;
    pen.lineJoin = 'round';
    for (const piece of piecesOf(this.#samples, of)) {
      pen.beginPath();
      for (const [at, value] of piece) pen.lineTo(x(at), y(value));
      pen.stroke();
      if (!filled) continue;
      pen.lineTo(x(piece.at(-1)![0]), floor);
      pen.lineTo(x(piece[0]![0]), floor);
      pen.globalAlpha = 0.13;
      pen.fill();
      pen.globalAlpha = 1;
    }
    pen.lineWidth = 1;
    const last = this.#samples.at(-1);
    const value = last && of(last);
    if (!last || value === undefined) return;
    pen.beginPath();
    pen.arc(x(last.at) - 2.5, y(value), 3, 0, 2 * Math.PI);
    pen.fill();
  }
}

/** Runs of points that follow on each other. */
export function piecesOf(
  samples: readonly Sample[],
  of: Curve['of'],
): [at: number, value: number][][] {
  const pieces: [number, number][][] = [];
  let before = -Infinity;
  for (const sample of samples) {
    const value = of(sample);
    if (value === undefined) {
      before = -Infinity;
      continue;
    }
    if (sample.at - before > HOLE_MS) pieces.push([]);
    pieces.at(-1)!.push([sample.at, value]);
    before = sample.at;
  }
  return pieces;
}
