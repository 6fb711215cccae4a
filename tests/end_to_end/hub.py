"""The real hub for tests: a process on free ports, its log, its metrics, and the schema's classes."""
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ROOMCAST_BINARY", str(ROOT / "build/dev/roomcast"))
# Small in ./dev test; ROOMCAST_FIGURES=full shows what the hub is built for.
FULL = os.environ.get("ROOMCAST_FIGURES") == "full"
# The most that anything may take on a busy machine; nothing here waits for it to pass.
PATIENCE = 30

_OUT = tempfile.mkdtemp(prefix="roomcast-schema-")
if protoc.main(["protoc", f"-I{ROOT / 'proto'}", f"--python_out={_OUT}", f"--grpc_python_out={_OUT}",
                "roomcast/v1/client.proto", "roomcast/v1/bridge.proto"]):
    raise RuntimeError("protoc does not like the schema")
sys.path.insert(0, _OUT)
# pylint: disable=wrong-import-position,import-error,unused-import
from roomcast.v1 import bridge_pb2, bridge_pb2_grpc, client_pb2

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def until(condition, what):
    """Waits until condition() says something true, and returns that."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {PATIENCE} s: {what}")


def run(*words):
    """Runs the program with these words to its end."""
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=PATIENCE,
                          check=False)


def raise_descriptors(count):
    """For a test's own process, which holds the other ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


class Hub:
    """`roomcast serve --dev` with more flags. A context manager; leaving it ends the hub.
    `descriptors`: the most files that it may have open. `environment`: of its process."""

    def __init__(self, *flags, ports=(0, 0, 0), descriptors=None, environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="roomcast-hub-")
        self.log_file = pathlib.Path(self.folder.name) / "log"
        command = [BINARY, "serve", "--dev"]
        for name, port in zip(("--port", "--bridge-port", "--ops-port"), ports):
            command += [name, str(port)]
        if descriptors:
            command = ["prlimit", f"--nofile={descriptors}:{descriptors}", *command]
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen([*command, *flags], stdout=log, stderr=log,
                                            env=environment)
        try:
            listening = until(self._listening, "the hub listens")
        except AssertionError:
            self.end()
            raise
        self.port = listening["public_port"]
        self.bridge = f"127.0.0.1:{listening['bridge_port']}"
        self.ops_port = listening["ops_port"]
        self.ports = (self.port, listening["bridge_port"], self.ops_port)

    def _listening(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the hub ended; it said:\n{self.said()}")
        return self.log_line("listening")

    def said(self):
        """All that it wrote."""
        return self.log_file.read_text(encoding="utf-8")

    def said_last(self):
        """The end of it, for who wants to know why a test failed."""
        return "the hub said last:\n" + "\n".join(
            line[:400] for line in self.said().splitlines()[-12:])

    def log_lines(self):
        """The log's whole lines, as objects."""
        return [json.loads(line) for line in self.said().splitlines(keepends=True)
                if line.endswith("\n")]

    def log_line(self, message, **fields):
        """The first line with this message and these fields. None: there is none."""
        for line in self.log_lines():
            if line["message"] == message and fields.items() <= line.items():
                return line
        return None

    def get(self, path, port=None):
        """An HTTP GET: status and text."""
        try:
            with _OPENER.open(f"http://127.0.0.1:{port or self.ops_port}{path}",
                              timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, series):
        """The value of one series, written as /metrics has it."""
        found = re.search(rf"^{re.escape(series)} (\S+)$", self.get("/metrics")[1], re.MULTILINE)
        if not found:
            raise AssertionError(f"/metrics has no {series}")
        return float(found[1])

    def cpu_seconds(self):
        """What the process has used so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def terminate(self):
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self):
        """Ends it if it runs, and takes its files away."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None:
            error.add_note(self.said_last())
        self.end()


class HubCase(unittest.TestCase):
    """Tests that share one hub, started with FLAGS. It has to be running, and silent about broken
    invariants and sanitizers, at the end."""

    FLAGS = ()
    # Of the hub's process; None: the test's own.
    ENVIRONMENT = None

    @classmethod
    def setUpClass(cls):
        cls.hub = Hub(*cls.FLAGS, environment=cls.ENVIRONMENT)

    def run(self, result=None):
        """A test that fails shows what the hub said."""
        told = [result.failures, result.errors]
        before = [len(each) for each in told]
        super().run(result)
        for each, count in zip(told, before):
            each[count:] = [(test, f"{text}\n{self.hub.said_last()}\n")
                            for test, text in each[count:]]

    @classmethod
    def tearDownClass(cls):
        running = cls.hub.process.poll() is None
        code = cls.hub.terminate() if running else cls.hub.process.returncode
        said = cls.hub.said()
        cls.hub.end()
        if not running or code != 0:
            raise AssertionError(f"the hub ended with {code}; it said:\n{said[-4000:]}")
