import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { keep, recall } from '../src/identity.js';

class FakeStorage {
  readonly kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
}

let tab: FakeStorage;
let shared: FakeStorage;

function give(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

beforeEach(() => {
  tab = new FakeStorage();
  shared = new FakeStorage();
  give('sessionStorage', tab);
  give('localStorage', shared);
});

test('nothing is recalled on a first visit', () => assert.equal(recall(), undefined));

test('what was kept is recalled, also in another tab', () => {
  keep({ name: 'Ada', rooms: ['chat:lobby'] });
  give('sessionStorage', new FakeStorage());
  assert.deepEqual(recall(), { name: 'Ada', rooms: ['chat:lobby'] });
});

test('two tabs may be two people', () => {
  keep({ name: 'Ada', rooms: ['a'] });
  give('sessionStorage', new FakeStorage());
  keep({ name: 'Grace', rooms: ['a'] });
  give('sessionStorage', tab);
  assert.equal(recall()?.name, 'Ada');
});

for (const rubbish of ['', '{', '5', '{"name":5,"rooms":[]}', '{"name":"Ada"}']) {
  test(`kept rubbish is nothing: ${rubbish}`, () => {
    shared.setItem('roomcast-demo', rubbish);
    assert.equal(recall(), undefined);
  });
}

test('storage that is switched off keeps nothing, and harms nothing', () => {
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      throw new Error('denied');
    },
  });
  keep({ name: 'Ada', rooms: [] });
  assert.equal(recall()?.name, 'Ada');
});
