#!/usr/bin/env python3
"""A Python backend that looks and listens, against the real hub: history, presence, and Watch
through cuts, slowness, bad input and restarts of the hub."""
import threading
import time
import unittest

import grpc

import hub_process
from bridge_client_test import KEY, PATIENCE, binary_or_skip, fresh_room, hub_error, text
from watcher import Watcher

# pylint: disable=wrong-import-position,import-error
from roomcast.v1 import bridge_pb2, bridge_pb2_grpc, client_pb2

SETTINGS = """
namespaces:
  - name: default
  - name: chat
    presence: {mode: none}
  - name: here
    presence: {mode: members}
  - name: short
    history: {messages: 5}
"""


class HubCase(unittest.TestCase):
    """Tests against one hub of their own."""

    settings = SETTINGS

    @classmethod
    def setUpClass(cls):
        cls.hub = hub_process.HubProcess(binary_or_skip(), cls.settings)
        cls.addClassCleanup(cls.hub.close)

    def setUp(self):
        self.channel = hub_process.open_channel(self.hub.bridge)
        self.addCleanup(self.channel.close)
        self.stub = bridge_pb2_grpc.BridgeStub(self.channel)

    def publish(self, room, content="hello"):
        """The offset."""
        return self.stub.Publish(text(room, content), timeout=PATIENCE).position.offset

    def watcher(self, **more):
        """One that is cut when the test ends."""
        watcher = Watcher(self.stub, **more)
        self.addCleanup(watcher.cut)
        return watcher

    def refused(self, code, call, *args, hub_code=None):
        """Calls, and expects this status."""
        with self.assertRaises(grpc.RpcError) as caught:
            call(*args, timeout=PATIENCE)
        self.assertEqual(caught.exception.code(), code, caught.exception.details())
        if hub_code is not None:
            self.assertEqual(hub_error(caught.exception).code, hub_code)


class ReadTest(HubCase):
    """Questions with one answer."""

    def history(self, room, **query):
        """A HistoryPage."""
        ask = bridge_pb2.GetHistoryRequest(query=client_pb2.History(room=room, **query))
        return self.stub.GetHistory(ask, timeout=PATIENCE).page

    def test_history_runs_in_pages_both_ways(self):
        room = "chat:" + fresh_room()
        for number in range(10):
            self.publish(room, str(number))
        top = self.history(room)
        self.assertEqual((top.position.offset, len(top.publications)), (10, 0))
        first = self.history(room, limit=4)
        self.assertEqual([one.data for one in first.publications], [b"0", b"1", b"2", b"3"])
        self.assertTrue(first.more)
        rest = self.history(room, limit=100, since=client_pb2.Position(
            epoch=top.position.epoch, offset=4))
        self.assertEqual([one.offset for one in rest.publications], [5, 6, 7, 8, 9, 10])
        self.assertFalse(rest.more)
        last = self.history(room, limit=2, reverse=True)
        self.assertEqual([one.data for one in last.publications], [b"9", b"8"])

    def test_what_history_no_longer_holds_is_said_to_be_lost(self):
        room = "short:" + fresh_room()
        epoch = None
        for number in range(8):
            epoch = self.stub.Publish(text(room, str(number)), timeout=PATIENCE).position.epoch
        page = self.history(room, limit=10, since=client_pb2.Position(epoch=epoch, offset=1))
        self.assertTrue(page.lost)
        self.assertEqual([one.offset for one in page.publications], [4, 5, 6, 7, 8])

    def test_rooms_that_cannot_be_read_say_why(self):
        def ask(room):
            return bridge_pb2.GetHistoryRequest(query=client_pb2.History(room=room, limit=1))
        call = self.stub.GetHistory
        self.refused(grpc.StatusCode.NOT_FOUND, call, ask("nowhere:1"), hub_code=102)
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, call, ask(" x"), hub_code=115)
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, call, ask(""), hub_code=107)
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, call, bridge_pb2.GetHistoryRequest(),
                     hub_code=107)

    def test_presence_of_nobody_and_of_rooms_that_show_none(self):
        ask = bridge_pb2.GetPresenceRequest(query=client_pb2.PresenceGet(room="here:a"))
        page = self.stub.GetPresence(ask, timeout=PATIENCE).page
        self.assertEqual((page.snapshot.user_count, page.cursor), (0, ""))
        ask = bridge_pb2.GetPresenceRequest(query=client_pb2.PresenceGet(room="chat:a"))
        self.refused(grpc.StatusCode.FAILED_PRECONDITION, self.stub.GetPresence, ask, hub_code=108)
        rooms = [f"here:{number}" for number in range(998)] + ["chat:a", "nowhere:a"]
        counts = self.stub.GetPresenceCounts(
            bridge_pb2.GetPresenceCountsRequest(rooms=rooms), timeout=PATIENCE).results
        self.assertEqual(len(counts), 1000)
        self.assertTrue(all(one.WhichOneof("outcome") == "count" for one in counts[:998]))
        self.assertEqual([one.error.code for one in counts[998:]], [108, 102])


