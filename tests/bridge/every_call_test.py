#!/usr/bin/env python3
"""Every call of the bridge, as a tool finds it by reflection: described, called well, and called
badly. A call that is not in the tables here is a failure."""
import hashlib
import unittest

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor

import hub_process
from bridge_client_test import PATIENCE, ask_reflection, binary_or_skip, hub_error, reflection_pb2

SERVICE = "roomcast.v1.Bridge"
MANY = 200

CONTENT = {"text": "hello"}
# A request that does something, as JSON; and the answer that shows it (None: any).
GOOD = {
    "Publish": ({"room": "chat:1", "publication": CONTENT}, "position"),
    "Broadcast": ({"rooms": ["chat:1", "chat:2"], "publication": CONTENT}, "results"),
    "PublishStream": ({"open": {}, "items": [{"number": "1", "room": "chat:1",
                                              "publication": CONTENT}]}, "opened"),
    "Watch": ({"add": [{"id": 1, "room": "chat:1"}], "credit_bytes": "1000000"}, "events"),
    "JoinUser": ({"user": "ada", "room": "chat:1"}, None),
    "LeaveUser": ({"user": "ada", "room": "chat:1"}, None),
    "Disconnect": ({"user": "ada"}, None),
    "GetHistory": ({"query": {"room": "chat:1", "limit": 1}}, "page"),
    "TrimHistory": ({"room": "chat:1", "keep_last": 1}, "position"),
    "GetPresence": ({"query": {"room": "here:1"}}, "page"),
    "GetPresenceCounts": ({"rooms": ["here:1"]}, "results"),
    "ListRooms": ({"name_prefix": "chat:"}, "rooms"),
    "ListSessions": ({"user": "ada", "room": "chat:1"}, None),
    "GetInfo": ({}, "instance"),
    "ReloadConfig": ({"dry_run": True}, None),
    "MintToken": ({"user": "ada"}, "token"),
    # Last: it ends the hub.
    "Drain": ({"notice_ms": 60000}, "deadline_ms"),
}
# Calls that mean something with an empty request.
NOTHING_REQUIRED = {"Watch", "ListRooms", "ListSessions", "GetInfo", "ReloadConfig", "Drain"}
ROLES = {
    "publish": {"Publish", "Broadcast", "PublishStream"},
    "read": {"Watch", "GetHistory", "GetPresence", "GetPresenceCounts", "ListRooms",
             "ListSessions"},
    "manage": {"JoinUser", "LeaveUser", "Disconnect", "TrimHistory"},
    "admin": {"Drain", "ReloadConfig", "MintToken"},
}
# What a hub says to a request that is whole and cannot be: (call, request, status, hub's code).
REFUSED = [
    ("Publish", {"room": "nowhere:1", "publication": CONTENT}, "NOT_FOUND", 102),
    ("Publish", {"room": " x", "publication": CONTENT}, "INVALID_ARGUMENT", 115),
    ("Publish", {"room": "chat:1", "publication": {"text": "x" * 65537}}, "INVALID_ARGUMENT", 116),
    ("Publish", {"room": "chat:1", "publication": CONTENT, "idempotency_key": "k" * 129},
     "INVALID_ARGUMENT", 116),
    ("Broadcast", {"rooms": ["chat:1", "chat:1"], "publication": CONTENT}, "INVALID_ARGUMENT", 107),
    ("Broadcast", {"rooms": [f"chat:{n}" for n in range(1001)], "publication": CONTENT},
     "INVALID_ARGUMENT", 116),
    ("PublishStream", {"items": [{"number": "1"}]}, "INVALID_ARGUMENT", 107),
    ("PublishStream", {"open": {"producer": "YWJj"}}, "INVALID_ARGUMENT", 107),
    ("Watch", {"remove": list(range(4097))}, "INVALID_ARGUMENT", 116),
    ("JoinUser", {"user": "ada", "room": "nowhere:1"}, "NOT_FOUND", 102),
    ("JoinUser", {"user": "ada", "room": " x"}, "INVALID_ARGUMENT", 115),
    ("LeaveUser", {"user": "ada", "room": "chat:1", "code": 1}, "INVALID_ARGUMENT", 107),
    ("Disconnect", {"user": "ada", "code": 1}, "INVALID_ARGUMENT", 107),
    ("GetHistory", {"query": {"room": "nowhere:1"}}, "NOT_FOUND", 102),
    ("GetHistory", {"query": {"room": " x"}}, "INVALID_ARGUMENT", 115),
    ("TrimHistory", {"room": "chat:1"}, "INVALID_ARGUMENT", 107),
    ("TrimHistory", {"room": "nowhere:1", "restart": True}, "NOT_FOUND", 102),
    ("GetPresence", {"query": {"room": "chat:1"}}, "FAILED_PRECONDITION", 108),
    ("GetPresence", {"query": {"room": "nowhere:1"}}, "NOT_FOUND", 102),
    ("GetPresenceCounts", {"rooms": [f"here:{n}" for n in range(1001)]}, "INVALID_ARGUMENT", 116),
    ("ListRooms", {"name_prefix": "x" * 256}, "INVALID_ARGUMENT", 107),
    ("ListSessions", {"user": "x" * 256}, "INVALID_ARGUMENT", 107),
]
NAMESPACES = """
auth: {development_secret: a secret for tests and for nothing else}
namespaces:
  - name: default
  - name: chat
    presence: {mode: none}
  - name: here
    presence: {mode: members}
"""


