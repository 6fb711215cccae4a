"""The conformance echo as a process on a free port."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ROOMCAST_ECHO", str(ROOT / "build/dev/roomcast_conformance_echo"))
PATIENCE = 30


class EchoServer:
    """A context manager; leaving it ends the echo and sees that it had no complaint."""

    def __init__(self, *flags):
        command = [BINARY, "--port", "0", *flags]
        # Under AddressSanitizer, memory that is free counts as free.
        environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=0"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment)
        line = self.process.stdout.readline().decode()
        assert line.startswith("listening on port "), line + self.process.stderr.read().decode()
        self.port = int(line.split()[-1])

    def _status_bytes(self, name):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.split(f"{name}:")[1].split()[0]) * 1024

    def resident_bytes(self):
        """The memory that it has now."""
        return self._status_bytes("VmRSS")

    def peak_bytes(self):
        """The most that it had since forget_peak()."""
        return self._status_bytes("VmHWM")

    def forget_peak(self):
        """The peak is what it has now."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        _, said = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, said.decode()[-4000:]