class WatchTest(HubCase):
    """Streams."""

    def test_the_instance_is_named_before_anything_is_asked_for(self):
        watcher = self.watcher()
        watcher.next("opened")
        info = self.stub.GetInfo(bridge_pb2.GetInfoRequest(), timeout=PATIENCE)
        self.assertEqual(watcher.instance, info.instance)

    def test_reads_rooms_since_a_position_and_new_ones_by_prefix(self):
        old, new = "chat:" + fresh_room(), "short:" + fresh_room()
        for number in range(5):
            self.publish(old, str(number))
        watcher = self.watcher()
        watcher.add(1, room=old, last_count=2)
        watcher.add(2, prefix="short:")
        joined = watcher.next("joined").joined
        self.assertEqual((joined.id, joined.room, joined.start, joined.verdict),
                         (1, old, 3, client_pb2.VERDICT_RECOVERED))
        self.assertEqual(watcher.publications(2), [(old, 4, b"3"), (old, 5, b"4")])
        deadline = time.monotonic() + PATIENCE
        heard = []
        # The prefix counts from when every shard has it.
        while not heard and time.monotonic() < deadline:
            self.publish(new, "met")
            self.publish(old, "beat")
            heard = [one for one in watcher.publications(1) if one[0] == new]
        self.assertEqual(heard[0][2], b"met")

    def test_without_credit_nothing_is_said_and_with_it_everything_is(self):
        room = "chat:" + fresh_room()
        watcher = self.watcher(credit=0)
        watcher.add(1, room=room)
        got = []
        reader = threading.Thread(target=lambda: got.append(watcher.next("opened")), daemon=True)
        reader.start()
        reader.join(0.5)
        self.assertEqual(got, [])
        watcher.ask(credit_bytes=1 << 30)
        reader.join(PATIENCE)
        self.assertEqual(len(got), 1)
        watcher.next("joined")
        self.publish(room, "now")
        self.assertEqual(watcher.publications(1), [(room, 1, b"now")])

    def test_a_cut_under_load_loses_and_repeats_nothing(self):
        room = "chat:" + fresh_room()
        stop = threading.Event()
        sent = []

        def load():
            while not stop.is_set():
                sent.append(self.publish(room, str(len(sent))))

        watcher = self.watcher()
        watcher.add(1, room=room)
        watcher.next("joined")
        instance = watcher.instance
        publisher = threading.Thread(target=load)
        publisher.start()
        heard = []
        try:
            for _ in range(8):
                heard += watcher.publications(40)
                since = watcher.position(room)
                watcher.cut()
                watcher = self.watcher()
                watcher.add(1, room=room, since=since)
                joined = watcher.next("joined").joined
                self.assertEqual(joined.verdict, client_pb2.VERDICT_RECOVERED)
                self.assertEqual(watcher.instance, instance)
        finally:
            stop.set()
            publisher.join()
        if len(sent) > len(heard):
            heard += watcher.publications(len(sent) - len(heard))
        self.assertEqual([one[1] for one in heard], sent)
        self.assertEqual([int(one[2]) for one in heard], list(range(len(sent))))

    def test_bad_adds_are_over_at_once_and_the_stream_goes_on(self):
        room = "chat:" + fresh_room()
        watcher = self.watcher()
        watcher.ask(add=[bridge_pb2.WatchAdd(id=1), bridge_pb2.WatchAdd(id=2, room="nowhere:1"),
                         bridge_pb2.WatchAdd(id=3, prefix="chat"),
                         bridge_pb2.WatchAdd(id=0, room=room),
                         bridge_pb2.WatchAdd(id=4, prefix="chat:", last_count=1)])
        left = [watcher.next("left").left for _ in range(5)]
        self.assertEqual([(one.id, one.error.code) for one in left],
                         [(1, 107), (2, 102), (3, 107), (0, 107), (4, 107)])
        watcher.ask(remove=[77])
        watcher.add(5, room=room)
        watcher.next("joined")
        watcher.ask(remove=[5])
        self.assertFalse(watcher.next("left").left.HasField("error"))

    def test_bytes_that_are_no_request_end_the_stream_and_nothing_else(self):
        other = self.watcher()
        other.next("opened")
        for junk in (b"\xff", b"\x0a\x05ab", b"\x0a\x04\x12\x02\xff\xfe"):
            call = self.channel.stream_stream("/roomcast.v1.Bridge/Watch")(
                iter([junk]), timeout=PATIENCE)
            with self.assertRaises(grpc.RpcError) as caught:
                list(call)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT, junk)
            self.assertEqual(hub_error(caught.exception).code, 107)
        room = "chat:" + fresh_room()
        other.add(1, room=room)
        other.next("joined")
        self.publish(room)
        self.assertEqual(len(other.publications(1)), 1)

    def test_streams_that_are_opened_and_cut_at_once_leave_nothing(self):
        for _ in range(200):
            call = self.stub.Watch(iter([bridge_pb2.WatchRequest(
                add=[bridge_pb2.WatchAdd(id=1, room="chat:rapid")], credit_bytes=1000)]))
            call.cancel()
        # As many as may be open at once are there for others again.
        deadline = time.monotonic() + PATIENCE
        watchers = []
        while len(watchers) < 50:
            watcher = self.watcher()
            try:
                watcher.next("opened")
                watchers.append(watcher)
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
                self.assertLess(time.monotonic(), deadline)

    def test_a_deadline_in_the_past_is_refused(self):
        watcher = Watcher(self.stub, timeout=-1)
        self.assertEqual(watcher.end().code(), grpc.StatusCode.DEADLINE_EXCEEDED)

    def test_one_that_never_reads_does_not_hold_up_the_others(self):
        room = "chat:" + fresh_room()
        stalled = self.watcher(credit=1 << 20)
        stalled.add(1, room=room)
        stalled.next("joined")
        reader = self.watcher()
        reader.add(1, room=room)
        reader.next("joined")
        payload = "x" * 20_000
        heard = []
        for number in range(300):
            self.publish(room, f"{number} {payload}")
            heard += reader.publications(1)
        self.assertEqual([one[1] for one in heard], list(range(1, 301)))
        # Six megabytes later it has what its credit paid for; then it goes on without a silent hole.
        stalled.ask(credit_bytes=1 << 40)
        at = 0
        while at < 300:
            event = stalled.next()
            kind = event.WhichOneof("body")
            if kind == "gap":
                self.assertEqual(event.gap.__getattribute__("from"), at + 1)
                at = event.gap.to
            elif kind == "room_batch":
                for one in event.room_batch.publications:
                    self.assertLessEqual(one.offset, at + 1)
                    at = max(at, one.offset)


