// Node's gRPC says things to the bridge that make no sense. One line for each: its name, and the
// name of the status that came back.
import { connect, grpc } from '../../bridge/examples/roomcast_client.mjs';

const [address, room] = process.argv.slice(2);
const client = connect(address);
const raw = (bytes) => bytes;
const statusOf = (error) => (error === null ? 'OK' : grpc.status[error.code]);
const deadline = () => ({ deadline: Date.now() + 30_000 });

const unary = (method, bytes, metadata = new grpc.Metadata(), options = deadline()) =>
  new Promise((resolve) => {
    const call = client.makeUnaryRequest(`/roomcast.v1.Bridge/${method}`, raw, raw, bytes, metadata,
      options, (error) => resolve(statusOf(error)));
    if (options.cancel) call.cancel();
  });

// Reads to the end.
const list = (method, bytes) =>
  new Promise((resolve) => {
    const call = client.makeServerStreamRequest(`/roomcast.v1.Bridge/${method}`, raw, raw, bytes,
      new grpc.Metadata(), deadline());
    call.on('data', () => {});
    call.on('error', () => {});
    call.on('status', (status) => resolve(grpc.status[status.code]));
  });

// Writes these messages, and reads to the end.
const bidi = (method, messages, { metadata = new grpc.Metadata(), cancel = false } = {}) =>
  new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(`/roomcast.v1.Bridge/${method}`, raw, raw, metadata,
      deadline());
    call.on('data', () => {});
    call.on('error', () => {});
    call.on('status', (status) => resolve(grpc.status[status.code]));
    for (const message of messages) call.write(message);
    if (cancel) call.cancel();
    else call.end();
  });

const stream = (messages, more) => bidi('PublishStream', messages, more);
const watch = (messages, more) => bidi('Watch', messages, more);

const filled = new grpc.Metadata();
filled.set('x-filler', 'x'.repeat(20_000));
const text = (content) => {
  const name = Buffer.from(room);
  const inner = Buffer.concat([Buffer.from([0x12, content.length]), content]);
  return Buffer.concat([Buffer.from([0x0a, name.length]), name, Buffer.from([0x12, inner.length]), inner]);
};
const open = Buffer.from([0x0a, 0x00]);
const cases = [
  ['unknown method', () => unary('NoSuchCall', Buffer.alloc(0))],
  ['nothing', () => unary('Publish', Buffer.alloc(0))],
  ['truncated', () => unary('Publish', Buffer.from([0x0a, 0x7f, 0x61]))],
  ['noise', () => unary('Publish', Buffer.alloc(64, 0xff))],
  ['wrong wire type', () => unary('Publish', Buffer.from([0x08, 0x05, 0x10, 0x05]))],
  ['invalid UTF-8', () => unary('Publish', text(Buffer.from([0xff, 0xfe])))],
  ['5 MiB', () => unary('Publish', Buffer.alloc(5 << 20, 0x61))],
  ['20 KB of metadata', () => unary('Publish', text(Buffer.from('x')), filled)],
  ['a deadline in the past', () => unary('Publish', text(Buffer.from('x')), undefined,
    { deadline: Date.now() - 1000 })],
  ['cancelled', () => unary('Publish', Buffer.alloc(0), undefined, { ...deadline(), cancel: true })],
  ['management without a name', () => unary('Disconnect', Buffer.alloc(0))],
  ...['GetHistory', 'GetPresence', 'GetPresenceCounts'].flatMap((method) => [
    [`${method} of nothing`, () => unary(method, Buffer.alloc(0))],
    [`${method} of noise`, () => unary(method, Buffer.alloc(64, 0xff))],
    [`${method} of 5 MiB`, () => unary(method, Buffer.alloc(5 << 20, 0x61))],
  ]),
  ['history of no namespace', () => unary('GetHistory',
    Buffer.concat([Buffer.from([0x0a, 11, 0x0a, 9]), Buffer.from('nowhere:1')]))],
  ...['ListRooms', 'ListSessions'].flatMap((method) => [
    [`${method} of noise`, () => list(method, Buffer.alloc(64, 0xff))],
    [`${method} of invalid UTF-8`, () => list(method, Buffer.from([0x0a, 2, 0xff, 0xfe]))],
    [`${method} of 5 MiB`, () => list(method, Buffer.alloc(5 << 20, 0x61))],
  ]),
  ['watch: noise', () => watch([Buffer.alloc(64, 0xff)])],
  ['watch: truncated', () => watch([Buffer.from([0x0a, 0x7f, 0x61])])],
  ['watch: invalid UTF-8', () => watch([Buffer.from([0x0a, 4, 0x12, 2, 0xff, 0xfe])])],
  ['watch: too many at once', () => watch([Buffer.alloc(2 * 4097, Buffer.from([0x10, 1]))])],
  ['watch: 5 MiB', () => watch([Buffer.alloc(5 << 20, 0x61)])],
  ['watch: 20 KB of metadata', () => watch([], { metadata: filled })],
  ['watch: cancelled', () => watch([Buffer.alloc(0)], { cancel: true })],
  ['stream: nothing', () => stream([Buffer.alloc(0)])],
  ['stream: noise', () => stream([open, Buffer.alloc(64, 0xff)])],
  ['stream: open twice', () => stream([open, open])],
  ['stream: 5 MiB', () => stream([open, Buffer.alloc(5 << 20, 0x61)])],
  ['stream: 20 KB of metadata', () => stream([open], { metadata: filled })],
  ['stream: cancelled', () => stream([open], { cancel: true })],
  ['stream: only opened', () => stream([open])],
];
// A PublishStream in words. The numbers of its items, and what became of each.
const numbers = (sent) =>
  new Promise((resolve) => {
    const acks = [];
    const call = client.PublishStream(new grpc.Metadata(), deadline());
    call.on('data', (answer) => {
      acks.push(...answer.acks.map((ack) => `${ack.number}/${ack.error ? ack.error.code : 'ok'}`));
      if (acks.length === sent.length) call.end();
    });
    call.on('error', () => {});
    call.on('status', (status) => resolve(`${acks.sort().join(' ')} ${grpc.status[status.code]}`));
    call.write({ open: { producer: Buffer.alloc(16, 0x70) } });
    call.write({ items: sent.map((number) =>
      ({ number, room: `${room}-numbers`, publication: { text: 'x' } })) });
  });
