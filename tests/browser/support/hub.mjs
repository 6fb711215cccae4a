// The real hub, as a process of its own on free ports of the loopback.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;

export function binary() {
  const built = ['build/dev/roomcast', 'build/release/roomcast'].map((path) => join(root, path));
  const found = [process.env.ROOMCAST_BINARY, ...built].find((path) => path && existsSync(path));
  if (!found) throw new Error('there is no hub: ./dev build, or ROOMCAST_BINARY=…');
  return found;
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
    })),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

export class Hub {
  #process;
  #log;

  /** Serves the files of `folder`. */
  static async start(folder = join(root, 'web-demo/dist')) {
    const hub = new Hub();
    hub.folder = folder;
    [hub.port, hub.bridgePort, hub.opsPort] = await freePorts(3);
    hub.origin = `http://127.0.0.1:${hub.port}`;
    mkdirSync(join(root, 'build/log'), { recursive: true });
    hub.#log = openSync(join(root, 'build/log/browser-hub.log'), 'a');
    await hub.restart();
    return hub;
  }

  /** On the same ports. */
  async restart() {
    const flags = [
      ...['--static-dir', this.folder],
      ...['--port', this.port, '--bridge-port', this.bridgePort, '--ops-port', this.opsPort],
    ];
    this.#process = spawn(binary(), ['serve', '--dev', ...flags.map(String)], {
      stdio: ['ignore', this.#log, this.#log],
    });
    const process = this.#process;
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await this.#ready())) {
      if (process.exitCode !== null) throw new Error('the hub ended: build/log/browser-hub.log');
      if (Date.now() > deadline) throw new Error('the hub was not ready in time');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #ready() {
    try {
      return (await fetch(`http://127.0.0.1:${this.opsPort}/readyz`)).ok;
    } catch {
      return false;
    }
  }

  /** It takes bytes from the network no more, but its sockets stay open. */
  freeze() {
    this.#process.kill('SIGSTOP');
  }

  /** SIGKILL by default: no good-bye to anybody. */
  async kill(signal = 'SIGKILL') {
    const process = this.#process;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill(signal);
    await ended;
  }

  /** `roomcast publish`, as `./dev push` calls it. */
  async publish(room, text) {
    const bridge = `127.0.0.1:${this.bridgePort}`;
    await promisify(execFile)(binary(), ['publish', '--bridge', bridge, room, text]);
  }

  /** Runs a Python program to its end, with the bridge's stubs in reach; answers what it printed. */
  async runPython(program) {
    const environment = { ...process.env, no_grpc_proxy: '127.0.0.1' };
    const stubs = `import sys; sys.path.insert(0, ${JSON.stringify(join(root, 'bridge/examples'))})`;
    const words = ['-c', `${stubs}; import roomcast_stubs\n${program}`];
    const { stdout } = await promisify(execFile)('/usr/bin/python3', words, { env: environment });
    return stdout;
  }

  /** The Python backend of the examples; ends with the returned function. */
  pushEverySecond(room) {
    const script = join(root, 'bridge/examples/push_every_second.py');
    const bridge = `127.0.0.1:${this.bridgePort}`;
    const backend = spawn('/usr/bin/python3', [script, room, bridge], {
      stdio: ['ignore', this.#log, this.#log],
    });
    return () => backend.kill('SIGTERM');
  }
}