def discover(channel, metadata=None):
    """The bridge's methods by name, and a factory for their messages, from reflection alone."""
    pool = descriptor_pool.DescriptorPool()
    known = set()

    def take(answer):
        for encoded in answer.file_descriptor_response.file_descriptor_proto:
            proto = descriptor_pb2.FileDescriptorProto.FromString(encoded)
            if proto.name in known:
                continue
            known.add(proto.name)
            for name in proto.dependency:
                if name not in known:
                    take(ask_reflection(channel, reflection_pb2.ServerReflectionRequest(
                        file_by_filename=name), metadata=metadata)[0])
            pool.AddSerializedFile(encoded)

    take(ask_reflection(channel, reflection_pb2.ServerReflectionRequest(
        file_containing_symbol=SERVICE), metadata=metadata)[0])
    service = pool.FindServiceByName(SERVICE)
    return {method.name: method for method in service.methods}


def make(descriptor, values=None):
    """A message of this type, from JSON."""
    message = message_factory.MessageFactory(descriptor.file.pool).GetPrototype(descriptor)()
    return json_format.ParseDict(values or {}, message)


def with_bad_text(descriptor):
    """A request whose first text, however deep, is no UTF-8; None: it has no text."""
    def path(kind, seen):
        for field in kind.fields:
            if field.type == FieldDescriptor.TYPE_STRING:
                return [field.number]
        for field in kind.fields:
            if field.message_type and field.message_type.full_name not in seen:
                deeper = path(field.message_type, seen | {field.message_type.full_name})
                if deeper:
                    return [field.number] + deeper
        return None
    numbers = path(descriptor, {descriptor.full_name})
    if numbers is None:
        return None
    encoded = b"\xff\xfe"
    for number in reversed(numbers):
        encoded = bytes([number << 3 | 2, len(encoded)]) + encoded
    return encoded


