import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlace, Pace, type Place } from '../src/cursors.js';
import { BUCKETS, bucketOf, edgeOf, Histogram, quantile } from '../src/histogram.js';
import { Outage } from '../src/outage.js';
import { nameOf } from '../src/people.js';

test('a bucket holds what lies between its edges', () => {
  for (const ms of [0, 0.05, 0.13, 1, 9.9, 250, 900]) {
    const bucket = bucketOf(ms);
    assert.ok(ms <= edgeOf(bucket + 1), `${ms}`);
    assert.ok(bucket === 0 || ms >= edgeOf(bucket), `${ms}`);
  }
  assert.equal(bucketOf(1e9), BUCKETS - 1);
});

test('a quantile is the upper edge of its bucket; what is too old counts no more', () => {
  const histogram = new Histogram(2);
  assert.equal(quantile(histogram.counts(), 0.5), undefined);
  for (let at = 0; at < 99; ++at) histogram.add(1);
  histogram.add(100);
  const counts = histogram.counts();
  assert.equal(quantile(counts, 0.5), edgeOf(bucketOf(1) + 1));
  assert.equal(quantile(counts, 1), edgeOf(bucketOf(100) + 1));
  histogram.turn();
  assert.notEqual(quantile(histogram.counts(), 0.5), undefined);
  histogram.turn();
  assert.equal(quantile(histogram.counts(), 0.5), undefined);
});

test('a pointer sends its last place, at most once in its time', () => {
  const sent: Place[] = [];
  const pace = new Pace(33, (place) => sent.push(place));
  pace.move([1, 1], 0);
  pace.move([2, 2], 10);
  pace.move([3, 3], 20);
  pace.tick(40);
  pace.tick(80);
  assert.deepEqual(sent, [[1, 1], [3, 3]]);
});

test('what is no place is not drawn', () => {
  for (const data of [null, 5, [1], ['1', 2], [1, Number.NaN], { x: 1 }]) assert.equal(isPlace(data), false);
  assert.equal(isPlace([1, 2]), true);
});

test('an outage says how long it was, what came, and what did not', () => {
  const outage = new Outage(1000);
  assert.deepEqual(outage.lines(), []);
  outage.back(3500, 2);
  outage.rejoined({ room: 'a', recovered: true, replayed: 3 });
  outage.rejoined({ room: 'b', recovered: true, replayed: 0 });
  assert.deepEqual(outage.lines(), [
    'Away for 2.5 s · 2 attempts',
    '3 messages of meanwhile recovered in 2 rooms',
    'Nothing lost, nothing twice',
  ]);
  assert.equal(outage.complete, true);
  outage.rejoined({ room: 'b', recovered: false, replayed: 0 });
  assert.equal(outage.complete, false);
  assert.equal(outage.lines().at(-1), 'Not complete: b');
});

test('a machine that woke counts from there', () => {
  const outage = new Outage(1000, 9000);
  outage.back(12_000, 1);
  assert.deepEqual(outage.lines(), ['Away for 11.0 s · 1 attempt', 'Back 3.0 s after waking up']);
});

test('a person without a name is called by the beginning of the user', () => {
  assert.equal(nameOf({ user: '0123456789', data: { name: 'Ada' } }), 'Ada');
  for (const data of [undefined, null, 5, { name: 5 }, { name: '' }]) {
    assert.equal(nameOf({ user: '0123456789', data }), '01234567');
  }
});
