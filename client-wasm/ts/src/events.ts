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
  readonly listener: Listener<never>;
  off: boolean;
}

export class Emitter<Events extends object> {
  #entries = new Map<keyof Events, Entry[]>();

  on<Name extends keyof Events>(
    name: Name,
    listener: Listener<Events[Name]>,
    options: ListenOptions = {},
  ): Off {
    const { signal, once } = options;
    const entry: Entry = { listener: listener as Listener<never>, off: false };
    if (signal?.aborted) return () => {};
    const off = (): void => {
      entry.off = true;
      signal?.removeEventListener('abort', off);
      const left = (this.#entries.get(name) ?? []).filter((each) => each !== entry);
      if (left.length > 0) this.#entries.set(name, left);
      else this.#entries.delete(name);
    };
    if (once) {
      (entry as { listener: Listener<never> }).listener = ((event: Events[Name]) => {
        off();
        return listener(event);
      }) as Listener<never>;
    }
    signal?.addEventListener('abort', off, { once: true });
    // A new list each time, so that an emit that is under way keeps its own.
    this.#entries.set(name, [...(this.#entries.get(name) ?? []), entry]);
    return off;
  }

  has(name: keyof Events): boolean {
    return this.#entries.has(name);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const entry of this.#entries.get(name) ?? []) {
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

  clear(): void {
    for (const entries of this.#entries.values()) for (const entry of entries) entry.off = true;
    this.#entries.clear();
  }
}
