#!/usr/bin/env python3
"""PublishStream from a Python backend against the real hub: what it promises, bad input, and cuts."""
import queue
import socket
import subprocess
import threading
import unittest
import uuid

import grpc

import hub_process

hub_process.generate_stubs()
# pylint: disable=wrong-import-position,import-error
from roomcast.v1 import bridge_pb2, bridge_pb2_grpc

# The most anything may take on a busy machine; nothing here waits for it.
PATIENCE = 60


def item(number, room, content=None):
    """One item with a text in it."""
    return bridge_pb2.PublishItem(number=number, room=room, publication=bridge_pb2.NewPublication(
        text=str(number) if content is None else content))


class Producer:
    """One stream: what is put into it is written, and acks are read one by one."""

    def __init__(self, stub, producer=b"", instance=""):
        self._requests = queue.Queue()
        self.call = stub.PublishStream(iter(self._requests.get, None), timeout=PATIENCE)
        self.write(bridge_pb2.PublishStreamRequest(
            open=bridge_pb2.PublishStreamOpen(producer=producer, instance=instance)))
        self._acks = []
        self.credits = 0
        self.opened = None

    def write(self, request):
        """Sends it, sooner or later."""
        self._requests.put(request)

    def send(self, *items, **more):
        """Sends these items in one message."""
        self.write(bridge_pb2.PublishStreamRequest(items=items, **more))

    def open(self):
        """Reads until the stream is opened."""
        while self.opened is None:
            self._read()
        return self

    def _read(self):
        response = next(self.call)
        if response.HasField("opened"):
            self.opened = response.opened
        self.credits += response.credits
        self._acks += response.acks

    def acks(self, count):
        """The next acks."""
        while len(self._acks) < count:
            self._read()
        taken, self._acks = self._acks[:count], self._acks[count:]
        return taken

    def close(self):
        """Says that it writes no more, and reads to the end."""
        self._requests.put(None)
        for response in self.call:
            self._acks += response.acks
        return self._acks


class StreamCase(unittest.TestCase):
    """Tests with a hub of two shards."""

    @classmethod
    def setUpClass(cls):
        binary = hub_process.find_binary()
        if binary is None:
            raise unittest.SkipTest("no roomcast program is built; set ROOMCAST_BINARY")
        cls.hub = hub_process.HubProcess(binary, "shards: 2\n")
        cls.addClassCleanup(cls.hub.close)

    def setUp(self):
        self.channel = hub_process.open_channel(self.hub.bridge)
        self.addCleanup(self.channel.close)
        self.stub = bridge_pb2_grpc.BridgeStub(self.channel)
        self.room = f"test-{uuid.uuid4().hex}"

    def top(self, room=None):
        """How many publications the room has seen, before this one."""
        return self.stub.Publish(bridge_pb2.PublishRequest(
            room=room or self.room, publication=bridge_pb2.NewPublication(text="last")),
            timeout=PATIENCE).position.offset - 1

    def refused(self, code, producer):
        """Reads to the end, which has to be this one."""
        with self.assertRaises(grpc.RpcError) as caught:
            producer.open().close()
        self.assertEqual(caught.exception.code(), code, caught.exception.details())


