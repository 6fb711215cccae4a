"""The real hub, for tests: a process on ports of its own, and channels to its bridge."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import grpc
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 30


def generate_stubs():
    """Puts the stubs of the bridge, health, reflection and google.rpc.Status on the path."""
    out = tempfile.mkdtemp(prefix="roomcast-stubs-")
    interop = ROOT / "bridge/interop"
    reflection = pathlib.Path(out) / "grpc_reflection_v1.proto"
    template = (interop / "grpc/reflection/reflection.proto.in").read_text(encoding="utf-8")
    reflection.write_text(template.replace("@REFLECTION_VERSION@", "v1"), encoding="utf-8")
    # Health and reflection live in Python's own `grpc` package: generated under flat names instead.
    health = pathlib.Path(out) / "grpc_health_v1.proto"
    health.write_bytes((interop / "grpc/health/v1/health.proto").read_bytes())
    failed = protoc.main(["protoc", f"-I{ROOT / 'proto'}", f"-I{interop}", f"-I{out}",
                          "-I/usr/include", f"--python_out={out}", f"--grpc_python_out={out}",
                          "roomcast/v1/client.proto", "roomcast/v1/bridge.proto",
                          "google/rpc/status.proto", health.name, reflection.name])
    if failed:
        raise RuntimeError("protoc failed")
    sys.path.insert(0, out)


def find_binary():
    """The program to test: ROOMCAST_BINARY, or the one that was built last. None: there is none."""
    named = os.environ.get("ROOMCAST_BINARY")
    if named:
        return named
    built = sorted(ROOT.glob("build/*/roomcast"), key=lambda path: path.stat().st_mtime)
    return str(built[-1]) if built else None


def open_channel(address, key=None):
    """A channel to the bridge at `address` that shows `key` with every call."""
    channel = grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])
    return grpc.intercept_channel(channel, _Bearer(key)) if key else channel


class HubProcess:
    """`roomcast serve --dev`, with more settings as YAML text. A context manager."""

    def __init__(self, binary, settings=""):
        self._folder = tempfile.TemporaryDirectory(prefix="roomcast-hub-")
        folder = pathlib.Path(self._folder.name)
        self._config = folder / "hub.yaml"
        self.rewrite(settings)
        self._log = folder / "log"
        command = [binary, "serve", "--dev", "--address", "127.0.0.1", "--port", "0",
                   "--bridge-port", "0", "--ops-port", "0"]
        if settings:
            command += ["--config", str(self._config)]
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self.bridge = f"127.0.0.1:{self._wait()}"

    def _wait(self):
        """The bridge's port, when the hub says that it listens."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            for line in self._log.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.endswith("\n") and '"message":"listening"' in line:
                    return json.loads(line)["bridge_port"]
            time.sleep(0.05)
        said = self._log.read_text(encoding="utf-8", errors="replace")
        self.close()
        raise RuntimeError(f"the hub did not start within {START_SECONDS} s; it said:\n{said}")

    def rewrite(self, settings):
        """The config says this from the next reload on, if it said anything before."""
        self._config.write_text(settings, encoding="utf-8")

    def reload(self):
        """Asks the hub to read its config again, as an operator does, and does not wait."""
        self._process.send_signal(signal.SIGHUP)

    def terminate(self):
        """Asks the hub to end, and does not wait."""
        self._process.terminate()

    def close(self):
        """Ends the hub; its exit code."""
        self._process.terminate()
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


class _Bearer(grpc.UnaryUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Adds the key to every call's metadata."""

    def __init__(self, key):
        self._entry = ("authorization", f"Bearer {key}")

    def _with_key(self, details):
        metadata = list(details.metadata or []) + [self._entry]
        return details._replace(metadata=metadata)

    def intercept_unary_unary(self, continuation, client_call_details, request):
        return continuation(self._with_key(client_call_details), request)

    def intercept_stream_stream(self, continuation, client_call_details, request_iterator):
        return continuation(self._with_key(client_call_details), request_iterator)
