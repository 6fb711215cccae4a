import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signal } from '../src/exports.js';
import { browserTargets, watchPage } from '../src/page_signals.js';

class FakeDocument extends EventTarget {
  visibilityState = 'visible';
}

function page(): {
  heard: string[];
  window: EventTarget;
  document: FakeDocument;
  clock: { now: number };
  off: () => void;
} {
  const heard: string[] = [];
  const window = new EventTarget();
  const document = new FakeDocument();
  const clock = { now: 0 };
  const off = watchPage(
    (signal) => heard.push(Signal[signal]),
    { window, document },
    () => clock.now,
  );
  return { heard, window, document, clock, off };
}

const transition = (name: string, persisted: boolean): Event =>
  Object.assign(new Event(name), { persisted });

test('each event of a page says one thing', () => {
  const { heard, window, document } = page();
  window.dispatchEvent(new Event('offline'));
  window.dispatchEvent(new Event('online'));
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  document.dispatchEvent(new Event('resume'));
  window.dispatchEvent(transition('pagehide', true));
  window.dispatchEvent(transition('pageshow', true));
  window.dispatchEvent(transition('pagehide', false));
  assert.deepEqual(
    heard,
    ['Offline', 'Online', 'Hidden', 'Visible', 'Wake', 'PageHide', 'PageShow', 'Unload'],
  );
});

test('a page that is hidden from the first says so', () => {
  const heard: Signal[] = [];
  const document = new FakeDocument();
  document.visibilityState = 'hidden';
  watchPage((signal) => heard.push(signal), { document });
  assert.deepEqual(heard, [Signal.Hidden]);
});

test('the first pageshow of a page is not a return', () => {
  const { heard, window } = page();
  window.dispatchEvent(transition('pageshow', false));
  assert.deepEqual(heard, []);
});

test('focus wakes after ten seconds away, and not before', () => {
  const { heard, window, clock } = page();
  window.dispatchEvent(new Event('focus'));
  window.dispatchEvent(new Event('blur'));
  clock.now = 9_999;
  window.dispatchEvent(new Event('focus'));
  assert.deepEqual(heard, []);
  window.dispatchEvent(new Event('blur'));
  clock.now = 19_999;
  window.dispatchEvent(new Event('focus'));
  assert.deepEqual(heard, ['Wake']);
});

test('nothing is heard after the end', () => {
  const { heard, window, document, off } = page();
  off();
  window.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('resume'));
  assert.deepEqual(heard, []);
});

test('outside a page there is nothing to watch', () => {
  assert.deepEqual(browserTargets(), { window: undefined, document: undefined });
});
