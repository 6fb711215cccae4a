"""The conformance echo as a process on a free port."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end"))
# pylint: disable=wrong-import-position
import memory

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ROOMCAST_ECHO", str(ROOT / "build/dev/roomcast_conformance_echo"))
PATIENCE = 30


class EchoServer:
    """A context manager; leaving it ends the echo and sees that it had no complaint."""

    def __init__(self, *flags):
        command = [BINARY, "--port", "0", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=memory.ENVIRONMENT)
        self.memory = memory.ProcessMemory(self.process.pid)
        line = self.process.stdout.readline().decode()
        assert line.startswith("listening on port "), line + self.process.stderr.read().decode()
        self.port = int(line.split()[-1])

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        _, said = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, said.decode()[-4000:]
