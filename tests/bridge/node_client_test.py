#!/usr/bin/env python3
"""A Node backend (@grpc/grpc-js) against the real hub: the example, and bad input."""
import hashlib
import os
import subprocess
import unittest
import uuid

import grpc

import hub_process

hub_process.generate_stubs()
# pylint: disable=wrong-import-position,import-error
from roomcast.v1 import bridge_pb2, bridge_pb2_grpc

PATIENCE = 120

EXPECTED = """\
unknown method: UNIMPLEMENTED
nothing: INVALID_ARGUMENT
truncated: INVALID_ARGUMENT
noise: INVALID_ARGUMENT
wrong wire type: INVALID_ARGUMENT
invalid UTF-8: INVALID_ARGUMENT
5 MiB: RESOURCE_EXHAUSTED
20 KB of metadata: RESOURCE_EXHAUSTED
a deadline in the past: DEADLINE_EXCEEDED
cancelled: CANCELLED
management without a name: INVALID_ARGUMENT
GetHistory of nothing: INVALID_ARGUMENT
GetHistory of noise: INVALID_ARGUMENT
GetHistory of 5 MiB: RESOURCE_EXHAUSTED
GetPresence of nothing: INVALID_ARGUMENT
GetPresence of noise: INVALID_ARGUMENT
GetPresence of 5 MiB: RESOURCE_EXHAUSTED
GetPresenceCounts of nothing: INVALID_ARGUMENT
GetPresenceCounts of noise: INVALID_ARGUMENT
GetPresenceCounts of 5 MiB: RESOURCE_EXHAUSTED
history of no namespace: NOT_FOUND
ListRooms of noise: INVALID_ARGUMENT
ListRooms of invalid UTF-8: INVALID_ARGUMENT
ListRooms of 5 MiB: RESOURCE_EXHAUSTED
ListSessions of noise: INVALID_ARGUMENT
ListSessions of invalid UTF-8: INVALID_ARGUMENT
ListSessions of 5 MiB: RESOURCE_EXHAUSTED
watch: noise: INVALID_ARGUMENT
watch: truncated: INVALID_ARGUMENT
watch: invalid UTF-8: INVALID_ARGUMENT
watch: too many at once: INVALID_ARGUMENT
watch: 5 MiB: RESOURCE_EXHAUSTED
watch: 20 KB of metadata: RESOURCE_EXHAUSTED
watch: cancelled: CANCELLED
stream: nothing: INVALID_ARGUMENT
stream: noise: INVALID_ARGUMENT
stream: open twice: INVALID_ARGUMENT
stream: 5 MiB: RESOURCE_EXHAUSTED
stream: 20 KB of metadata: RESOURCE_EXHAUSTED
stream: cancelled: CANCELLED
stream: only opened: OK
stream: numbers that repeat, skip and fall: 0/107 10/ok 10/ok 11/ok 11/ok 12/ok 13/107 9/118 OK
stream: never read: slowed OK CANCELLED
rapid resets: CANCELLED
rapid resets of watches: CANCELLED
rapid resets of calls: CANCELLED
and then: OK
"""

KEYS = """\
none: UNAUTHENTICATED
none, another namespace: UNAUTHENTICATED
none, a stream: UNAUTHENTICATED
none, a stream's item elsewhere: UNAUTHENTICATED
none, another role: UNAUTHENTICATED
wrong: UNAUTHENTICATED
wrong, another namespace: UNAUTHENTICATED
wrong, a stream: UNAUTHENTICATED
wrong, a stream's item elsewhere: UNAUTHENTICATED
wrong, another role: UNAUTHENTICATED
right: OK
right, another namespace: PERMISSION_DENIED
right, a stream: OK
an item is refused: 103
right, a stream's item elsewhere: OK
right, another role: PERMISSION_DENIED
"""
KEY = "a key for Node, and for nothing else"
KEYED = f"""
namespaces: [{{name: default}}, {{name: chat}}, {{name: shop}}]
bridge:
  keys:
    - {{name: node, sha256: {hashlib.sha256(KEY.encode()).hexdigest()}, roles: [publish],
       namespaces: [chat]}}
"""


class NodeTest(unittest.TestCase):
    """One hub for all of them."""

    @classmethod
    def setUpClass(cls):
        binary = hub_process.find_binary()
        if binary is None:
            raise unittest.SkipTest("no roomcast program is built; set ROOMCAST_BINARY")
        cls.hub = hub_process.HubProcess(binary)
        cls.addClassCleanup(cls.hub.close)

    def run_node(self, script, *words):
        """What it said; it ends well."""
        ended = subprocess.run(["node", str(hub_process.ROOT / script), *words], text=True,
                               capture_output=True, timeout=PATIENCE, check=False,
                               env={**os.environ, "no_proxy": "127.0.0.1"})
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)
        return ended.stdout

    def top(self, room):
        """How many publications the room has seen, before this one."""
        with hub_process.open_channel(self.hub.bridge) as channel:
            return bridge_pb2_grpc.BridgeStub(channel).Publish(bridge_pb2.PublishRequest(
                room=room, publication=bridge_pb2.NewPublication(text="last")),
                timeout=PATIENCE).position.offset - 1

    def test_the_example_pushes(self):
        room = f"test-{uuid.uuid4().hex}"
        self.assertEqual(self.run_node("bridge/examples/push_stream.mjs", room, "5000",
                                       self.hub.bridge), "5000 messages are settled\n")
        self.assertEqual(self.top(room), 5000)

    def test_bad_input_gets_the_right_status_and_does_nothing(self):
        room = f"test-{uuid.uuid4().hex}"
        said = self.run_node("tests/bridge/bad_input.mjs", self.hub.bridge, room)
        self.assertEqual(said, EXPECTED)
        self.assertEqual(self.top(room), 1)

    def test_ten_thousand_streams_leave_others_alone(self):
        room = f"test-{uuid.uuid4().hex}"
        self.assertEqual(self.run_node("tests/bridge/many_streams.mjs", self.hub.bridge, room),
                         "1024 open, 8976 RESOURCE_EXHAUSTED\nmeanwhile: 100 OK\nand then: open, OK\n")
        self.assertEqual(self.top(room), 101)

    def test_a_key_opens_what_it_is_for(self):
        with hub_process.HubProcess(hub_process.find_binary(), KEYED) as hub:
            self.assertEqual(self.run_node("tests/bridge/wrong_keys.mjs", hub.bridge, KEY), KEYS)


if __name__ == "__main__":
    unittest.main()