class KeyedWatchTest(HubCase):
    """With a key that may read in one namespace."""

    settings = SETTINGS + f"""
bridge:
  keys:
    - {{name: reader, sha256: "{__import__("hashlib").sha256(KEY.encode()).hexdigest()}",
       roles: [read], namespaces: [chat]}}
"""

    def setUp(self):
        super().setUp()
        self.channel = hub_process.open_channel(self.hub.bridge, KEY)
        self.addCleanup(self.channel.close)
        self.stub = bridge_pb2_grpc.BridgeStub(self.channel)

    def test_reads_its_namespace_and_no_other(self):
        watcher = self.watcher()
        watcher.add(1, room="short:1")
        watcher.add(2, prefix="short:")
        watcher.add(3, room="chat:1")
        self.assertEqual([watcher.next("left").left.error.code for _ in range(2)], [103, 103])
        self.assertEqual(watcher.next("joined").joined.room, "chat:1")
        ask = bridge_pb2.GetHistoryRequest(query=client_pb2.History(room="short:1"))
        self.refused(grpc.StatusCode.PERMISSION_DENIED, self.stub.GetHistory, ask, hub_code=103)
        self.refused(grpc.StatusCode.PERMISSION_DENIED, self.stub.Publish, text("chat:1"),
                     hub_code=103)

    def test_without_a_key_nothing_is_opened(self):
        with hub_process.open_channel(self.hub.bridge) as channel:
            watcher = Watcher(bridge_pb2_grpc.BridgeStub(channel))
            self.assertEqual(watcher.end().code(), grpc.StatusCode.UNAUTHENTICATED)


class RestartTest(unittest.TestCase):
    """Over the life of a hub."""

    def test_the_end_of_the_hub_is_unavailable_and_the_next_life_says_so(self):
        binary = binary_or_skip()
        with hub_process.HubProcess(binary, SETTINGS) as hub:
            with hub_process.open_channel(hub.bridge) as channel:
                stub = bridge_pb2_grpc.BridgeStub(channel)
                watcher = Watcher(stub)
                watcher.add(1, room="chat:a")
                watcher.next("joined")
                stub.Publish(text("chat:a", "kept"), timeout=PATIENCE)
                self.assertEqual(len(watcher.publications(1)), 1)
                ending = threading.Thread(target=hub.terminate)
                ending.start()
                self.assertEqual(watcher.end().code(), grpc.StatusCode.UNAVAILABLE)
                ending.join()
        instance, since = watcher.instance, watcher.position("chat:a")
        with hub_process.HubProcess(binary, SETTINGS) as hub:
            with hub_process.open_channel(hub.bridge) as channel:
                watcher = Watcher(bridge_pb2_grpc.BridgeStub(channel))
                watcher.add(1, room="chat:a", since=since)
                joined = watcher.next("joined").joined
                self.assertNotEqual(watcher.instance, instance)
                self.assertEqual(joined.verdict, client_pb2.VERDICT_LOST)
                watcher.cut()


if __name__ == "__main__":
    unittest.main()
