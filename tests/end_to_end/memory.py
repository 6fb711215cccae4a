"""The memory of a process under test: what it has, and what it took for a moment."""
import contextlib
import os
import pathlib

# Under AddressSanitizer memory that was freed is kept for a while; so little of it that what a
# process takes shows.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}


class ProcessMemory:
    """Resident memory, from /proc."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")

    def _status_bytes(self, name):
        status = (self.folder / "status").read_text(encoding="utf-8")
        return int(status.split(f"{name}:")[1].split()[0]) * 1024

    def now_bytes(self):
        """What it has now."""
        return self._status_bytes("VmRSS")

    def peak_bytes(self):
        """The most that it had since forget_peak()."""
        return self._status_bytes("VmHWM")

    def forget_peak(self):
        """The peak is what it has now."""
        (self.folder / "clear_refs").write_text("5", encoding="utf-8")

    @contextlib.contextmanager
    def bounded(self, bytes_max):
        """Inside, it never has so many bytes more than at the beginning."""
        before = self.now_bytes()
        self.forget_peak()
        yield
        grew = self.peak_bytes() - before
        assert grew < bytes_max, f"{grew} bytes more memory, the most is {bytes_max}"
