// Goal: what it costs a page to take publications in, beside what it would cost with a common
// Protobuf library and with JSON. Method: the same 200 frames of 50 publications with 100 bytes of
// data each, again and again up to a million; ours all the way from a received ArrayBuffer to the
// objects that the application's message is made of, theirs to decoded objects with the data as
// bytes. The three take turns in each of five rounds; the figure is the median of the rounds'
// ratios, time of ours over time of theirs.

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

interface DecodedFrame {
  messages: { roomBatch: { publications: { data: Uint8Array }[] } }[];
}
type Base64 = (text: string) => Uint8Array;

// The environment's fastest: Node's, or that of browsers since 2025.
const fromBase64: Base64 =
  typeof Buffer === 'function'
    ? (text) => Buffer.from(text, 'base64')
    : (text) => (Uint8Array as unknown as { fromBase64: Base64 }).fromBase64(text);
const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

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

// A client of the core in a room, at the beginning of its stream, which `welcome` says.
async function clientInRoom(
  module: BufferSource,
  welcome: ArrayBuffer,
): Promise<{ core: CoreClient; generation: number }> {
  const exports = await instantiate(() => WebAssembly.instantiate(module));
  const core = new CoreClient(exports, 'ws://hub.test/ws', 'bench', '1', false);
  core.run('rc_connect');
  const opening = core.takeEffects().find((effect) => effect.kind === Kind.OpenSocket);
  if (opening?.kind !== Kind.OpenSocket) throw new Error('the core opened no socket');
  const generation = opening.word(3);
  const room = core.runWith('rc_room', ['bench:room']);
  core.takeEffects();
  core.runWith('rc_join', ['', ''], room, 0, 0, Since.Live, 0, 0, 0);
  core.takeEffects();
  core.run('rc_on_open', generation);
  core.takeEffects();
  core.received(generation, welcome);
  if (!core.takeEffects(welcome).some((effect) => effect.kind === Kind.Joined)) {
    throw new Error('the core did not join');
  }
  return { core, generation };
}

function nanosecondsEach(decode: () => number): number {
  const begun = performance.now();
  const seen = decode();
  const took = performance.now() - begun;
  const wanted = ROUND_FRAMES * PER_FRAME * DATA_BYTES;
  if (seen !== wanted) throw new Error(`decoded ${seen} bytes of data, not ${wanted}`);
  return (took * 1e6) / (ROUND_FRAMES * PER_FRAME);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** The figures by their names, in Node or in a page. `schema` is client.proto. */
export async function measureDecoding(
  module: BufferSource,
  schema: string,
): Promise<Record<string, number>> {
  const ServerFrame = protobuf.parse(schema).root.lookupType('roomcast.v1.ServerFrame');
  const encode = (...messages: object[]): ArrayBuffer =>
    new Uint8Array(ServerFrame.encode(ServerFrame.fromObject({ messages })).finish()).buffer;
  const batches = Array.from({ length: FRAMES }, (_, frame) =>
    Array.from({ length: PER_FRAME }, (_, at) => publication(frame * PER_FRAME + at + 1)),
  );
  const frames = batches.map((publications) => encode({ roomBatch: { handle: 1, publications } }));
  const texts = batches.map((publications) =>
    JSON.stringify(publications, (_, value: unknown) =>
      value instanceof Uint8Array ? toBase64(value) : value,
    ),
  );
  const joined = { room: 'bench:room', handle: 1, position: { epoch: EPOCH, offset: 0 } };
  const welcome = { instance: 'i', sessionId: 's', pingIntervalMs: 25_000, joins: [{ joined }] };
  const restart = encode({ reset: { handle: 1, position: { epoch: EPOCH, offset: 0 } } });
  const { core, generation } = await clientInRoom(module, encode({ id: 1, welcome }));

  const ours = (): number => {
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
  };
  const protobufjs = (): number => {
    let seen = 0;
    for (let turn = 0; turn < ROUND_FRAMES; turn += 1) {
      const bytes = new Uint8Array(frames[turn % FRAMES]!);
      const { messages } = ServerFrame.decode(bytes) as unknown as DecodedFrame;
      for (const { roomBatch } of messages) {
        for (const { data } of roomBatch.publications) seen += data.length;
      }
    }
    return seen;
  };
  const json = (): number => {
    let seen = 0;
    for (let turn = 0; turn < ROUND_FRAMES; turn += 1) {
      for (const each of JSON.parse(texts[turn % FRAMES]!) as { data: string }[]) {
        seen += fromBase64(each.data).length;
      }
    }
    return seen;
  };

  for (const warm of [ours, protobufjs, json]) warm();
  const memory = core.exports.memory.buffer.byteLength;
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: nanosecondsEach(ours),
    protobufjs: nanosecondsEach(protobufjs),
    json: nanosecondsEach(json),
  }));
  if (core.exports.memory.buffer.byteLength !== memory) {
    throw new Error('the warm core took more memory');
  }
  return {
    decode_ns: median(rounds.map((round) => round.ours)),
    decode_protobufjs_ns: median(rounds.map((round) => round.protobufjs)),
    decode_json_ns: median(rounds.map((round) => round.json)),
    decode_vs_protobufjs: median(rounds.map((r) => r.ours / r.protobufjs)),
    decode_vs_json: median(rounds.map((r) => r.ours / r.json)),
  };
}
