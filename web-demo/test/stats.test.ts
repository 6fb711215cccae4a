import assert from 'node:assert/strict';
import { test } from 'node:test';
import { piecesOf } from '../src/line_chart.js';
import { bytes, count, percent, roundUp } from '../src/quantities.js';
import { asStats, type HubStats, quantileMs, sampleOf, Samples } from '../src/stats.js';

const NO_TURNS = { bounds_us: [50, 100, 1000], counts: [0, 0, 0, 0] };

const at = (second: number, changes: Partial<HubStats> = {}): HubStats => ({
  at_us: second * 1e6,
  instance: 'one',
  node: 'here',
  version: '1',
  shards: 2,
  uptime_us: second * 1e6,
  cpu_us: 0,
  now: {},
  total: {},
  memory_bytes: {},
  loop_turn: NO_TURNS,
  round_trip: NO_TURNS,
  ...changes,
});

test('what is counted becomes a rate by the hub’s own time, also where some were missed', () => {
  const sample = sampleOf(
    at(14, { total: { deliveries: 900 }, cpu_us: 5e6 }),
    at(10, { total: { deliveries: 100 }, cpu_us: 3e6 }),
  );
  assert.equal(sample.rates['deliveries'], 200);
  assert.equal(sample.cpu, 0.5);
});

test('a hub that began anew has no rates yet', () => {
  const sample = sampleOf(at(11, { instance: 'two' }), at(10, { total: { deliveries: 100 } }));
  assert.deepEqual(sample.rates, {});
  assert.equal(sample.cpu, undefined);
});

test('a turn’s quantiles are those of the second, not of all time', () => {
  const before = at(1, { loop_turn: { ...NO_TURNS, counts: [1000, 0, 0, 0] } });
  const after = at(2, { loop_turn: { ...NO_TURNS, counts: [1000, 0, 100, 0] } });
  const { turn } = sampleOf(after, before);
  assert.ok(turn.middle! > 0.1 && turn.middle! <= 1, `${turn.middle}`);
});

test('a quantile lies in its bucket; above all bounds it is the last of them', () => {
  assert.equal(quantileMs(NO_TURNS, 0.5), undefined);
  assert.equal(quantileMs({ ...NO_TURNS, counts: [4, 0, 0, 0] }, 0.5), 0.025);
  assert.equal(quantileMs({ ...NO_TURNS, counts: [0, 0, 0, 9] }, 0.99), 1);
});

test('what comes twice or late is no news, and only so many are kept', () => {
  const samples = new Samples(3);
  for (const second of [1, 2, 2, 1, 3, 4]) samples.add(at(second));
  assert.deepEqual(samples.all.map((sample) => sample.at), [2000, 3000, 4000]);
});

test('a curve is broken where nothing is known', () => {
  const samples = [1, 2, 3, 9, 10].map((second) => sampleOf(at(second), undefined));
  const pieces = piecesOf(samples, (sample) => (sample.at === 2000 ? undefined : 1));
  assert.deepEqual(pieces.map((piece) => piece.map(([time]) => time / 1000)), [[1], [3], [9, 10]]);
});

test('what is no figure of a hub is not drawn', () => {
  for (const data of [null, 5, {}, { at_us: 1 }, { at_us: 1, total: {}, now: {} }]) {
    assert.equal(asStats(data), undefined);
  }
  assert.ok(asStats(at(1)));
});

test('amounts are short', () => {
  assert.deepEqual([0, 999, 1536, 52_428_800].map(bytes), ['0 B', '999 B', '1.5 KiB', '50 MiB']);
  assert.deepEqual([0, 0.25, 9999, 12_345, 1.2e6].map(count), ['0', '0.3', '9,999', '12 k', '1.2 M']);
  assert.deepEqual([0, 3, 11, 700, 1000].map((value) => roundUp(value)), [1, 5, 20, 1000, 1000]);
  assert.equal(roundUp(25_000, 1024), 50 * 1024);
  assert.equal(roundUp(1000, 1024), 1000);
  assert.deepEqual([0.004, 0.25].map(percent), ['0.4 %', '25 %']);
});
