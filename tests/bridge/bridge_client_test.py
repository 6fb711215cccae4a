#!/usr/bin/env python3
"""A Python backend against the real hub: every call that exists, every refusal that has a reason."""
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys
import unittest
import uuid

import grpc

import hub_process

hub_process.generate_stubs()
# pylint: disable=wrong-import-position,import-error
from google.rpc import status_pb2
import grpc_health_v1_pb2 as health_pb2
import grpc_health_v1_pb2_grpc as health_pb2_grpc
import grpc_reflection_v1_pb2 as reflection_pb2
import grpc_reflection_v1_pb2_grpc as reflection_pb2_grpc
from roomcast.v1 import bridge_pb2, bridge_pb2_grpc

# The most a call may take on a busy machine; nothing here waits for it.
PATIENCE = 30
KEY = "a key for tests, and for nothing else"


def fresh_room():
    """A room that no other test touches, in the default namespace."""
    return f"test-{uuid.uuid4().hex}"


def text(room, content="hello", **more):
    """A PublishRequest with a text in it."""
    return bridge_pb2.PublishRequest(
        room=room, publication=bridge_pb2.NewPublication(text=content), **more)


def hub_error(error):
    """The HubError in the details of a grpc.RpcError; None: it has none."""
    for name, value in error.trailing_metadata():
        if name == "grpc-status-details-bin":
            detail = bridge_pb2.HubError()
            status = status_pb2.Status.FromString(value)
            assert status.code == error.code().value[0], status
            return detail if status.details[0].Unpack(detail) else None
    return None


class BridgeCase(unittest.TestCase):
    """Tests with a channel; `stub` is the bridge's."""

    address = None
    key = None

    def setUp(self):
        self.channel = hub_process.open_channel(self.address, self.key)
        self.addCleanup(self.channel.close)
        self.stub = bridge_pb2_grpc.BridgeStub(self.channel)

    def publish(self, request):
        """The answer's position."""
        return self.stub.Publish(request, timeout=PATIENCE).position

    def refused(self, code, call, *args, hub_code=None, **more):
        """Calls, expects this status, and gives the error."""
        with self.assertRaises(grpc.RpcError) as caught:
            call(*args, timeout=PATIENCE, **more)
        error = caught.exception
        self.assertEqual(error.code(), code, error.details())
        if hub_code is not None:
            self.assertEqual(hub_error(error).code, hub_code, error.details())
            self.assertEqual(hub_error(error).message, error.details())
        return error


