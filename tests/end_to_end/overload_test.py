#!/usr/bin/env python3
"""Readers that do not read, and a backend that does not stop, against the real hub."""
import socket
import threading
import time
import unittest

import grpc

from hub import PATIENCE, HubCase, bridge_pb2, bridge_pb2_grpc, client_pb2, until
from wire import Peer, Stream, encode

SOFT_BYTES = 128 * 1024
READERS = 60


def publication(size):
    """A publication of so many bytes."""
    return bridge_pb2.NewPublication(data=b"x" * size)


class OverloadTest(HubCase):
    """Two shards, small outboxes and small mailboxes."""

    FLAGS = ("--shards", "2", "--set", "namespaces.chat.access.publish=anyone",
             "--set", f"outbox.soft={SOFT_BYTES}B", "--set", "outbox.hard=512KiB",
             "--set", "outbox.recovery_page=32KiB", "--set", "limits.command_burst=1000000",
             "--set", "memory.mailbox_messages=64", "--set", "memory.mailbox=1MiB")

    def setUp(self):
        self.channel = grpc.insecure_channel(self.hub.bridge, options=[("grpc.enable_http_proxy", 0)])
        self.addCleanup(self.channel.close)
        self.stub = bridge_pb2_grpc.BridgeStub(self.channel)

    def publish(self, room, size):
        """Publishes, waiting as long as the hub says where it says so."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.stub.Publish(bridge_pb2.PublishRequest(room=room, publication=publication(size)))
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def peer(self, *rooms, **options):
        """A client in these rooms, closed with the test."""
        peer = Peer(self.hub.port, **options)
        self.addCleanup(peer.close)
        peer.join(*rooms)
        return peer

    def test_readers_that_stop_cost_a_bounded_outbox_and_nobody_else_notices(self):
        readers = [self.peer("chat:loud", receive_buffer=4096) for _ in range(READERS)]
        listener, neighbour = self.peer("chat:loud"), self.peer("chat:quiet")
        count = 60
        most = 0
        for number in range(count):
            self.publish("chat:loud", 8000)
            self.assertEqual(listener.expect_publication("chat:loud").offset, number + 1)
            self.publish("chat:quiet", 10)
            self.assertEqual(neighbour.expect_publication("chat:quiet").offset, number + 1)
            most = max(most, self.hub.metric("roomcast_outbox_bytes"))
        self.assertGreater(most, READERS * SOFT_BYTES / 4, "nobody was slow")
        self.assertLess(most, READERS * (SOFT_BYTES + 2 * 8192))
        self.assertGreaterEqual(self.hub.metric("roomcast_members_behind_total"), READERS)

        # Now they read: one in bursts, one with rests, the others as fast as they can.
        streams = [Stream(reader) for reader in readers]
        streams[0].peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        for index, stream in enumerate(streams):
            while stream.position < count:
                stream.take()
                if index == 1:
                    time.sleep(0.01)
            self.assertEqual(stream.missing, 0, "history holds all of it")
        until(lambda: self.hub.metric("roomcast_outbox_bytes") == 0, "the outboxes are empty")

    def test_who_asks_and_does_not_read_is_not_read_from(self):
        peer = self.peer(receive_buffer=4096)
        flood = encode(*[client_pb2.ClientMessage(id=number, leave=client_pb2.Leave(room="chat:-"))
                         for number in range(2, 1002)])
        rounds = 120
        sender = threading.Thread(target=lambda: [peer.send(flood) for _ in range(rounds)])
        sender.start()
        # It cannot send all of it before it reads: the hub leaves the rest in the kernel.
        answered = 0
        most = 0
        while answered < rounds * 1000:
            if answered % 1000 == 0:
                most = max(most, self.hub.metric("roomcast_outbox_bytes"))
            self.assertEqual(peer.read().id, 2 + answered % 1000)
            answered += 1
        sender.join()
        self.assertLess(most, 2 * SOFT_BYTES)

    def test_a_full_mailbox_is_resource_exhausted_with_when_to_come_back(self):
        """Broadcasts to more rooms than a mailbox holds are posted in one go."""
        rooms = [f"chat:flood-{number}" for number in range(1000)]
        request = bridge_pb2.BroadcastRequest(rooms=rooms, publication=publication(1000))
        errors = until(lambda: [each.error for each in self.stub.Broadcast(request).results
                                if each.HasField("error")], "a mailbox is full of a thousand letters")
        for error in errors:
            self.assertEqual((error.code, error.temporary, error.retry_after_ms), (114, True, 100))
        # One call alone hears the same as a status.
        ended = threading.Event()

        def keep_full():
            while not ended.is_set():
                self.stub.Broadcast(request)

        threads = [threading.Thread(target=keep_full) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            refusal = until(self._refusal, "a publish finds the mailbox full")
        finally:
            ended.set()
            for thread in threads:
                thread.join()
        self.assertEqual(refusal.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assertIn(b"roomcast.v1.HubError", dict(refusal.trailing_metadata())["grpc-status-details-bin"])
        self.publish("chat:after", 10)

    def _refusal(self):
        for _ in range(200):
            try:
                self.stub.Publish(bridge_pb2.PublishRequest(room="chat:flood-1", publication=publication(10)),
                                  timeout=PATIENCE)
            except grpc.RpcError as error:
                return error
        return None


if __name__ == "__main__":
    unittest.main()
