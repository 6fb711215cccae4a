// Each bundler with as little configuration as its own first page says. What is built from `entry`
// lies in `folder`, with an index.html that loads it.
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { page } from './project.mjs';

const module = '<script type="module" src="main.js"></script>';

export const bundlers = {
  async esbuild(entry, folder) {
    const { build } = await import('esbuild');
    await build({ entryPoints: { main: entry }, bundle: true, format: 'esm', minify: true, outdir: folder });
    writeFileSync(join(folder, 'index.html'), page(module));
  },

  async rollup(entry, folder) {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import('@rollup/plugin-node-resolve');
    const made = await rollup({ input: { main: entry }, plugins: [nodeResolve()] });
    await made.write({ dir: folder, format: 'es' });
    await made.close();
    writeFileSync(join(folder, 'index.html'), page(module));
  },

  async webpack(entry, folder) {
    const { default: webpack } = await import('webpack');
    const compiler = webpack({
      mode: 'production',
      context: dirname(entry),
      entry,
      output: { path: folder, filename: 'main.js' },
      performance: { hints: false },
    });
    await new Promise((resolve, reject) => {
      compiler.run((error, stats) => {
        if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString('errors-only')));
        else compiler.close(resolve);
      });
    });
    writeFileSync(join(folder, 'index.html'), page('<script defer src="main.js"></script>'));
  },

  async vite(entry, folder) {
    const { build } = await import('vite');
    const root = dirname(entry);
    const name = entry.slice(root.length + 1);
    writeFileSync(join(root, 'index.html'), page(`<script type="module" src="/${name}"></script>`));
    await build({
      root,
      base: './',
      configFile: false,
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true, rollupOptions: { input: join(root, 'index.html') } },
    });
    rmSync(join(root, 'index.html'));
  },
};

/** Vite's dev server, with the hub's WebSocket behind it, as its pages say. */
export async function viteDev(entry, hub) {
  const { createServer } = await import('vite');
  const root = dirname(entry);
  writeFileSync(join(root, 'index.html'), page(`<script type="module" src="/${entry.slice(root.length + 1)}"></script>`));
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, proxy: { '/ws': { target: hub, ws: true } } },
  });
  await server.listen();
  const { port } = server.httpServer.address();
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

