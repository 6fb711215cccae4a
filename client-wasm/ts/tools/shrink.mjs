// What makes the package smaller than esbuild alone does, at a few seconds a build.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { minify } from 'terser';

/** As gzip, by zopfli: 5 % smaller than gzip -9, and the same bytes in every build. */
export function gzipped(bytes, folder) {
  const file = join(folder, `.packing-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(file, bytes);
    return execFileSync('zopfli', ['--i50', '-c', file]);
  } catch (cause) {
    if (cause.code !== 'ENOENT') throw cause;
    console.error('roomcast: the package is built with zopfli, which ./dev installs');
    process.exit(1);
  } finally {
    rmSync(file, { force: true });
  }
}

// The 64 letters that the package's JavaScript has most of, near enough: gzip codes both alike.
const between = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const LETTERS = String.fromCharCode(...between(33, 37), ...between(40, 64), ...between(93, 126));

/** The gzip of `bytes` as text for a string in single quotes; src/wasm_loader.ts reads it. */
export function inLetters(bytes, folder) {
  let text = '';
  const packed = gzipped(bytes, folder);
  for (let bit = 0; bit < packed.length * 8; bit += 6) {
    const two = (packed[bit >> 3] << 8) | (packed[(bit >> 3) + 1] ?? 0);
    text += LETTERS[(two >> (10 - (bit & 7))) & 63];
  }
  return text;
}

// A number of the module, and where the next thing begins.
function number(module, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = module[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}
function numbered(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...numbered(value >> 7)];
}

/** The module with one letter in place of each `rc_…` that it exports, and which letter that is. */
export function shortNames(module) {
  const names = {};
  const letters = [...between(97, 122), ...between(65, 90)].map((code) => String.fromCharCode(code));
  for (let at = 8; at < module.length; ) {
    let [size, begin] = number(module, at + 1);
    const end = begin + size;
    if (module[at] !== 7) {
      at = end;
      continue;
    }
    let [count, next] = number(module, begin);
    const body = [...numbered(count)];
    for (; count > 0; --count) {
      const [length, first] = number(module, next);
      const name = module.toString('latin1', first, first + length);
      const [, after] = number(module, first + length + 1);
      const word = name.startsWith('rc_') ? (names[name] = letters.shift()) : name;
      body.push(word.length, ...Buffer.from(word), ...module.subarray(first + length, after));
      next = after;
    }
    const section = Buffer.from([7, ...numbered(body.length), ...body]);
    return { names, module: Buffer.concat([module.subarray(0, at), section, module.subarray(end)]) };
  }
  throw new Error('the module exports nothing');
}

/** Source text with the names that the module's exports have in the package. */
export function withNames(text, names) {
  return text.replace(/\brc_\w+/g, (name) => {
    if (!names[name]) throw new Error(`the core does not export ${name}`);
    return names[name];
  });
}

/** A second minifier after esbuild's: 3 % smaller. For builds with `write: false`. */
export const secondMinifier = {
  name: 'second-minifier',
  setup(build) {
    build.onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles.filter(({ path }) => path.endsWith('.js'))) {
        const map = outputFiles.find((file) => file.path === `${path}.map`);
        const holdsCore = text.includes('DecompressionStream');
        const { code, map: combined } = await minify(text, {
          // A script's one name is what a page calls it by.
          module: !path.endsWith('.iife.js'),
          ecma: 2022,
          compress: {
            ecma: 2022,
            passes: 3,
            // The core's text stays at the top: gzip codes it apart from the rest, which is worth
            // 1 %. Where it is a file of its own, functions come first.
            ...(holdsCore ? { reduce_vars: false } : { hoist_funs: true }),
          },
          sourceMap: map && { content: map.text, url: `${basename(path)}.map` },
        });
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, code);
        if (map) writeFileSync(map.path, combined);
      }
    });
  },
};
