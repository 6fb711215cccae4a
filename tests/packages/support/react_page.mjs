// 10,000 messages in two seconds into a list: all are in it, in order, and React renders at most 60
// times a second. The room is a real one; its messages come from here, because no hub paces them
// the same way every time.
const MESSAGES = 10_000;
const PER_MS = 5;

export const reactPage = `
import { createElement, useEffect, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from 'roomcast';
import { useClientState, useMessages, useRoom, useRoomState } from 'roomcast/react';

const client = createClient('ws://' + location.host + '/ws');
let listener;
let renders = 0;

function List() {
  const room = useRoom(client, 'chat:react');
  const state = useRoomState(room);
  const connection = useClientState(client);
  const paced = useMemo(() => ({ on: (_, told) => ((listener = told), () => {}) }), []);
  const messages = useMessages(paced, { keep: Infinity });
  renders += 1;
  useEffect(() => {
    if (state !== 'joined') return;
    const began = performance.now();
    renders = 0;
    let said = 0;
    const timer = setInterval(() => {
      const due = Math.min(${MESSAGES}, (performance.now() - began) * ${PER_MS});
      while (said < due) listener({ type: 'n', data: said++ });
      if (said < ${MESSAGES}) return;
      clearInterval(timer);
      window.seconds = (performance.now() - began) / 1000;
    }, 10);
    return () => clearInterval(timer);
  }, [state]);
  useEffect(() => {
    if (messages.length !== ${MESSAGES}) return;
    const inOrder = messages.every(({ data }, at) => data === at);
    console.log('all of them', messages.length, 'in order', inOrder, 'renders within bounds', renders > 1 && renders <= 60 * window.seconds + 1);
  }, [messages]);
  const rows = messages.slice(-20).map(({ data }, at) => createElement('li', { key: at }, String(data)));
  return createElement('ul', { 'data-state': connection }, rows);
}

client.connect();
document.body.append(Object.assign(document.createElement('div'), { id: 'app' }));
createRoot(document.getElementById('app')).render(createElement(List));
`;
