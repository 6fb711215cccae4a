// What a page can notice about itself: it became visible, the network came back, it is being put
// away. Outside a page (Node, a worker) there is less to notice, and that is fine.

import type { Off } from './events.js';
import { Signal } from './exports.js';

/** The browser's targets; tests and workers pass their own. */
export interface PageTargets {
  readonly window?: EventTarget | undefined;
  readonly document?: (EventTarget & { readonly visibilityState: string }) | undefined;
}

export function browserTargets(): PageTargets {
  // A worker has online and offline events on its global scope, and no document; Node has neither.
  const { addEventListener, document } = globalThis;
  return {
    window: typeof addEventListener === 'function' ? globalThis : undefined,
    document,
  };
}

// A page that lost focus for less than this has not slept.
const FOCUS_AFTER_MS = 10_000;

/** Tells now if the page is hidden, and listens until the returned function is called. */
export function watchPage(
  tell: (signal: Signal) => void,
  { window: page, document: content }: PageTargets,
  now = (): number => performance.now(),
): Off {
  const ending = new AbortController();
  const listen = (
    target: EventTarget | undefined,
    name: string,
    heard: (persisted: boolean) => void,
  ): void =>
    target?.addEventListener(
      name,
      (event) => heard((event as PageTransitionEvent).persisted === true),
      { signal: ending.signal },
    );
  const isHidden = (): boolean => content?.visibilityState === 'hidden';
  let blurredAt = Infinity;

  if (isHidden()) tell(Signal.Hidden);
  listen(page, 'online', () => tell(Signal.Online));
  listen(page, 'offline', () => tell(Signal.Offline));
  listen(page, 'blur', () => {
    blurredAt = now();
  });
  listen(page, 'focus', () => {
    if (now() - blurredAt >= FOCUS_AFTER_MS) tell(Signal.Wake);
    blurredAt = Infinity;
  });
  // `persisted`: into the back/forward cache, or out of it.
  listen(page, 'pagehide', (persisted) => tell(persisted ? Signal.PageHide : Signal.Unload));
  listen(page, 'pageshow', (persisted) => {
    if (persisted) tell(Signal.PageShow);
  });
  listen(content, 'visibilitychange', () => tell(isHidden() ? Signal.Hidden : Signal.Visible));
  listen(content, 'resume', () => tell(Signal.Wake));

  return () => ending.abort();
}