class PublishStreamTest(StreamCase):
    """What the schema says of it."""

    def test_items_over_many_rooms_are_each_acknowledged_in_their_rooms_order(self):
        producer = Producer(self.stub, uuid.uuid4().bytes).open()
        self.assertEqual(producer.opened.instance,
                         self.stub.GetInfo(bridge_pb2.GetInfoRequest()).instance)
        rooms = [f"{self.room}-{number}" for number in range(8)]
        for start in range(1, 801, 80):
            producer.send(*(item(number, rooms[number % 8]) for number in range(start, start + 80)))
        seen = {room: [] for room in rooms}
        for ack in producer.acks(800):
            self.assertEqual(ack.WhichOneof("outcome"), "published")
            self.assertFalse(ack.published.duplicate)
            seen[rooms[ack.number % 8]].append((ack.number, ack.published.position.offset))
        for room, pairs in seen.items():
            self.assertEqual([offset for _, offset in pairs], list(range(1, 101)), room)
            self.assertEqual(pairs, sorted(pairs), room)
        self.assertGreaterEqual(producer.credits, 800)
        self.assertEqual(producer.close(), [])

    def test_what_was_accepted_before_a_cut_is_not_accepted_again(self):
        name = uuid.uuid4().bytes
        first = Producer(self.stub, name).open()
        first.send(*(item(number, self.room) for number in range(1, 1001)))
        positions = {ack.number: ack.published.position for ack in first.acks(1000)}
        first.call.cancel()
        again = Producer(self.stub, name, first.opened.instance).open()
        self.assertEqual(again.opened.instance, first.opened.instance)
        self.assertEqual(again.opened.settled_up_to, 1000)
        again.send(*(item(number, self.room) for number in range(1, 1011)))
        for ack in again.acks(1010):
            self.assertEqual(ack.published.duplicate, ack.number <= 1000)
            if ack.number in positions:
                self.assertEqual(ack.published.position, positions[ack.number])
        again.close()
        self.assertEqual(self.top(), 1010)

    def test_errors_are_of_their_items_and_the_stream_goes_on(self):
        producer = Producer(self.stub, uuid.uuid4().bytes).open()
        producer.send(item(1, self.room), item(2, "no-such-namespace:1"), item(3, " x"),
                      item(4, self.room, "x" * 65_537), bridge_pb2.PublishItem(number=5),
                      bridge_pb2.PublishItem(number=6, room=self.room), item(7, self.room),
                      item(9, self.room), item(7, self.room), item(0, self.room))
        codes = sorted((ack.number, ack.error.code) for ack in producer.acks(10))
        self.assertEqual(codes, [(0, 107), (1, 0), (2, 102), (3, 115), (4, 116), (5, 107), (6, 107),
                                 (7, 0), (7, 0), (9, 107)])
        producer.close()
        self.assertEqual(self.top(), 2)

    def test_a_cancelled_stream_and_one_past_its_deadline_leave_the_bridge_whole(self):
        for number in range(50):
            producer = Producer(self.stub, uuid.uuid4().bytes)
            producer.send(item(1, self.room))
            if number % 2:
                producer.open()
            producer.call.cancel()
        late = self.stub.PublishStream(iter([]), timeout=-1)
        with self.assertRaises(grpc.RpcError) as caught:
            next(late)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        producer = Producer(self.stub, uuid.uuid4().bytes).open()
        producer.send(item(1, self.room))
        self.assertEqual(len(producer.acks(1)), 1)
        producer.close()


