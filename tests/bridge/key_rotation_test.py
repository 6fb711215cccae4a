#!/usr/bin/env python3
"""Keys of backends that come, change and go while a hub runs."""
import hashlib
import queue
import time
import unittest
import uuid

import grpc

import hub_process
from bridge_client_test import PATIENCE, binary_or_skip, hub_error, text
from watcher import Watcher

# pylint: disable=wrong-import-position,import-error
from roomcast.v1 import bridge_pb2, bridge_pb2_grpc

ALL = "publish, read"


def settings(**keys):
    """A config with an operator's key and these: name=(roles, namespaces)."""
    lines = ["namespaces: [{name: default}, {name: chat}]", "bridge:", "  keys:"]
    for name, (roles, namespaces) in {"root": ("admin", ""), **keys}.items():
        digest = hashlib.sha256(f"key of {name}".encode()).hexdigest()
        lines.append(f'    - {{name: {name}, sha256: "{digest}", roles: [{roles}], '
                     f"namespaces: [{namespaces}]}}")
    return "\n".join(lines) + "\n"


class KeyRotationTest(unittest.TestCase):
    """One hub for each test, whose config is written anew."""

    def setUp(self):
        self.hub = hub_process.HubProcess(binary_or_skip(), settings(old=(ALL, "")))
        self.addCleanup(self.hub.close)
        self.room = f"chat:{uuid.uuid4().hex}"

    def stub(self, name):
        """The bridge, for who has this key."""
        channel = hub_process.open_channel(self.hub.bridge, f"key of {name}")
        self.addCleanup(channel.close)
        return bridge_pb2_grpc.BridgeStub(channel)

    def reload(self, **keys):
        """The settings that have changed."""
        self.hub.rewrite(settings(**keys))
        answer = self.stub("root").ReloadConfig(bridge_pb2.ReloadConfigRequest(), timeout=PATIENCE)
        self.assertEqual(list(answer.needs_restart), [])
        return list(answer.changed)

    def watcher(self, name):
        """One that reads the room."""
        watcher = Watcher(self.stub(name))
        self.addCleanup(watcher.cut)
        watcher.add(1, room=self.room)
        watcher.next("joined")
        return watcher

    def producer(self, name, producer=b""):
        """A PublishStream that is open: the call, and how to put items into it."""
        requests = queue.Queue()
        call = self.stub(name).PublishStream(iter(requests.get, None), timeout=PATIENCE)
        self.addCleanup(requests.put, None)
        self.addCleanup(call.cancel)
        requests.put(bridge_pb2.PublishStreamRequest(
            open=bridge_pb2.PublishStreamOpen(producer=producer)))
        self.assertTrue(next(call).HasField("opened"))

        def put(number):
            requests.put(bridge_pb2.PublishStreamRequest(items=[bridge_pb2.PublishItem(
                number=number, room=self.room,
                publication=bridge_pb2.NewPublication(text=str(number)))]))
        return call, put

    def end_of(self, call):
        """The status with which the hub ends it, and its code."""
        with self.assertRaises(grpc.RpcError) as caught:
            list(call)
        return caught.exception.code().name, hub_error(caught.exception).code

    def publish(self, name):
        """The status of a publish with this key."""
        try:
            self.stub(name).Publish(text(self.room), timeout=PATIENCE)
            return "OK"
        except grpc.RpcError as error:
            return error.code().name

    def test_a_key_is_replaced_without_a_pause(self):
        producer = uuid.uuid4().bytes
        call, put = self.producer("old", producer)
        watcher = self.watcher("old")
        self.assertEqual(self.reload(old=(ALL, ""), new=(ALL, "")), ["bridge.keys.new"])
        put(1)
        self.assertEqual(next(call).acks[0].published.position.offset, 1)
        self.assertEqual(len(watcher.publications(1)), 1)
        self.assertEqual((self.publish("old"), self.publish("new")), ("OK", "OK"))
        since = watcher.position(self.room)

        self.assertEqual(self.reload(new=(ALL, "")), ["bridge.keys.old"])
        self.assertEqual(self.end_of(call), ("UNAUTHENTICATED", 101))
        end = watcher.end()
        self.assertEqual((end.code().name, hub_error(end).code), ("UNAUTHENTICATED", 101))
        self.assertEqual((self.publish("old"), self.publish("new")), ("UNAUTHENTICATED", "OK"))
        # The backend comes back with its new key, and nothing is lost on its way.
        again = Watcher(self.stub("new"))
        self.addCleanup(again.cut)
        again.add(1, room=self.room, since=since)
        heard = again.publications(3)
        self.assertEqual([offset for _, offset, _ in heard], [2, 3, 4])

    def test_a_key_that_may_less_ends_its_streams(self):
        for keys, ends in (({"old": ("read", "")}, ("PERMISSION_DENIED", "UNAVAILABLE")),
                           ({"old": ("publish", "")}, ("UNAVAILABLE", "PERMISSION_DENIED")),
                           ({"old": (ALL, "default")}, ("UNAVAILABLE", "UNAVAILABLE"))):
            with self.subTest(str(keys)):
                self.reload(old=(ALL, ""))
                call, _ = self.producer("old")
                watcher = self.watcher("old")
                self.reload(**keys)
                self.assertEqual(self.end_of(call)[0], ends[0])
                self.assertEqual(watcher.end().code().name, ends[1])
        watcher = Watcher(self.stub("old"))
        self.addCleanup(watcher.cut)
        watcher.add(1, room=self.room)
        self.assertEqual(watcher.next("left").left.error.code, 103)

    def test_a_reload_without_changes_ends_nothing(self):
        call, put = self.producer("old")
        watcher = self.watcher("old")
        for _ in range(5):
            self.assertEqual(self.reload(old=(ALL, "")), [])
        put(1)
        self.assertEqual(next(call).acks[0].published.position.offset, 1)
        self.assertEqual(len(watcher.publications(1)), 1)

    def test_keys_that_cannot_be_change_nothing(self):
        call, put = self.producer("old")
        self.hub.rewrite(settings(old=(ALL, "nowhere")))
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub("root").ReloadConfig(bridge_pb2.ReloadConfigRequest(), timeout=PATIENCE)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        put(1)
        self.assertEqual(next(call).acks[0].published.position.offset, 1)

    def test_a_signal_does_the_same(self):
        watcher = self.watcher("old")
        self.hub.rewrite(settings(new=(ALL, "")))
        self.hub.reload()
        self.assertEqual(watcher.end().code(), grpc.StatusCode.UNAUTHENTICATED)
        end = time.monotonic() + PATIENCE
        while self.publish("new") != "OK":
            self.assertLess(time.monotonic(), end)


if __name__ == "__main__":
    unittest.main()
