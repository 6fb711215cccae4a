// Turns the SDK core's bytes into a running module: once per page, whoever asks. No glue code: the
// module imports nothing and has nothing to run at its start.

import { build } from './build.js';
import { RoomcastError } from './errors.js';
import type { CoreExports } from './exports.js';

/** How an entry of the package gets at the core, compiled and ready: inlined, streamed, from a file. */
export type CoreSource = () => Promise<WebAssembly.WebAssemblyInstantiatedSource>;

// Six bits a letter, the first at the top: the codes 33 to 37, 40 to 64, 93 to 126. Those are the
// letters that minified JavaScript is made of, so that a page's own compression codes both alike;
// base64 has capitals, which are rare there.
function bytesOf(packed: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((packed.length * 3) >> 2);
  let held = 0;
  let at = 0;
  for (let i = 0; i < packed.length; ++i) {
    const code = packed.charCodeAt(i);
    held = (held << 6) | (code - (code > 92 ? 63 : code > 39 ? 35 : 33));
    if (i & 3) bytes[at++] = held >> (6 - 2 * (i & 3));
  }
  return bytes;
}

/** The core as gzip in letters, which costs 1 % over gzip alone and survives every bundler. */
export function inlineSource(packed: string): CoreSource {
  return async () => {
    // Not a Blob's stream: that takes the way through another process.
    const inflated = new Response(bytesOf(packed)).body!.pipeThrough(new DecompressionStream('gzip'));
    return WebAssembly.instantiate(await new Response(inflated).arrayBuffer());
  };
}

/** The core as a file that is compiled while it arrives. It may be another build's. */
export function streamedSource(url: string | URL): CoreSource {
  return async () => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} was answered with ${response.status}`);
    // A server that does not know the type of the file costs the streaming, and nothing else.
    const core = response.headers.get('content-type')?.startsWith('application/wasm')
      ? await WebAssembly.instantiateStreaming(response)
      : await WebAssembly.instantiate(await response.arrayBuffer());
    const [section] = WebAssembly.Module.customSections(core.module, 'roomcast.build');
    const found = section ? new TextDecoder().decode(section) : 'unknown';
    if (found === build) return core;
    throw new Error(`the core is of build ${found}, its JavaScript of ${build}`);
  };
}

export async function instantiate(source: CoreSource): Promise<CoreExports> {
  try {
    const { instance } = await source();
    return instance.exports as unknown as CoreExports;
  } catch (cause) {
    throw new RoomcastError(
      'unsupported',
      `the SDK core could not start (a Content-Security-Policy needs 'wasm-unsafe-eval'): ${cause}`,
      { cause },
    );
  }
}

/** One running module for all clients of the page, begun by the first that needs it. */
export class SharedCore {
  readonly #source: CoreSource;
  #running: Promise<CoreExports> | undefined;
  #exports: CoreExports | undefined;

  constructor(source: CoreSource) {
    this.#source = source;
  }

  load(): Promise<CoreExports> {
    return (this.#running ??= this.#start());
  }

  async #start(): Promise<CoreExports> {
    try {
      return (this.#exports = await instantiate(this.#source));
    } catch (error) {
      // A failure is not kept: the next client tries again.
      this.#running = undefined;
      throw error;
    }
  }

  /** After a trap the module's memory is not to be trusted: new clients get a new one. */
  discard(exports: CoreExports): void {
    if (this.#exports === exports) this.#running = undefined;
  }
}