// Pours without reading until the bridge takes no more; then another caller is answered.
const neverReads = async () => {
  const call = client.PublishStream(new grpc.Metadata(), deadline());
  const ended = new Promise((resolve) => {
    call.on('status', (status) => resolve(grpc.status[status.code]));
  });
  call.on('error', () => {});
  call.pause();
  call.write({ open: { producer: Buffer.alloc(16, 0x71) }, ack_credits: 1 });
  const publication = { data: Buffer.alloc(1000) };
  let taken = 0;
  // A write that is not passed on within a second and a half waits for the bridge.
  for (let number = 1, moved = true; moved; number += 100) {
    const items = Array.from({ length: 100 }, (_, i) =>
      ({ number: number + i, room: `${room}-poured`, publication }));
    moved = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), 1500);
      call.write({ items }, () => { clearTimeout(timer); resolve(true); });
    });
    taken += moved ? 100 : 0;
  }
  const other = await unary('GetInfo', Buffer.alloc(0));
  call.cancel();
  return `${taken < 20_000 ? 'slowed' : taken} ${other} ${await ended}`;
};
cases.push(
  ['stream: numbers that repeat, skip and fall', () => numbers([10, 11, 11, 13, 10, 9, 12, 0])],
  ['stream: never read', neverReads],
);

for (const [name, run] of cases) console.log(`${name}: ${await run()}`);
const resets = Array.from({ length: 300 }, () => stream([open], { cancel: true }));
console.log(`rapid resets: ${[...new Set(await Promise.all(resets))].join(' ')}`);
const cut = Array.from({ length: 300 }, () => watch([Buffer.from([0x18, 100])], { cancel: true }));
console.log(`rapid resets of watches: ${[...new Set(await Promise.all(cut))].join(' ')}`);
const calls = Array.from({ length: 300 }, () =>
  unary('Publish', Buffer.alloc(0), undefined, { ...deadline(), cancel: true }));
console.log(`rapid resets of calls: ${[...new Set(await Promise.all(calls))].join(' ')}`);
console.log(`and then: ${await unary('Publish', text(Buffer.from('x')))}`);
client.close();
// Deadlines of what is over keep Node waiting.
process.exit(0);
