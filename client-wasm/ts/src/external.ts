// The entry `roomcast/external`: the SDK core is a file of its own beside it, which the browser
// compiles while it still arrives. For pages whose bundler or server can serve that file.

import { Client } from './client.js';
import type { ClientOptions } from './types.js';
import { SharedCore, streamedSource } from './wasm_loader.js';

let shared: SharedCore | undefined;

/** As createClient() of the default entry; with where the core is, if it is not beside this file. */
export interface ExternalOptions extends ClientOptions {
  /**
   * Where `roomcast_sdk.wasm` of this package is served. All clients of a page share one core: the
   * first one's answer counts.
   */
  readonly core?: string | URL | undefined;
}

/**
 * A client for the hub at this URL (`wss://host/ws`). Does nothing yet: no I/O before the first
 * connect(), join() or publish().
 */
export function createClient(url: string, options: ExternalOptions = {}): Client {
  const { core = new URL('./roomcast_sdk.wasm', import.meta.url) } = options;
  shared ??= new SharedCore(streamedSource(core));
  return new Client(url, options, shared);
}

export * from './public.js';