class BadInputTest(StreamCase):
    """Streams that make no sense: the right status, nothing half done."""

    def test_streams_that_make_no_sense_end_with_their_reason(self):
        code = grpc.StatusCode.INVALID_ARGUMENT
        call = self.channel.stream_stream("/roomcast.v1.Bridge/PublishStream")
        bad_text = bridge_pb2.PublishStreamRequest(
            open=bridge_pb2.PublishStreamOpen(), items=[item(1, self.room, "@@@@")])
        for name, request in (("truncated", b"\x12\x7f"), ("noise", b"\xff" * 64),
                              ("nothing", b""), ("no open", bridge_pb2.PublishStreamRequest(
                                  items=[item(1, self.room)]).SerializeToString()),
                              ("open is a number", b"\x08\x05"),
                              ("invalid UTF-8", bad_text.SerializeToString().replace(
                                  b"@@@@", b"@\xff\xfe@"))):
            with self.subTest(name), self.assertRaises(grpc.RpcError) as caught:
                list(call(iter([request]), timeout=PATIENCE))
            self.assertEqual(caught.exception.code(), code, name)
        self.assertEqual(self.top(), 0)

    def test_too_much_is_refused_and_others_do_not_notice(self):
        other = Producer(self.stub, uuid.uuid4().bytes).open()
        call = self.channel.stream_stream("/roomcast.v1.Bridge/PublishStream")
        for request, metadata in ((b"\x12" + b"\xff\xff\xbf\x02" + b"x" * (5 << 20), None),
                                  (b"", [("x-filler", "x" * 20_000)])):
            with self.assertRaises(grpc.RpcError) as caught:
                list(call(iter([request]), timeout=PATIENCE, metadata=metadata))
            self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        many = bridge_pb2.PublishStreamRequest(
            open=bridge_pb2.PublishStreamOpen(),
            items=[item(number, self.room) for number in range(1, 5000)]).SerializeToString()
        with self.assertRaises(grpc.RpcError) as caught:
            list(call(iter([many]), timeout=PATIENCE))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        other.send(item(1, self.room))
        self.assertEqual(other.acks(1)[0].published.position.offset, 1)
        other.close()

    def test_a_producer_that_never_reads_is_slowed_and_others_are_not(self):
        stop = threading.Event()

        def pour():
            yield bridge_pb2.PublishStreamRequest(open=bridge_pb2.PublishStreamOpen(), ack_credits=1)
            number = 0
            while not stop.is_set() and number < 400_000:
                yield bridge_pb2.PublishStreamRequest(
                    items=[item(number + 1 + at, self.room, "x" * 1000) for at in range(100)])
                number += 100

        stalled = self.stub.PublishStream(pour(), timeout=PATIENCE)
        next(stalled)
        quick = Producer(self.stub, uuid.uuid4().bytes).open()
        for number in range(1, 200):
            quick.send(item(number, f"{self.room}-other"))
            self.assertEqual(quick.acks(1)[0].number, number)
        stop.set()
        stalled.cancel()
        quick.close()
        self.assertLess(self.top(), 4096 + 4200, "the window, and what was on its way")

    def test_a_crowd_of_streams_and_rapid_resets_leave_nothing_behind(self):
        for _ in range(10):
            calls = [self.stub.PublishStream(iter([bridge_pb2.PublishStreamRequest(
                open=bridge_pb2.PublishStreamOpen())]), timeout=PATIENCE) for _ in range(100)]
            for call in calls:
                call.cancel()
        self.assertEqual(self.top(), 0)


