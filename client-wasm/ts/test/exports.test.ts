// The TypeScript side of the ABI against the header that is its one list, and against the module.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import packedCore from 'roomcast:core';
import * as ours from '../src/exports.js';
import { inlineSource, instantiate } from '../src/wasm_loader.js';

declare const ROOMCAST_NAMES: Record<string, string>;

const root = new URL('../../../../', import.meta.url);
const header = readFileSync(new URL('client-wasm/abi/roomcast_abi.h', root), 'utf8');
const source = readFileSync(new URL('client-wasm/ts/src/exports.ts', root), 'utf8');

function constantsOfHeader(): Map<string, number> {
  const found = header.matchAll(/\b(RC_[A-Z0-9_]+) = (\d+)/g);
  return new Map([...found].map(([, name, value]) => [name!, Number(value)]));
}

// RC_EFFECT_OPEN_SOCKET is Kind.OpenSocket, and so on.
const groups: [prefix: string, values: Record<string, number>][] = [
  ['RC_EFFECT_', ours.Kind as never],
  ['RC_OUTCOME_', ours.Outcome as never],
  ['RC_TOKEN_', ours.TokenWhy as never],
  ['RC_SIGNAL_', ours.Signal as never],
  ['RC_SINCE_', ours.Since as never],
  ['RC_STAT_', ours.Stat as never],
];
const camel = (name: string): string =>
  name.toLowerCase().replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

test('every constant of the header has its value here', () => {
  const constants = constantsOfHeader();
  assert.ok(constants.size > 60, `read ${constants.size} constants`);
  for (const [prefix, values] of groups) {
    for (const [name, value] of constants) {
      if (!name.startsWith(prefix)) continue;
      const key = camel(name.slice(prefix.length));
      assert.equal(values[key], value, name);
    }
  }
  for (const [key, value] of Object.entries(ours.Flag as never as Record<string, number>)) {
    if (typeof value !== 'number') continue;
    const name = `RC${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    assert.equal(constants.get(name), value, name);
  }
});

test('every function of the header is exported by the module and declared here', async () => {
  // The package calls them by one letter each; tools/shrink.mjs says why.
  const core: unknown = await instantiate(inlineSource(packedCore));
  const exports = core as Record<string, unknown>;
  const names = [...header.matchAll(/^RC_EXPORT\((rc_\w+)\)/gm)].map((match) => match[1]!);
  assert.ok(names.length > 25, `read ${names.length} functions`);
  for (const name of names) {
    assert.equal(typeof exports[ROOMCAST_NAMES[name]!], 'function', name);
    assert.match(source, new RegExp(`\\b${name}\\(`), name);
  }
  // Nothing but them and the memory, and nothing is asked of the page.
  assert.equal(Object.keys(exports).length, names.length + 1);
});
