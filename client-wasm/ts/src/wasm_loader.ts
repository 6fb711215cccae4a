// Turns the SDK core's bytes into a running module: once per page, whoever asks. No glue code: what
// the module might import is satisfied here, by hand.

import { build } from './build.js';
import { RoomcastError } from './errors.js';
import type { CoreExports } from './exports.js';

/** How an entry of the package gets at the compiled core: inlined, streamed, from a file. */
export type CoreSource = () => Promise<WebAssembly.Module>;

/** The core as gzip in base64, which costs 1 % over gzip alone and survives every bundler. */
export function inlineSource(packed: string): CoreSource {
  return async () => {
    if (typeof DecompressionStream !== 'function') {
      throw new RoomcastError('unsupported', 'this environment has no DecompressionStream');
    }
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return WebAssembly.compile(await new Response(inflated).arrayBuffer());
  };
}

/** The core as a file that is compiled while it arrives. */
export function streamedSource(url: string | URL): CoreSource {
  return async () => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} was answered with ${response.status}`);
    // A server that does not know the type of the file costs the streaming, and nothing else.
    return response.headers.get('content-type')?.startsWith('application/wasm')
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  };
}

// A module imports nothing that does anything: a standalone one may tell of grown memory, and may
// ask to end the process when an invariant is broken.
function satisfy(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: Record<string, Record<string, () => void>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') throw new Error(`the core imports the ${kind} ${from}.${name}`);
    (imports[from] ??= {})[name] =
      name === 'emscripten_notify_memory_growth'
        ? () => {}
        : () => {
            throw new WebAssembly.RuntimeError(`the core stopped itself in ${name}`);
          };
  }
  return imports;
}

export async function instantiate(source: CoreSource): Promise<CoreExports> {
  if (typeof WebAssembly !== 'object') {
    throw new RoomcastError('unsupported', 'this environment has no WebAssembly');
  }
  try {
    const module = await source();
    const [section] = WebAssembly.Module.customSections(module, 'roomcast.build');
    const found = section ? new TextDecoder().decode(section) : 'unknown';
    if (found !== build) {
      throw new Error(`the core is of build ${found}, its JavaScript of ${build}`);
    }
    const instance = await WebAssembly.instantiate(module, satisfy(module));
    const exports = instance.exports as unknown as CoreExports;
    exports._initialize?.();
    return exports;
  } catch (cause) {
    if (cause instanceof RoomcastError) throw cause;
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

  constructor(source: CoreSource) {
    this.#source = source;
  }

  load(): Promise<CoreExports> {
    if (!this.#running) {
      const running = instantiate(this.#source);
      this.#running = running;
      // A failure is not kept: the next client tries again.
      running.catch(() => this.#forget(running));
    }
    return this.#running;
  }

  /** After a trap the module's memory is not to be trusted: new clients get a new one. */
  discard(exports: CoreExports): void {
    const running = this.#running;
    void running?.then((those) => {
      if (those === exports) this.#forget(running);
    });
  }

  #forget(running: Promise<CoreExports>): void {
    if (this.#running === running) this.#running = undefined;
  }
}
