// 10,000 PublishStreams of Node's gRPC at once, 900 to a connection: how many were opened, how the others ended, and
// what another caller hears meanwhile and when they are gone.
import { Bridge, grpc } from '../../bridge/examples/roomcast_client.mjs';

const MANY = 10_000;
const [address, room] = process.argv.slice(2);
const connect = () => new Bridge(address, grpc.credentials.createInsecure(),
  { 'grpc.enable_http_proxy': 0, 'grpc.use_local_subchannel_pool': 1 });
const clients = Array.from({ length: Math.ceil(MANY / 900) }, connect);
const other = connect();
const deadline = () => ({ deadline: Date.now() + 60_000 });

const publish = () =>
  new Promise((resolve) => {
    other.Publish({ room, publication: { text: 'x' } }, deadline(),
      (error) => resolve(error === null ? 'OK' : grpc.status[error.code]));
  });
const open = (client) =>
  new Promise((resolve) => {
    const call = client.PublishStream(new grpc.Metadata(), deadline());
    call.on('data', () => resolve(call));
    call.on('error', () => {});
    call.on('status', (status) => resolve(grpc.status[status.code]));
    call.write({ open: {} });
  });
const count = (words) => [...new Set(words)].map((word) =>
  `${words.filter((each) => each === word).length} ${word}`).join(', ');

const opening = Promise.all(Array.from({ length: MANY }, (_, i) =>
  open(clients[i % clients.length])));
const meanwhile = await Promise.all(Array.from({ length: 100 }, publish));
const streams = await opening;
console.log(count(streams.map((each) => (typeof each === 'string' ? each : 'open'))));
console.log(`meanwhile: ${count(meanwhile)}`);
for (const each of streams) if (typeof each !== 'string') each.cancel();
// The hub hears of it a moment later.
let again = 'RESOURCE_EXHAUSTED';
while (again === 'RESOURCE_EXHAUSTED') again = await open(other);
console.log(`and then: ${typeof again === 'string' ? again : 'open'}, ${await publish()}`);
process.exit(0);
