import type { Message } from 'roomcast';

/** What a message says, whoever published it and in whatever form. */
export function textOf({ data }: Pick<Message, 'data'>): string {
  if (typeof data === 'string') return data;
  if (data instanceof Uint8Array) return `${data.byteLength} bytes`;
  const text = (data as { text?: unknown } | null)?.text;
  return typeof text === 'string' ? text : JSON.stringify(data);
}
