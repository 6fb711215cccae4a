// Typed events. A listener that throws harms nobody but itself.

/** Ends a listening. Harmless when called again. */
export type Off = () => void;

export interface ListenOptions {
  /** Ends the listening when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the listening after the first event. */
  readonly once?: boolean | undefined;
}

export type Listener<Event> = (event: Event) => void;

// What went wrong in the application's own code: shown as the page would show it, never passed on
// to whoever emitted the event.
export function reportFault(fault: unknown): void {
  if (typeof reportError === 'function') reportError(fault);
  else console.error(fault);
}

interface Entry {
  readonly listener: (event: never) => unknown;
  off: boolean;
}

export class Emitter<Events extends object> {
  #entries: { [Name in keyof Events]?: Entry[] } = {};

  on<Name extends keyof Events>(
    name: Name,
    listener: Listener<Events[Name]>,
    { signal, once }: ListenOptions = {},
  ): Off {
    const entry: Entry = {
      listener: (event: Events[Name]) => {
        if (once) off();
        return listener(event);
      },
      off: false,
    };
    const off = (): void => {
      entry.off = true;
      signal?.removeEventListener('abort', off);
      this.#entries[name] = this.#entries[name]?.filter((each) => each !== entry);
    };
    if (signal?.aborted) return () => {};
    signal?.addEventListener('abort', off);
    // A new list each time, so that an emit that is under way keeps its own.
    this.#entries[name] = [...(this.#entries[name] ?? []), entry];
    return off;
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const entry of this.#entries[name] ?? []) {
      if (entry.off) continue;
      try {
        const answer: unknown = entry.listener(event as never);
        // An async listener's rejection is its own fault too.
        if (answer instanceof Promise) answer.catch(reportFault);
      } catch (fault) {
        reportFault(fault);
      }
    }
  }
}
