// The bridge's client for Node, made from the schema as this module is loaded.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const schema = loader.loadSync('roomcast/v1/bridge.proto', {
  includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url))],
  keepCase: true,
  longs: Number,
  enums: String,
  oneofs: true,
  defaults: true,
});

export { grpc };
export const { Bridge } = grpc.loadPackageDefinition(schema).roomcast.v1;
export const connect = (address) =>
  new Bridge(address, grpc.credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
