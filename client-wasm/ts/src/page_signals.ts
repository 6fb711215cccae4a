// What a page can notice about itself: it became visible, the network came back, it is being put
// away. Outside a page (Node, a worker) there is less to notice, and that is fine.

import type { Off } from './events.js';

export interface PageSignalHandlers {
  /** The page may have slept, and the link died unnoticed. */
  wake(): void;
  /** Also says that the page woke. */
  visibility(hidden: boolean): void;
  network(online: boolean): void;
  /** The page goes. `kept`: into the back/forward cache, from where it may come back. */
  hide(kept: boolean): void;
  /** The page came back from the back/forward cache. */
  show(): void;
}

/** The browser's targets; tests and workers pass their own. */
export interface PageTargets {
  readonly window?: EventTarget | undefined;
  readonly document?: (EventTarget & { readonly visibilityState: string }) | undefined;
}

export function browserTargets(): PageTargets {
  // A worker has online and offline events on its global scope, and no document.
  const scope = typeof window === 'object' ? window : typeof self === 'object' ? self : undefined;
  return {
    window: typeof scope?.addEventListener === 'function' ? scope : undefined,
    document: typeof document === 'object' ? document : undefined,
  };
}

// A page that lost focus for less than this has not slept.
const FOCUS_AFTER_MS = 10_000;

/** Listens until the returned function is called. */
export function watchPage(
  handlers: PageSignalHandlers,
  targets: PageTargets,
  now: () => number,
): Off {
  const { window: page, document: content } = targets;
  const ending = new AbortController();
  const options = { signal: ending.signal };
  let blurredAt: number | undefined;

  page?.addEventListener('online', () => handlers.network(true), options);
  page?.addEventListener('offline', () => handlers.network(false), options);
  page?.addEventListener('blur', () => {
    blurredAt = now();
  }, options);
  page?.addEventListener('focus', () => {
    if (blurredAt !== undefined && now() - blurredAt >= FOCUS_AFTER_MS) handlers.wake();
    blurredAt = undefined;
  }, options);
  page?.addEventListener('pagehide', (event) => {
    handlers.hide((event as PageTransitionEvent).persisted === true);
  }, options);
  page?.addEventListener('pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted === true) handlers.show();
  }, options);
  content?.addEventListener('visibilitychange', () => {
    handlers.visibility(content.visibilityState === 'hidden');
  }, options);
  content?.addEventListener('resume', () => handlers.wake(), options);

  return () => ending.abort();
}
