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

type Heard<Event> = (event: Event) => unknown;

export class Emitter<Events extends object> {
  readonly #heard: { [Name in keyof Events]?: Set<Heard<Events[Name]>> } = {};

  on<Name extends keyof Events>(
    name: Name,
    listener: Listener<Events[Name]>,
    { signal, once }: ListenOptions = {},
  ): Off {
    const all = (this.#heard[name] ??= new Set());
    const heard = (event: Events[Name]): unknown => {
      if (once) off();
      return listener(event);
    };
    const off = (): void => {
      signal?.removeEventListener('abort', off);
      all.delete(heard);
    };
    if (!signal?.aborted) {
      signal?.addEventListener('abort', off);
      all.add(heard);
    }
    return off;
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const all = this.#heard[name];
    // Who comes during the event does not hear it, nor does who went.
    for (const heard of all ? [...all] : []) {
      if (!all!.has(heard)) continue;
      try {
        const answer = heard(event);
        // An async listener's rejection is its own fault too.
        if (answer instanceof Promise) answer.catch(reportFault);
      } catch (fault) {
        reportFault(fault);
      }
    }
  }
}
