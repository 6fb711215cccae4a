#!/usr/bin/env python3
"""Backends that are stuck, against the real hub: streams that nobody reads, in processes that are stopped. Its
shards do not wait for them, and who is not stuck does not notice."""
import contextlib
import signal
import subprocess
import sys
import threading
import time
import unittest

import grpc

from hub import PATIENCE, HubCase, bridge_pb2, bridge_pb2_grpc, until
from wire import Peer

STUCK = 4
ROUNDS = 300
LOUD = "chat:loud"


def open_stub(address):
    """A connection of its own."""
    return bridge_pb2_grpc.BridgeStub(grpc.insecure_channel(address, options=[
        ("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]))


def items(first, count, size):
    """A message of a PublishStream."""
    return bridge_pb2.PublishStreamRequest(items=[
        bridge_pb2.PublishItem(number=number, room=LOUD,
                               publication=bridge_pb2.NewPublication(data=b"x" * size))
        for number in range(first, first + count)])


def be_stuck(address):
    """In a process of its own: a Watch and a PublishStream that are opened and not read any more. The second
    goes on to pour."""
    stub, forever = open_stub(address), threading.Event()

    def watch():
        yield bridge_pb2.WatchRequest(add=[bridge_pb2.WatchAdd(id=1, room=LOUD)], credit_bytes=1 << 40)
        forever.wait()

    def pour():
        yield bridge_pb2.PublishStreamRequest(open=bridge_pb2.PublishStreamOpen())
        for first in range(1, 1 << 40, 100):
            yield items(first, 100, 100)

    streams = [stub.Watch(watch(), timeout=PATIENCE), stub.PublishStream(pour(), timeout=PATIENCE)]
    for stream in streams:
        next(stream)
    print("open", flush=True)
    forever.wait()


class StuckBackendTest(HubCase):
    """One shard, so that all of them meet there."""

    FLAGS = ("--shards", "1", "--set", "namespaces.chat.access.publish=anyone")

    def turns(self, within="+Inf"):
        """How many turns of the loop were that short."""
        return self.hub.metric(f'roomcast_loop_turn_seconds_bucket{{le="{within}"}}')

    def stick(self):
        """A backend that has opened its streams."""
        stuck = subprocess.Popen([sys.executable, __file__, "stuck", self.hub.bridge],
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(stuck.wait, PATIENCE)
        self.addCleanup(stuck.kill)
        self.addCleanup(stuck.stdout.close)
        self.assertEqual(stuck.stdout.readline(), "open\n")
        return stuck

    def load(self):
        """A backend that reads, and publishes what the stuck ones do not: so much at once that the shard says it
        to them in many writes. Until the returned event is set."""
        over, acked = threading.Event(), threading.Semaphore(20)

        def pour():
            yield bridge_pb2.PublishStreamRequest(open=bridge_pb2.PublishStreamOpen())
            first = 1
            while not over.is_set():
                if acked.acquire(timeout=0.1):
                    yield items(first, 10, 2000)
                    first += 10

        def run():
            # Where it does not end by itself the test has failed already.
            with contextlib.suppress(grpc.RpcError):
                for response in open_stub(self.hub.bridge).PublishStream(pour(), timeout=PATIENCE):
                    for ack in response.acks:
                        if ack.number % 10 == 0:
                            acked.release()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, PATIENCE)
        self.addCleanup(over.set)
        return over

    def test_a_shard_does_not_wait_for_them(self):
        stub = open_stub(self.hub.bridge)
        member = Peer(self.hub.port)
        self.addCleanup(member.close)
        member.join("chat:quiet")
        stuck = [self.stick() for _ in range(STUCK)]
        for backend in stuck:
            backend.send_signal(signal.SIGSTOP)
        over = self.load()
        until(lambda: self.hub.metric("roomcast_members_behind_total") >= STUCK,
              "each Watch has as much as it may hold")
        turns, long_turns = self.turns(), self.turns() - self.turns("0.1")
        took = []
        for number in range(ROUNDS):
            began = time.monotonic()
            stub.Publish(bridge_pb2.PublishRequest(
                room="chat:quiet", publication=bridge_pb2.NewPublication(data=b"%d" % number)),
                timeout=PATIENCE)
            self.assertEqual(member.expect_publication("chat:quiet").data, b"%d" % number)
            if number % 10 == 0:
                member.publish("chat:mine", b"x")
            took.append(time.monotonic() - began)
        over.set()
        # A busy machine may take a core away for a moment; a shard that waits takes that long every time.
        self.assertLess(sorted(took)[ROUNDS * 9 // 10], 0.25)
        # Not before either: a stuck stream ends at its deadline, and would let a shard go on that waits for it.
        within = self.turns()
        self.assertGreaterEqual(self.turns("1"), within, "a turn took longer than a second")
        all_turns = self.turns()
        self.assertGreater(all_turns - turns, ROUNDS)
        long_turns = all_turns - self.turns("0.1") - long_turns
        self.assertLess(long_turns, ROUNDS / 20)
        for backend in stuck:
            self.assertIsNone(backend.poll())
            backend.kill()
        member.publish("chat:quiet", b"and then")


if __name__ == "__main__":
    if sys.argv[1:2] == ["stuck"]:
        be_stuck(sys.argv[2])
    else:
        unittest.main()
