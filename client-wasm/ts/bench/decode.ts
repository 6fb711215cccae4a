// bench/decoding.ts in Node: prints a figure a line. Arguments: the core's file, client.proto.

import { readFileSync } from 'node:fs';
import { measureDecoding } from './decoding.js';

const [, , wasm, schema] = process.argv;
const figures = await measureDecoding(readFileSync(wasm!), readFileSync(schema!, 'utf8'));
for (const [name, value] of Object.entries(figures)) {
  const isTime = name.endsWith('_ns');
  console.log(`${name} ${value.toFixed(isTime ? 0 : 3)} ${isTime ? 'ns' : 'ratio'}`);
}
