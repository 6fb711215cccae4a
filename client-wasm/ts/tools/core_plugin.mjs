// `import packed from 'roomcast:core'`: the SDK core, gzipped and in letters. It comes from the CMake
// build (preset `wasm`); the environment's ROOMCAST_WASM names another file.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inLetters, shortNames, withNames } from './shrink.mjs';

export const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const core = resolve(
  process.env.ROOMCAST_WASM ?? join(folder, '../../build/wasm/roomcast_sdk.wasm'),
);

function readCore() {
  try {
    return readFileSync(core);
  } catch {
    console.error(
      "roomcast: the SDK core is not built; from the repository's root:\n" +
        '  cmake --preset wasm && cmake --build --preset wasm --target roomcast_sdk',
    );
    process.exit(1);
  }
}

// A custom section at the end names the build, so that JavaScript and core of two builds are told
// apart whatever a server or a cache made of them.
function named(module, build) {
  const word = (text) => [text.length, ...Buffer.from(text)];
  const body = [...word('roomcast.build'), ...Buffer.from(build)];
  return Buffer.concat([module, Buffer.from([0, body.length, ...body])]);
}

const { module, names } = shortNames(readCore());
const build = createHash('sha256').update(module).digest('hex').slice(0, 12);
export const wasm = named(module, build);
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

const plugin = {
  name: 'inline-core',
  setup(build) {
    build.onResolve({ filter: /^roomcast:core$/ }, ({ path }) => ({ path, namespace: 'core' }));
    build.onLoad({ filter: /.*/, namespace: 'core' }, () => ({
      contents: `export default '${inLetters(wasm, join(folder, 'dist'))}';`,
      loader: 'js',
    }));
    build.onLoad({ filter: /\bts\/(src|test|bench)\/.*\.ts$/ }, ({ path }) => ({
      contents: withNames(readFileSync(path, 'utf8'), names),
      loader: 'ts',
    }));
  },
};

/** What the package and its tests are bundled with alike. */
export const common = {
  absWorkingDir: folder,
  bundle: true,
  format: 'esm',
  target: ['es2022'],
  define: {
    ROOMCAST_VERSION: JSON.stringify(version),
    ROOMCAST_BUILD: JSON.stringify(build),
    ROOMCAST_NAMES: JSON.stringify(names),
  },
  plugins: [plugin],
  logLevel: 'warning',
};