class OpenBridgeTest(BridgeCase):
    """A development hub on loopback: no key is needed."""

    @classmethod
    def setUpClass(cls):
        cls.address = os.environ.get("ROOMCAST_BRIDGE")
        if cls.address is None:
            hub = hub_process.HubProcess(binary_or_skip())
            cls.addClassCleanup(hub.close)
            cls.address = hub.bridge

    def test_publish_answers_with_rising_positions_of_one_epoch(self):
        room = fresh_room()
        positions = [self.publish(text(room)) for _ in range(5)]
        self.assertEqual([position.offset for position in positions], [1, 2, 3, 4, 5])
        self.assertEqual(len({position.epoch for position in positions}), 1)
        self.assertNotEqual(positions[0].epoch, 0)

    def test_every_kind_of_content_is_taken(self):
        room = fresh_room()
        for content in ({"data": b"\x00\xff"}, {"text": "żółw"}, {"json": '{"a": 1}'}, {"text": ""}):
            publication = bridge_pb2.NewPublication(type="t", key="k", user="ada", **content)
            publication.tags.add(name="source", value="test")
            self.publish(bridge_pb2.PublishRequest(room=room, publication=publication))
        self.assertEqual(self.publish(text(room)).offset, 5)

    def test_an_ephemeral_publication_has_no_place_in_the_stream(self):
        room = fresh_room()
        publication = bridge_pb2.NewPublication(text="now or never", ephemeral=True)
        request = bridge_pb2.PublishRequest(room=room, publication=publication)
        self.assertEqual(self.publish(request).offset, 0)
        self.assertEqual(self.publish(text(room)).offset, 1)

    def test_the_same_idempotency_key_takes_effect_once(self):
        room = fresh_room()
        first = self.stub.Publish(text(room, idempotency_key="order-1"), timeout=PATIENCE)
        again = self.stub.Publish(text(room, idempotency_key="order-1"), timeout=PATIENCE)
        other = self.stub.Publish(text(room, idempotency_key="order-2"), timeout=PATIENCE)
        self.assertEqual((first.duplicate, again.duplicate, other.duplicate), (False, True, False))
        self.assertEqual(again.position, first.position)
        self.assertEqual(other.position.offset, 2)

    def test_a_broadcast_has_a_result_for_each_room(self):
        rooms = [fresh_room(), " bad name ", fresh_room(), "no-such-namespace:1"]
        request = bridge_pb2.BroadcastRequest(
            rooms=rooms, publication=bridge_pb2.NewPublication(text="to all"))
        results = self.stub.Broadcast(request, timeout=PATIENCE).results
        self.assertEqual([result.WhichOneof("outcome") for result in results],
                         ["published", "error", "published", "error"])
        self.assertEqual(results[0].published.position.offset, 1)
        self.assertEqual(results[1].error.code, 115)
        self.assertEqual(results[3].error.code, 102)

    def test_a_bad_room_is_refused_with_its_reason(self):
        self.refused(grpc.StatusCode.NOT_FOUND, self.stub.Publish, text("no-such-namespace:1"),
                     hub_code=102)
        for room in (" x", "x\ny", "r" * 256):
            self.refused(grpc.StatusCode.INVALID_ARGUMENT, self.stub.Publish, text(room),
                         hub_code=115)

    def test_what_is_required_is_missed(self):
        room = fresh_room()
        content = bridge_pb2.NewPublication(text="x")
        empty = bridge_pb2.NewPublication(type="only a type")
        for request in (bridge_pb2.PublishRequest(),
                        bridge_pb2.PublishRequest(publication=content),
                        bridge_pb2.PublishRequest(room=room),
                        bridge_pb2.PublishRequest(room=room, publication=empty)):
            self.refused(grpc.StatusCode.INVALID_ARGUMENT, self.stub.Publish, request, hub_code=107)
        self.assertEqual(self.publish(text(room)).offset, 1)

    def test_too_much_is_refused_and_others_do_not_notice(self):
        room = fresh_room()
        self.publish(text(room, "x" * 65536))
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, self.stub.Publish, text(room, "x" * 65537),
                     hub_code=116)
        self.refused(grpc.StatusCode.RESOURCE_EXHAUSTED, self.stub.Publish,
                     text(room, "x" * (5 << 20)))
        self.refused(grpc.StatusCode.RESOURCE_EXHAUSTED, self.stub.Publish, text(room),
                     metadata=[("x-filler", "x" * 20_000)], hub_code=106)
        self.assertEqual(self.publish(text(room)).offset, 2)

    def test_bytes_that_are_no_request_change_nothing(self):
        room = fresh_room().encode()
        call = self.channel.unary_unary("/roomcast.v1.Bridge/Publish")
        for name, request in (("a publication that is a number", b"\x0a%c%s\x10\x05" % (len(room), room)),
                              ("cut", b"\x0a\x7fnews"), ("noise", b"\xff" * 32)):
            with self.subTest(name):
                self.refused(grpc.StatusCode.INVALID_ARGUMENT, call, request, hub_code=107)
        self.assertEqual(self.publish(text(room.decode())).offset, 1)

    def test_a_deadline_in_the_past_publishes_nothing(self):
        room = fresh_room()
        for timeout in (0, -1):
            with self.assertRaises(grpc.RpcError) as caught:
                self.stub.Publish(text(room), timeout=timeout)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.assertEqual(self.publish(text(room)).offset, 1)

    def test_cancelled_calls_leave_the_bridge_whole(self):
        room = fresh_room()
        calls = [self.stub.Publish.future(text(room), timeout=PATIENCE) for _ in range(200)]
        for call in calls[::2]:
            call.cancel()
        done = [call.result().position.offset for call in calls[1::2]]
        # What was cancelled may have been done or not; what was not cancelled was done, once.
        self.assertEqual(len(set(done)), 100)
        self.assertLessEqual(self.publish(text(room)).offset, 201)

    def test_many_callers_at_once_each_get_a_place_of_their_own(self):
        room = fresh_room()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            offsets = list(pool.map(lambda _: self.publish(text(room)).offset, range(400)))
        self.assertEqual(sorted(offsets), list(range(1, 401)))

    def test_get_info_tells_what_the_hub_is(self):
        first = self.stub.GetInfo(bridge_pb2.GetInfoRequest(), timeout=PATIENCE)
        second = self.stub.GetInfo(bridge_pb2.GetInfoRequest(), timeout=PATIENCE)
        self.assertTrue(first.instance and first.node and first.version)
        self.assertGreaterEqual(first.shards, 1)
        self.assertEqual(first.instance, second.instance)
        self.assertGreaterEqual(second.uptime_ms, first.uptime_ms)
        self.assertGreaterEqual(second.now_at, first.now_at)

    def test_calls_of_a_later_version_are_unimplemented(self):
        self.refused(grpc.StatusCode.UNIMPLEMENTED, self.channel.unary_unary(
            "/roomcast.v1.Bridge/NoSuchCall"), b"")

    def test_health_says_serving(self):
        stub = health_pb2_grpc.HealthStub(self.channel)
        for service in ("", "roomcast.v1.Bridge"):
            answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE)
            self.assertEqual(answer.status, health_pb2.HealthCheckResponse.SERVING)

    def test_reflection_lists_and_describes_every_service(self):
        listed = ask_reflection(self.channel, reflection_pb2.ServerReflectionRequest(
            list_services="*"))[0].list_services_response.service
        names = [service.name for service in listed]
        for name in ("roomcast.v1.Bridge", "grpc.health.v1.Health"):
            self.assertIn(name, names)
        for answer in ask_reflection(self.channel, *(
                reflection_pb2.ServerReflectionRequest(file_containing_symbol=name)
                for name in names)):
            self.assertTrue(answer.file_descriptor_response.file_descriptor_proto)

    def test_the_example_pushes(self):
        room = fresh_room()
        example = pathlib.Path(hub_process.ROOT) / "bridge/examples/push_every_second.py"
        pushing = subprocess.Popen([sys.executable, str(example), room, self.address],
                                   stdout=subprocess.PIPE, text=True)
        try:
            self.assertTrue(pushing.stdout.readline().startswith(f"{room} 1: It is "))
            self.assertTrue(pushing.stdout.readline().startswith(f"{room} 2: It is "))
        finally:
            pushing.terminate()
            pushing.wait(PATIENCE)
            pushing.stdout.close()