class EveryCallCase(unittest.TestCase):
    """Calls by name, with bytes."""

    settings = NAMESPACES

    @classmethod
    def setUpClass(cls):
        cls.hub = hub_process.HubProcess(binary_or_skip(), cls.settings)
        cls.addClassCleanup(cls.hub.close)
        cls.channel = hub_process.open_channel(cls.hub.bridge)
        cls.addClassCleanup(cls.channel.close)

    def begin(self, method, request, channel=None, timeout=PATIENCE, metadata=None):
        """The call, under way: of what is answered once a future, else what can be iterated."""
        channel = channel or self.channel
        path = f"/{SERVICE}/{method.name}"
        more = {"timeout": timeout, "metadata": metadata}
        if method.client_streaming:
            return channel.stream_stream(path)(iter([request]), **more)
        if method.server_streaming:
            return channel.unary_stream(path)(request, **more)
        return channel.unary_unary(path).future(request, **more)

    def answer(self, method, request, **more):
        """The first answer, as bytes."""
        call = self.begin(method, request, **more)
        if not method.server_streaming:
            return call.result()
        first = next(call)
        call.cancel()
        return first

    def refusal(self, method, request, **more):
        """The name of the status, and the hub's code; fails if it is answered well."""
        with self.assertRaises(grpc.RpcError, msg=method.name) as caught:
            call = self.begin(method, request, **more)
            list(call) if method.server_streaming else call.result()
        error = caught.exception
        detail = hub_error(error)
        return error.code().name, detail.code if detail else None

    def assert_whole(self, methods):
        """The hub still does what it is asked for."""
        self.answer(methods["Publish"], make(methods["Publish"].input_type,
                                             GOOD["Publish"][0]).SerializeToString())


class OpenTest(EveryCallCase):
    """Without keys."""

    def setUp(self):
        self.methods = discover(self.channel)

    def test_a_tool_finds_describes_and_calls_everything(self):
        self.assertEqual(set(self.methods), set(GOOD), "a call is missing here, or there")
        with hub_process.HubProcess(binary_or_skip(), NAMESPACES) as hub:
            with hub_process.open_channel(hub.bridge) as channel:
                for name, (request, field) in GOOD.items():
                    with self.subTest(name):
                        method = self.methods[name]
                        encoded = make(method.input_type, request).SerializeToString()
                        answer = make(method.output_type)
                        answer.ParseFromString(self.answer(method, encoded, channel=channel))
                        if field is not None:
                            self.assertTrue(getattr(answer, field), str(answer))

    def test_what_cannot_be_is_refused_with_its_reason(self):
        for name, request, status, code in REFUSED:
            with self.subTest(name, request=str(request)[:80]):
                method = self.methods[name]
                encoded = make(method.input_type, request).SerializeToString()
                self.assertEqual(self.refusal(method, encoded), (status, code))
        self.assert_whole(self.methods)

    def test_bytes_that_are_no_request_are_refused(self):
        for name, method in self.methods.items():
            bad = {"noise": b"\xff" * 64, "truncated": b"\x0a\x7fa",
                   "text": with_bad_text(method.input_type)}
            for what, request in bad.items():
                # Where field 1 is a number, cut bytes of another kind are an unknown field's.
                if request is None:
                    continue
                with self.subTest(name, what=what):
                    self.assertEqual(self.refusal(method, request), ("INVALID_ARGUMENT", 107))
        self.assert_whole(self.methods)

    def test_what_is_required_is_missed_also_where_it_has_the_wrong_wire_type(self):
        for name, method in self.methods.items():
            if name in NOTHING_REQUIRED:
                continue
            # Every field that it has, as a 32-bit number.
            wrong = b"".join(bytes([field.number << 3 | 5]) + b"\1\0\0\0"
                             for field in method.input_type.fields)
            for what, request in (("nothing", b""), ("wrong wire types", wrong)):
                with self.subTest(name, what=what):
                    status, code = self.refusal(method, request)
                    self.assertEqual(status, "INVALID_ARGUMENT")
                    self.assertIn(code, (107, 115))

    def test_too_much_is_refused(self):
        for name, method in self.methods.items():
            with self.subTest(name):
                # An unknown field, so that nothing else is wrong with it.
                large = b"\xa2\x06\x80\x80\xc0\x02" + b"x" * (5 << 20)
                self.assertEqual(self.refusal(method, large), ("RESOURCE_EXHAUSTED", None))
                good = make(method.input_type, GOOD[name][0]).SerializeToString()
                self.assertEqual(self.refusal(method, good, metadata=[("x-filler", "x" * 20_000)]),
                                 ("RESOURCE_EXHAUSTED", 106))
        self.assert_whole(self.methods)

    def test_the_time_is_over_or_nobody_waits(self):
        for name, method in self.methods.items():
            if name == "Drain":
                continue
            with self.subTest(name):
                good = make(method.input_type, GOOD[name][0]).SerializeToString()
                self.assertEqual(self.refusal(method, good, timeout=-1),
                                 ("DEADLINE_EXCEEDED", None))
                calls = [self.begin(method, good) for _ in range(MANY)]
                for call in calls:
                    call.cancel()
                for call in calls:
                    self.assertIn(call.code(), (grpc.StatusCode.CANCELLED, grpc.StatusCode.OK))
        self.assert_whole(self.methods)

    def test_a_call_that_does_not_exist(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.channel.unary_unary(f"/{SERVICE}/NoSuchCall")(b"", timeout=PATIENCE)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)


