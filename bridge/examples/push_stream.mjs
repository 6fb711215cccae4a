// A backend that pushes many messages over one stream.
//
// node push_stream.mjs [ROOM [COUNT [BRIDGE]]], by default chat:lobby, 1000 and 127.0.0.1:8081. First
// `npm ci` in this folder. How to come back after a cut: push_stream.py does it.
import { randomBytes } from 'node:crypto';
import { connect } from './roomcast_client.mjs';

const [room = 'chat:lobby', count = '1000', address = '127.0.0.1:8081'] = process.argv.slice(2);
const BATCH = 64;
const last = Number(count);
const client = connect(address);
const stream = client.PublishStream();
let next = 1;
let credits = 0;
let settled = 0;

function sendMore() {
  while (next <= last && credits > 0) {
    const items = [];
    while (next <= last && credits > 0 && items.length < BATCH) {
      items.push({ number: next, room, publication: { text: `message ${next}` } });
      next += 1;
      credits -= 1;
    }
    stream.write({ items });
  }
}

stream.on('data', (response) => {
  credits += response.credits;
  for (const ack of response.acks) {
    if (ack.outcome === 'error') console.log(`message ${ack.number}: ${ack.error.message}`);
    settled += 1;
  }
  if (settled === last) stream.end();
  else sendMore();
});
stream.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
stream.on('end', () => {
  console.log(`${settled} messages are settled`);
  client.close();
});
stream.write({ open: { producer: randomBytes(16) } });