class CommandLineTest(unittest.TestCase):
    """`roomcast publish`, `broadcast`, `info`, as a script would call them."""

    @classmethod
    def setUpClass(cls):
        cls.binary = binary_or_skip()
        hub = hub_process.HubProcess(cls.binary)
        cls.addClassCleanup(hub.close)
        cls.bridge = hub.bridge

    def run_command(self, *args, bridge=None):
        """Exit code, output, error output."""
        command = [self.binary, *args[:1], "--bridge", bridge or self.bridge, *args[1:]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_each_outcome_has_its_exit_code(self):
        room = fresh_room()
        self.assertEqual(self.run_command("publish", room, "hello"), (0, f"{room} 1\n", ""))
        code, out, err = self.run_command("publish", "no-such-namespace:1", "hello")
        self.assertEqual((code, out, err.count("\n")), (1, "", 1))
        self.assertEqual(self.run_command("publish", room)[0], 2)
        code, out, err = self.run_command("info", bridge="127.0.0.1:1")
        self.assertEqual((code, out, err.count("\n")), (3, "", 1))

    def test_info_and_broadcast_speak_json(self):
        code, out, _ = self.run_command("info", "--json")
        self.assertEqual(code, 0)
        self.assertIn('"instance":', out)
        code, out, _ = self.run_command("broadcast", "hello", fresh_room(), fresh_room(), "--json")
        self.assertEqual(code, 0)
        self.assertEqual(out.count('"offset":"1"'), 2)


class KeyedBridgeTest(BridgeCase):
    """A hub with one key, which may publish in the default namespace only."""

    @classmethod
    def setUpClass(cls):
        digest = hashlib.sha256(KEY.encode()).hexdigest()
        settings = (f"bridge:\n  keys:\n    - name: tests\n      sha256: {digest}\n"
                    "      roles: [publish]\n      namespaces: [default]\n")
        hub = hub_process.HubProcess(binary_or_skip(), settings)
        cls.addClassCleanup(hub.close)
        cls.address = hub.bridge
        cls.key = KEY

    def test_the_key_opens(self):
        self.assertEqual(self.publish(text(fresh_room())).offset, 1)

    def test_without_the_key_nothing_is_done(self):
        room = fresh_room()
        for key in (None, KEY + ".", hashlib.sha256(KEY.encode()).hexdigest()):
            with hub_process.open_channel(self.address, key) as channel:
                stub = bridge_pb2_grpc.BridgeStub(channel)
                error = self.refused(grpc.StatusCode.UNAUTHENTICATED, stub.Publish, text(room),
                                     hub_code=101)
                self.assertNotIn(KEY, error.details())
                self.refused(grpc.StatusCode.UNAUTHENTICATED, stub.GetInfo,
                             bridge_pb2.GetInfoRequest(), hub_code=101)
        self.assertEqual(self.publish(text(room)).offset, 1)

    def test_the_key_stays_in_its_namespaces(self):
        self.refused(grpc.StatusCode.PERMISSION_DENIED, self.stub.Publish, text("$user:ada"),
                     hub_code=103)

    def test_health_is_open_and_reflection_is_not(self):
        with hub_process.open_channel(self.address) as channel:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=PATIENCE)
            self.assertEqual(answer.status, health_pb2.HealthCheckResponse.SERVING)
            question = reflection_pb2.ServerReflectionRequest(list_services="*")
            with self.assertRaises(grpc.RpcError) as caught:
                ask_reflection(channel, question)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
        self.assertEqual(len(ask_reflection(self.channel, question)), 1)


def ask_reflection(channel, *questions, metadata=None):
    """The answers of one reflection stream."""
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    return list(stub.ServerReflectionInfo(iter(questions), timeout=PATIENCE, metadata=metadata))


def binary_or_skip():
    """The hub's program; skips where none is built and none was asked for."""
    binary = hub_process.find_binary()
    if binary is None:
        raise unittest.SkipTest("no roomcast program is built; set ROOMCAST_BINARY")
    return binary


if __name__ == "__main__":
    unittest.main()
