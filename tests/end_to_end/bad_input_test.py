#!/usr/bin/env python3
"""What strangers send: each ends in its code or an Error, is counted, and nobody else notices."""
import unittest

from hub import HubCase, client_pb2, until
from story import ROOM, Story, StoryCase, disconnects, messages_refused
from wire import BINARY, Peer, encode, frame, hello, upgrade_request

STORIES = [
    Story("no Protobuf", frame(BINARY, b"\xff\xff\xff"), 3501, messages_refused("malformed"),
          told=3501),
    Story("no Protobuf after Welcome", frame(BINARY, b"\x0a\x05x"), 3501,
          messages_refused("malformed"), welcomed=True, told=3501),
    Story("a command before Hello",
          encode(client_pb2.ClientMessage(id=1, join=client_pb2.Join(room=ROOM))), 3501,
          messages_refused("before_hello"), told=3501),
    Story("a second Hello", encode(hello()), 3501, messages_refused("second_hello"), welcomed=True,
          told=3501),
    Story("another protocol version", encode(hello(protocol_version=9)), 3501,
          messages_refused("bad_hello"), told=3501),
    Story("a producer of 15 bytes", encode(hello(producer=b"p" * 15)), 3501,
          messages_refused("bad_hello"), told=3501),
    Story("a token that is none", encode(hello(token="nonsense")), 3500,
          'roomcast_tokens_refused_total{reason="malformed"}', told=3500),
    Story("silence", b"", 3002, disconnects(3002), told=3002),
]


class BadInputTest(StoryCase):
    """Messages that are none of the protocol."""

    FLAGS = ("--set", "timeouts.hello=2s", "--set", "timeouts.close=2s", "--set", "namespaces.chat.access.publish=anyone")

    def test_bad_messages_end_in_their_code(self):
        for story in STORIES:
            with self.subTest(story.name):
                self.see(story)

    def test_what_was_owed_is_answered_before_the_end(self):
        with Peer(self.hub.port) as peer:
            peer.join()
            leave = client_pb2.Leave(room="chat:never-joined")
            peer.send(encode(client_pb2.ClientMessage(id=7, leave=leave)) + frame(3))
            closed, messages = peer.expect_close()
        self.assertEqual(closed.code, 1002)
        self.assertEqual([message.id for message in messages], [7])

    def test_bad_commands_are_answered_with_an_error(self):
        error = 'roomcast_errors_total{code="%d"}'
        rows = [
            ("no name", "join", client_pb2.Join(room=""), 115),
            ("a name with a line feed", "join", client_pb2.Join(room="chat:\n"), 115),
            ("a name that is too long", "join", client_pb2.Join(room="chat:" + "x" * 251), 115),
            ("an unknown namespace", "join", client_pb2.Join(room="nowhere:1"), 102),
            ("publish into an unknown namespace", "publish",
             client_pb2.Publish(room="nowhere:1", data=b"x"), 102),
            ("publish into a bad name", "publish", client_pb2.Publish(room=" chat", data=b"x"),
             115),
        ]
        for name, body, command, code in rows:
            with self.subTest(name), Peer(self.hub.port) as peer:
                before = self.hub.metric(error % code)
                peer.join()
                answer = peer.call(**{body: command})
                self.assertEqual(answer.WhichOneof("body"), "error", answer)
                self.assertEqual(answer.error.code, code, answer)
                self.assertFalse(answer.error.temporary)
                self.assert_counted(error % code, before)
                # It may go on.
                self.assertTrue(peer.publish("chat:after", b"x").HasField("published"))

    def test_a_message_of_no_known_kind_does_no_harm(self):
        with Peer(self.hub.port) as peer:
            peer.join()
            # ClientMessage {id 9, field 100: "x"}: from a client of the future.
            peer.send(frame(BINARY, bytes([0x0a, 0x06, 0x08, 0x09, 0xa2, 0x06, 0x01, 0x78])))
            answer = peer.read()
            self.assertEqual((answer.id, answer.error.code), (9, 104))