class CuttingProxy:
    """Passes bytes on to a port, and cuts all connections when it is told to."""

    def __init__(self, port):
        self.target = port
        self._sockets = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            with self._lock:
                self._sockets += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pass(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """Ends every connection; new ones are taken."""
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for each in sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def close(self):
        """Ends all of it."""
        self._listener.close()
        self.cut()


class InstanceTest(unittest.TestCase):
    """A hub dies, and another life of it takes its place."""

    def hub(self):
        """One more."""
        binary = hub_process.find_binary()
        if binary is None:
            raise unittest.SkipTest("no roomcast program is built; set ROOMCAST_BINARY")
        hub = hub_process.HubProcess(binary)
        self.addCleanup(hub.close)
        return hub

    def stub(self, hub):
        """Its bridge."""
        channel = hub_process.open_channel(hub.bridge)
        self.addCleanup(channel.close)
        return bridge_pb2_grpc.BridgeStub(channel)

    def test_a_new_instance_is_said_at_once_and_numbers_go_on(self):
        name = uuid.uuid4().bytes
        before = Producer(self.stub(self.hub()), name).open()
        before.send(*(item(number, "news") for number in range(1, 11)))
        self.assertEqual(len(before.acks(10)), 10)
        after = Producer(self.stub(self.hub()), name, before.opened.instance).open()
        self.assertNotEqual(after.opened.instance, before.opened.instance)
        self.assertEqual(after.opened.settled_up_to, 0)
        after.send(item(11, "news"), item(12, "news"))
        self.assertEqual([ack.published.position.offset for ack in after.acks(2)], [1, 2])
        after.close()

    def test_the_hubs_end_is_unavailable(self):
        hub = self.hub()
        producer = Producer(self.stub(hub), uuid.uuid4().bytes).open()
        producer.send(item(1, "news"))
        self.assertEqual(len(producer.acks(1)), 1)
        self.assertEqual(hub.close(), 0)
        with self.assertRaises(grpc.RpcError) as caught:
            producer.close()
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertEqual(caught.exception.details(), "the hub stops")

    def test_an_example_under_load_names_what_it_does_not_know(self):
        first, second = self.hub(), self.hub()
        proxy = CuttingProxy(int(first.bridge.rsplit(":", 1)[1]))
        self.addCleanup(proxy.close)
        count = 100_000
        with push_many(f"127.0.0.1:{proxy.port}", "news", count) as program:
            try:
                program.wait(0.5)
            except subprocess.TimeoutExpired:
                pass
            proxy.target = int(second.bridge.rsplit(":", 1)[1])
            proxy.cut()
            out, err = program.communicate(timeout=PATIENCE)
        self.assertEqual(err, "", out)
        published, refused, unknown, reconnects = (int(word) for word in out.replace(",", "").split()
                                                   if word.isdigit())
        self.assertGreater(reconnects, 0, "it was never cut")
        self.assertEqual((published + unknown, refused), (count, 0), out)
        in_both = [self.stub(hub).Publish(bridge_pb2.PublishRequest(
            room="news", publication=bridge_pb2.NewPublication(text="last"))).position.offset - 1
            for hub in (first, second)]
        self.assertGreater(in_both[1], 0)
        # Nothing was sent to both; and what is unknown is there or is not.
        self.assertGreaterEqual(sum(in_both), published)
        self.assertLessEqual(sum(in_both), count)


def push_many(address, room, count):
    """The C++ example under way."""
    beside = hub_process.pathlib.Path(hub_process.find_binary()).with_name("roomcast_push_many")
    return subprocess.Popen([str(beside), room, str(count), address], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


class ExampleTest(StreamCase):
    """The C++ example, and what a cut under load does to it."""

    COUNT = 60_000

    def push_many(self, address, count):
        """The example under way, into this test's room."""
        return push_many(address, self.room, count)

    def test_it_pushes(self):
        with self.push_many(self.hub.bridge, 1000) as program:
            out, err = program.communicate(timeout=PATIENCE)
        self.assertEqual((program.returncode, err), (0, ""))
        self.assertEqual(out, "published 1000, refused 0, unknown 0, reconnects 0\n")
        self.assertEqual(self.top(), 1000)

    def test_the_python_example_pushes_too(self):
        example = hub_process.ROOT / "bridge/examples/push_stream.py"
        ended = subprocess.run([hub_process.sys.executable, str(example), self.room, "500",
                                self.hub.bridge], capture_output=True, text=True, timeout=PATIENCE,
                               check=False)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertEqual(ended.stdout, "500 messages are settled\n")
        self.assertEqual(self.top(), 500)

    def test_cuts_under_load_lose_and_repeat_nothing(self):
        proxy = CuttingProxy(int(self.hub.bridge.rsplit(":", 1)[1]))
        self.addCleanup(proxy.close)
        with self.push_many(f"127.0.0.1:{proxy.port}", self.COUNT) as program:
            cuts = 0
            while cuts < 3 and program.poll() is None:
                try:
                    program.wait(0.4)
                except subprocess.TimeoutExpired:
                    proxy.cut()
                    cuts += 1
            out, err = program.communicate(timeout=PATIENCE)
        self.assertEqual((program.returncode, err), (0, ""), out)
        self.assertTrue(out.startswith(f"published {self.COUNT}, refused 0, unknown 0, "), out)
        self.assertGreater(int(out.split()[-1]), 0, f"it was never cut: {out}")
        self.assertEqual(self.top(), self.COUNT)


if __name__ == "__main__":
    unittest.main()
