// The real hub, as a process of its own on free ports of the loopback.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
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

const LOG = join(root, 'build/log/browser-hub.log');

export class Hub {
  port = 0;
  bridgePort = 0;
  opsPort = 0;
  #process;
  #log;

  /** Serves the files of `folder`, with more of the hub's flags. */
  static async start(folder = join(root, 'web-demo/dist'), { scheme = 'http', flags = [] } = {}) {
    const hub = new Hub();
    hub.folder = folder;
    hub.flags = flags;
    mkdirSync(dirname(LOG), { recursive: true });
    hub.#log = openSync(LOG, 'a');
    await hub.restart();
    hub.origin = `${scheme}://127.0.0.1:${hub.port}`;
    return hub;
  }

  /** On the same ports; the first time on any that are free. */
  async restart() {
    const flags = [
      ...['--static-dir', this.folder],
      ...['--port', this.port, '--bridge-port', this.bridgePort, '--ops-port', this.opsPort],
      ...this.flags,
    ];
    const said = statSync(LOG).size;
    this.#process = spawn(binary(), ['serve', '--dev', ...flags.map(String)], {
      stdio: ['ignore', this.#log, this.#log],
    });
    const process = this.#process;
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!this.#listens(said)) {
      if (process.exitCode !== null) throw new Error(`the hub ended: ${LOG}`);
      if (Date.now() > deadline) throw new Error('the hub was not ready in time');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Whether it said where it listens, behind so many bytes of the log. */
  #listens(offset) {
    const lines = readFileSync(LOG).subarray(offset).toString().split('\n').slice(0, -1);
    const line = lines.find((each) => each.includes('"message":"listening"'));
    if (!line) return false;
    const told = JSON.parse(line);
    [this.port, this.bridgePort, this.opsPort] = [told.public_port, told.bridge_port, told.ops_port];
    return true;
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