class BadUpgradeTest(HubCase):
    """Requests that become no WebSocket."""

    FLAGS = ("--set", "timeouts.upgrade=2s", "--set", "timeouts.close=2s")

    def assert_refused(self, request, status, reason):
        """The response has the status, nothing follows it, and it was counted."""
        series = f'roomcast_upgrades_refused_total{{reason="{reason}"}}'
        before = self.hub.metric(series)
        with Peer(self.hub.port) as peer:
            # A second request in the same packet is never run.
            peer.send(request + (upgrade_request(self.hub.port) if request else b""))
            got, headers = peer.response_head()
            self.assertEqual(got, status)
            self.assertIn("close", headers["connection"])
            body = int(headers["content-length"])
            while True:
                data = peer.socket.recv(65536)
                if not data:
                    break
                peer.bytes += data
            self.assertEqual(len(peer.bytes), body)
        until(lambda: self.hub.metric(series) == before + 1, f"{series} rises by one")
        return headers

    def test_each_is_refused_with_its_status(self):
        port = self.hub.port

        def asks(path="/ws", **changes):
            return upgrade_request(port, path=path, **changes)

        refusals: list[tuple[str, bytes, int, str]] = [
            ("no HTTP at all", b"\x00\x03\x01\x00\x00", 400, "bad_byte"),
            ("a bare line feed", b"GET /ws HTTP/1.1\nHost: x\n\n", 400, "bare_line_feed"),
            ("no Host", asks(Host=None), 400, "host"),
            ("a space before the colon", asks(**{"X ": "y"}), 400, "space_before_colon"),
            ("POST", b"POST" + asks()[3:], 405, "method"),
            ("HTTP/1.0", asks().replace(b"HTTP/1.1", b"HTTP/1.0"), 505, "http_version"),
            ("no upgrade", asks(Upgrade=None), 426, "no_upgrade"),
            ("version 12", asks(Sec_WebSocket_Version="12"), 426, "websocket_version"),
            ("a short key", asks(Sec_WebSocket_Key="c2hvcnQ="), 400, "websocket_key"),
            ("no sub-protocol", asks(Sec_WebSocket_Protocol=None), 400, "subprotocol"),
            ("another sub-protocol", asks(Sec_WebSocket_Protocol="chat"), 400, "subprotocol"),
            ("a foreign page", asks(Origin="https://elsewhere.example"), 403, "origin"),
            ("a page without an origin", asks(Origin="null"), 403, "origin"),
            ("another path", asks(path="/elsewhere"), 404, "not_found"),
            ("a file that is not there", asks("/../etc/passwd", Upgrade=None, Connection=None), 404,
             "not_found"),
            ("a long path", asks("/" + "x" * 9000), 414, "uri_too_long"),
            ("a long head", asks(**{"X": "y" * 17000}), 431, "head_too_long"),
            ("65 headers", asks(**{f"X{i}": "y" for i in range(65)}), 431, "too_many_headers"),
            ("a body", asks(Content_Length="1"), 400, "body"),
            ("silence", b"", 408, "timeout"),
        ]
        for name, request, status, reason in refusals:
            with self.subTest(name):
                headers = self.assert_refused(request, status, reason)
                if status == 426:
                    self.assertEqual(headers["sec-websocket-version"], "13")

    def test_the_pages_own_host_may_connect(self):
        origin = f"http://127.0.0.1:{self.hub.port}"
        with Peer(self.hub.port) as peer:
            peer.send(upgrade_request(self.hub.port, Origin=origin))
            self.assertEqual(peer.response_head()[0], 101)

    def test_a_request_may_come_byte_by_byte(self):
        with Peer(self.hub.port) as peer:
            for byte in upgrade_request(self.hub.port) + encode(hello()):
                peer.send(bytes([byte]))
            self.assertEqual(peer.response_head()[0], 101)
            self.assertEqual(peer.expect("welcome").ping_interval_ms, 25_000)


if __name__ == "__main__":
    unittest.main()