def settings_with_keys():
    """A key for each role, all in one namespace."""
    lines = [NAMESPACES, "bridge:\n  keys:"]
    for role in ROLES:
        digest = hashlib.sha256(f"key of {role}".encode()).hexdigest()
        lines.append(f'    - {{name: {role}, sha256: "{digest}", roles: [{role}], '
                     "namespaces: [here]}")
    return "\n".join(lines) + "\n"


class KeyedTest(EveryCallCase):
    """With a key for each role, in a namespace that the good requests do not name."""

    settings = settings_with_keys()

    def setUp(self):
        self.methods = discover(self.channel, metadata=self.shows("publish"))

    @staticmethod
    def shows(role):
        """Metadata with a key."""
        return [("authorization", f"Bearer key of {role}")]

    def good(self, name):
        """A request that would do something."""
        return make(self.methods[name].input_type, GOOD[name][0]).SerializeToString()

    def test_no_key_and_a_wrong_one_open_nothing(self):
        for name, method in self.methods.items():
            for metadata in (None, self.shows("somebody"), [("authorization", "key of admin")]):
                with self.subTest(name, metadata=metadata):
                    self.assertEqual(self.refusal(method, self.good(name), metadata=metadata),
                                     ("UNAUTHENTICATED", 101))

    def test_each_call_takes_its_role(self):
        every = set().union(*ROLES.values()) | {"GetInfo"}
        self.assertEqual(set(self.methods), every)
        for role, calls in ROLES.items():
            self.answer(self.methods["GetInfo"], b"", metadata=self.shows(role))
            # Admin is all of them.
            for name in every - calls - {"GetInfo"} if role != "admin" else ():
                with self.subTest(name, role=role):
                    self.assertEqual(self.refusal(self.methods[name], self.good(name),
                                                  metadata=self.shows(role)),
                                     ("PERMISSION_DENIED", 103))

    def test_a_key_stays_in_its_namespaces(self):
        # A room of another one is named; or the whole hub is meant, which is in none.
        for role, calls in ROLES.items():
            for name in calls - {"PublishStream", "Watch", "GetPresence", "GetPresenceCounts"}:
                with self.subTest(name):
                    request = self.good(name)
                    self.assertEqual(self.refusal(self.methods[name], request,
                                                  metadata=self.shows(role)),
                                     ("PERMISSION_DENIED", 103))
        for name in ("GetPresence", "GetPresenceCounts"):
            self.answer(self.methods[name], self.good(name), metadata=self.shows("read"))
        # Streams say so of what is outside, and go on.
        method = self.methods["PublishStream"]
        acks = make(method.output_type)
        for answer in self.begin(method, self.good("PublishStream"),
                                 metadata=self.shows("publish")):
            acks.MergeFromString(answer)
        self.assertEqual([ack.error.code for ack in acks.acks], [103])
        method = self.methods["Watch"]
        call = self.begin(method, self.good("Watch"), metadata=self.shows("read"))
        events = make(method.output_type)
        while len(events.events) < 2:
            events.MergeFromString(next(call))
        self.assertEqual(events.events[1].left.error.code, 103)
        call.cancel()


if __name__ == "__main__":
    unittest.main()
