// The package's default entry: the SDK core is inlined, so that it works behind every bundler.

import packedCore from 'roomcast:core';
import { Client } from './client.js';
import type { ClientOptions } from './types.js';
import { inlineSource, SharedCore } from './wasm_loader.js';

let shared: SharedCore | undefined;

/**
 * A client for the hub at this URL (`wss://host/ws`). Does nothing yet: no I/O before the first
 * connect(), join() or publish().
 */
export function createClient(url: string, options: ClientOptions = {}): Client {
  shared ??= new SharedCore(inlineSource(packedCore));
  return new Client(url, options, shared);
}

export * from './public.js';
