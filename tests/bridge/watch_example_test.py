#!/usr/bin/env python3
"""The examples that listen, as docs/BRIDGE.md runs them: they print what is published, and after a cut go on where
they were."""
import os
import pathlib
import queue
import subprocess
import tempfile
import threading
import unittest

import hub_process
from bridge_client_test import PATIENCE, binary_or_skip, fresh_room, text
from publish_stream_client_test import CuttingProxy

# pylint: disable=wrong-import-position,import-error
from roomcast.v1 import bridge_pb2_grpc


class Example:
    """One of them, running."""

    def __init__(self, *words, **environment):
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "no_proxy": "127.0.0.1", **environment})
        self.out, self.err = queue.Queue(), queue.Queue()
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line.rstrip("\n"))

    def wait_for(self, beginning):
        """Until it says such a line beside what it prints."""
        while not (line := self.err.get(timeout=PATIENCE)).startswith(beginning):
            pass
        return line

    def printed(self, count):
        """The next lines."""
        return [self.out.get(timeout=PATIENCE) for _ in range(count)]

    def end(self):
        """Kills it, as a machine that fails would."""
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()


class WatchExampleTest(unittest.TestCase):
    """One hub for all of them."""

    @classmethod
    def setUpClass(cls):
        cls.hub = hub_process.HubProcess(binary_or_skip())
        cls.addClassCleanup(cls.hub.close)

    def setUp(self):
        channel = hub_process.open_channel(self.hub.bridge)
        self.addCleanup(channel.close)
        self.stub = bridge_pb2_grpc.BridgeStub(channel)
        self.room = fresh_room()

    def publish(self, *contents):
        """One after the other."""
        for content in contents:
            self.stub.Publish(text(self.room, content), timeout=PATIENCE)

    def run_example(self, address, *words, **environment):
        """Running, and killed with the test."""
        program, script = words
        example = Example(program, str(hub_process.ROOT / "bridge/examples" / script), self.room, address,
                          **environment)
        self.addCleanup(example.end)
        return example

    def check_cut(self, *words):
        """What is published while the example is cut off is printed when it is back, and nothing twice."""
        proxy = CuttingProxy(int(self.hub.bridge.rsplit(":", 1)[1]))
        self.addCleanup(proxy.close)
        example = self.run_example(f"127.0.0.1:{proxy.port}", *words)
        example.wait_for("reading after 0")
        self.publish("one", "two")
        self.assertEqual(example.printed(2), [f"{self.room} 1: one", f"{self.room} 2: two"])
        proxy.cut()
        self.publish("three")
        example.wait_for("cut off")
        self.publish("four")
        self.assertEqual(example.printed(2), [f"{self.room} 3: three", f"{self.room} 4: four"])

    def test_python_goes_on_after_a_cut(self):
        self.check_cut(hub_process.sys.executable, "watch_room.py")

    def test_node_goes_on_after_a_cut(self):
        self.check_cut("node", "watch_room.mjs")

    def test_python_goes_on_after_it_was_killed(self):
        with tempfile.TemporaryDirectory() as folder:
            state = str(pathlib.Path(folder) / "state")
            words = (self.hub.bridge, hub_process.sys.executable, "watch_room.py")
            first = self.run_example(*words, WATCH_STATE=state)
            first.wait_for("reading after 0")
            self.publish("one")
            self.assertEqual(first.printed(1), [f"{self.room} 1: one"])
            # It remembers after it has printed.
            while not os.path.exists(state):
                threading.Event().wait(0.01)
            first.process.kill()
            self.publish("two")
            second = self.run_example(*words, WATCH_STATE=state)
            self.assertEqual(second.wait_for("reading after"), "reading after 1, VERDICT_RECOVERED")
            self.assertEqual(second.printed(1), [f"{self.room} 2: two"])


if __name__ == "__main__":
    unittest.main()
