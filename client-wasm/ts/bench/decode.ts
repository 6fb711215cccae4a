// Goal: what it costs a page to take publications in, beside what it would cost with a common
// Protobuf library and with JSON. Method: the same 200 frames of 50 publications with 100 bytes of
// data each, again and again up to a million; ours all the way from a received ArrayBuffer to the
// objects that the application's message is made of, theirs to decoded objects with the data as
// bytes. The three take turns in each of five rounds; the figure is the median of the rounds'
// ratios, time of ours over time of theirs.

import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { CoreClient } from '../src/abi.js';
import { Kind, Since } from '../src/exports.js';
import { instantiate } from '../src/wasm_loader.js';

const PUBLICATIONS = 1_000_000;
const PER_FRAME = 50;
const FRAMES = 200;
const DATA_BYTES = 100;
const ROUNDS = 5;
const ROUND_FRAMES = PUBLICATIONS / PER_FRAME / ROUNDS;
const EPOCH = { low: 7, high: 1, unsigned: true };
const [, , wasm, schema] = process.argv;

const ServerFrame = new protobuf.Root()
  .loadSync(schema!)
  .lookupType('roomcast.v1.ServerFrame');
const encode = (...messages: object[]): ArrayBuffer =>
  new Uint8Array(ServerFrame.encode(ServerFrame.fromObject({ messages })).finish()).buffer;

function publication(offset: number): object {
  return {
    offset,
    timeAt: 1_790_000_000_000_000 + offset,
    type: 'moved',
    encoding: 0,
    data: Uint8Array.from({ length: DATA_BYTES }, (_, at) => (offset * 31 + at * 7) & 255),
    publisher: { session: 'c2Vzc2lvbi0wMDAx', user: 'ada' },
    publishId: { producer: 12345, counter: offset },
  };
}

const batches = Array.from({ length: FRAMES }, (_, frame) =>
  Array.from({ length: PER_FRAME }, (_, at) => publication(frame * PER_FRAME + at + 1)),
);
const frames = batches.map((publications) => encode({ roomBatch: { handle: 1, publications } }));
const texts = batches.map((publications) =>
  JSON.stringify(publications, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  ),
);

// A client of the core in a room, at the beginning of its stream.
async function clientInRoom(): Promise<{ core: CoreClient; generation: number; room: number }> {
  const exports = await instantiate(() => WebAssembly.instantiate(readFileSync(wasm!)));
  const core = new CoreClient(exports, 'ws://hub.test/ws', 'bench', '1', false);
  core.run('rc_connect');
  const opening = core.takeEffects().find((effect) => effect.kind === Kind.OpenSocket);
  if (opening?.kind !== Kind.OpenSocket) throw new Error('the core opened no socket');
  const { generation } = opening;
  const room = core.runWith('rc_room', ['bench:room']);
  core.takeEffects();
  core.runWith('rc_join', ['', ''], room, 0, 0, Since.Live, 0, 0, 0);
  core.takeEffects();
  core.run('rc_on_open', generation);
  core.takeEffects();
  const joined = { room: 'bench:room', handle: 1, position: { epoch: EPOCH, offset: 0 } };
  const welcome = { instance: 'i', sessionId: 's', pingIntervalMs: 25_000, joins: [{ joined }] };
  const begin = encode({ id: 1, welcome });
  core.received(generation, begin);
  if (!core.takeEffects(begin).some((effect) => effect.kind === Kind.Joined)) {
    throw new Error('the core did not join');
  }
  return { core, generation, room };
}

const { core, generation } = await clientInRoom();
const restart = encode({ reset: { handle: 1, position: { epoch: EPOCH, offset: 0 } } });

function ours(): number {
  let seen = 0;
  for (let turn = 0; turn < ROUND_FRAMES; turn += 1) {
    const at = turn % FRAMES;
    if (at === 0) {
      core.received(generation, restart);
      core.takeEffects(restart);
    }
    core.received(generation, frames[at]!);
    for (const effect of core.takeEffects(frames[at])) {
      if (effect.kind === Kind.Publication) seen += effect.data.length;
    }
  }
  return seen;
}

interface DecodedFrame {
  messages: { roomBatch: { publications: { data: Uint8Array }[] } }[];
}
function protobufjs(): number {
  let seen = 0;
  for (let turn = 0; turn < ROUND_FRAMES; turn += 1) {
    const bytes = new Uint8Array(frames[turn % FRAMES]!);
    const { messages } = ServerFrame.decode(bytes) as unknown as DecodedFrame;
    for (const { roomBatch } of messages) {
      for (const { data } of roomBatch.publications) seen += data.length;
    }
  }
  return seen;
}

function json(): number {
  let seen = 0;
  for (let turn = 0; turn < ROUND_FRAMES; turn += 1) {
    for (const each of JSON.parse(texts[turn % FRAMES]!) as { data: string }[]) {
      seen += Buffer.from(each.data, 'base64').length;
    }
  }
  return seen;
}

function nanosecondsEach(decode: () => number): number {
  const begun = process.hrtime.bigint();
  const seen = decode();
  const took = Number(process.hrtime.bigint() - begun);
  const wanted = ROUND_FRAMES * PER_FRAME * DATA_BYTES;
  if (seen !== wanted) throw new Error(`decoded ${seen} bytes of data, not ${wanted}`);
  return took / (ROUND_FRAMES * PER_FRAME);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

for (const warm of [ours, protobufjs, json]) warm();
const pages = core.exports.memory.buffer.byteLength;
const rounds = Array.from({ length: ROUNDS }, () => ({
  ours: nanosecondsEach(ours),
  protobufjs: nanosecondsEach(protobufjs),
  json: nanosecondsEach(json),
}));
if (core.exports.memory.buffer.byteLength !== pages) {
  throw new Error('the warm core took more memory');
}

const print = (name: string, value: number, unit: string, digits = 0): void =>
  console.log(`${name} ${value.toFixed(digits)} ${unit}`);
print('decode_ns', median(rounds.map((round) => round.ours)), 'ns');
print('decode_protobufjs_ns', median(rounds.map((round) => round.protobufjs)), 'ns');
print('decode_json_ns', median(rounds.map((round) => round.json)), 'ns');
print('decode_vs_protobufjs', median(rounds.map((r) => r.ours / r.protobufjs)), 'ratio', 3);
print('decode_vs_json', median(rounds.map((r) => r.ours / r.json)), 'ratio', 3);
