#!/usr/bin/env node
// A backend in Node that listens to a room, and goes on where it was after a cut.
//
// watch_room.mjs [ROOM [BRIDGE]], by default chat:lobby and 127.0.0.1:8081. Ctrl-C ends it.
import { fileURLToPath } from 'node:url';

import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const CREDIT = 1 << 20;
const proto = fileURLToPath(new URL('../../proto', import.meta.url));
// 64-bit numbers are strings here: positions do not fit a double.
const definition = loader.loadSync('roomcast/v1/bridge.proto', {
  includeDirs: [process.env.ROOMCAST_PROTO ?? proto],
  longs: String,
  enums: String,
});
const { Bridge } = grpc.loadPackageDefinition(definition).roomcast.v1;

const room = process.argv[2] ?? 'chat:lobby';
const address = process.argv[3] ?? '127.0.0.1:8081';
const bridge = new Bridge(address, grpc.credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
// Where this backend stands in the room's stream: everything up to here is dealt with.
let position = null;

function handle(publication) {
  console.log(`${room} ${publication.offset}: ${publication.data.toString()}`);
}

function onEvent(event) {
  if (event.opened) {
    console.error(`the hub's instance is ${event.opened.instance}`);
  } else if (event.joined) {
    // Verdict LOST says that not everything after our position came.
    position = { epoch: event.joined.position.epoch, offset: event.joined.start ?? '0' };
    console.error(`reading after ${position.offset}, ${event.joined.verdict ?? 'VERDICT_LIVE'}`);
  } else if (event.roomBatch) {
    for (const publication of event.roomBatch.publications) {
      const offset = BigInt(publication.offset ?? 0);
      // Ephemeral ones have offset 0; a page may overlap what came before.
      if (offset > 0n && offset <= BigInt(position.offset)) continue;
      handle({ ...publication, offset });
      if (offset > 0n) position.offset = String(offset);
    }
  } else if (event.gap) {
    console.error(`missed up to ${event.gap.to}`);
    position.offset = event.gap.to;
  } else if (event.reset) {
    position = event.reset.position;
  } else if (event.left?.error) {
    console.error(`the hub refuses: ${event.left.error.message}`);
    process.exit(1);
  }
}

function watch() {
  const stream = bridge.Watch();
  const add = { id: 1, room };
  if (position) add.position = position;
  stream.write({ add: [add], creditBytes: CREDIT });
  let owed = 0;
  stream.on('data', (response) => {
    for (const event of response.events) {
      onEvent(event);
      // About what was read may be sent again; a little more than that does no harm.
      owed += 64 + (event.roomBatch?.publications.reduce((sum, one) => sum + one.data.length + 128, 0) ?? 0);
    }
    if (owed >= CREDIT / 4) {
      stream.write({ creditBytes: owed });
      owed = 0;
    }
  });
  stream.on('error', (error) => {
    if (error.code !== grpc.status.UNAVAILABLE) throw error;
    console.error('cut off, trying again');
    setTimeout(watch, 500);
  });
}

watch();
