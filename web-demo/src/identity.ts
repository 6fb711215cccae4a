// One's name and rooms, kept in the browser. A tab's own choice comes before the one that all tabs
// share, so that two tabs can be two people.

export interface Identity {
  readonly name: string;
  readonly rooms: readonly string[];
}

export const OFFERED_ROOMS = [
  { room: 'chat:lobby', about: 'everybody' },
  { room: 'chat:random', about: 'anything' },
  { room: 'demo:pushes', about: 'a backend every second' },
] as const;

const KEY = 'roomcast-demo';

// Storage may be switched off: then nothing is kept, and all else works.
function read(storage: () => Storage): unknown {
  try {
    return JSON.parse(storage().getItem(KEY) ?? 'null');
  } catch {
    return null;
  }
}

export function recall(): Identity | undefined {
  for (const storage of [() => sessionStorage, () => localStorage]) {
    const kept = read(storage) as { name?: unknown; rooms?: unknown } | null;
    if (typeof kept?.name !== 'string' || !Array.isArray(kept.rooms)) continue;
    return { name: kept.name, rooms: kept.rooms.filter((room) => typeof room === 'string') };
  }
  return undefined;
}

export function keep(identity: Identity): void {
  for (const storage of [() => sessionStorage, () => localStorage]) {
    try {
      storage().setItem(KEY, JSON.stringify(identity));
    } catch {
      // Full or forbidden: the name lives as long as the page.
    }
  }
}
