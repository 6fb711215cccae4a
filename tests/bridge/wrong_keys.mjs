// Node's gRPC shows keys to a bridge that wants one: for each call the name of the status that came back, without a
// key, with one that nobody knows, and with one that may only publish in `chat`.
import { connect, grpc } from '../../bridge/examples/roomcast_client.mjs';

const [address, key] = process.argv.slice(2);
const client = connect(address);

const withKey = (shown) => {
  const metadata = new grpc.Metadata();
  if (shown) metadata.set('authorization', `Bearer ${shown}`);
  return metadata;
};
const deadline = () => ({ deadline: Date.now() + 30_000 });
const publish = (room, shown) =>
  new Promise((resolve) => {
    client.Publish({ room, publication: { text: 'x' } }, withKey(shown), deadline(),
      (error) => resolve(error === null ? 'OK' : grpc.status[error.code]));
  });
const stream = (method, first, shown) =>
  new Promise((resolve) => {
    const call = client[method](withKey(shown), deadline());
    call.on('data', (answer) => {
      const error = answer.acks?.[0]?.error;
      if (error) console.log(`an item is refused: ${error.code}`);
    });
    call.on('error', () => {});
    call.on('status', (status) => resolve(grpc.status[status.code]));
    call.write(first);
    call.end();
  });
const item = (room) => ({ open: {}, items: [{ number: 1, room, publication: { text: 'x' } }] });

for (const [name, shown] of [['none', undefined], ['wrong', `${key}.`], ['right', key]]) {
  console.log(`${name}: ${await publish('chat:1', shown)}`);
  console.log(`${name}, another namespace: ${await publish('shop:1', shown)}`);
  console.log(`${name}, a stream: ${await stream('PublishStream', item('chat:1'), shown)}`);
  console.log(`${name}, a stream's item elsewhere: ${await stream('PublishStream', item('shop:1'), shown)}`);
  console.log(`${name}, another role: ${await stream('Watch', {}, shown)}`);
}
process.exit(0);
