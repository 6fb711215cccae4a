#!/usr/bin/env python3
"""The public port's door: what is no request of a browser, whose page it is, and who has come too often."""
import random
import time
import unittest

import memory
from hub import Hub, HubCase, client_pb2, until
from story import AT_ONCE_S, MORE_BYTES_MAX
from wire import Closed, Peer, encode, hello, upgrade_request

TURNED_AWAY = 'roomcast_connections_turned_away_total{reason="%s"}'
REFUSED = 'roomcast_upgrades_refused_total{reason="%s"}'


def status_and_end(peer):
    """The response's status and body; after it the hub has to end the stream."""
    status, headers = peer.response_head()
    while True:
        data = peer.socket.recv(65536)
        if not data:
            return status, headers, peer.bytes
        peer.bytes += data


class HostileRequestTest(HubCase):
    """Bytes that are no upgrade: a status, a reason in the metrics, an end in time; nobody else notices."""

    UPGRADE = 2
    FLAGS = ("--set", f"timeouts.upgrade={UPGRADE}s", "--set", "timeouts.close=2s")
    ENVIRONMENT = memory.ENVIRONMENT

    def setUp(self):
        self.memory = memory.ProcessMemory(self.hub.process.pid)
        self.bystander = Peer(self.hub.port)
        self.bystander.join("chat:bystander")

    def tearDown(self):
        self.see_that_nobody_noticed()
        self.bystander.close()

    def see_that_nobody_noticed(self):
        """The next that the bystander hears is the answer to what it asks."""
        self.bystander.send(encode(client_pb2.ClientMessage(
            id=77, leave=client_pb2.Leave(room="chat:elsewhere"))))
        self.assertEqual(self.bystander.read().id, 77)

    def test_each_has_its_status_and_its_reason(self):
        def asks(**changes):
            return upgrade_request(self.hub.port, **changes)

        def with_line(line):
            return asks().replace(b"\r\nConnection", b"\r\n" + line + b"\r\nConnection", 1)

        rows = [
            ("2,000 headers", asks(**{f"X{i}": "y" for i in range(2000)}), 431,
             "too_many_headers"),
            ("a URI of 64 KiB", asks(path="/" + "x" * 65536), 414, "uri_too_long"),
            ("one endless header", asks(X="y" * 200_000), 431, "head_too_long"),
            ("two Hosts", with_line(b"Host: other"), 400, "host"),
            ("an empty Host", asks(Host=""), 400, "host"),
            ("a length and an encoding",
             with_line(b"Content-Length: 5\r\nTransfer-Encoding: chunked"), 400, "body"),
            ("an encoding", with_line(b"Transfer-Encoding: identity"), 400, "body"),
            ("two lengths", with_line(b"Content-Length: 0\r\nContent-Length: 0"), 400, "body"),
            ("a length with a sign", with_line(b"Content-Length: +0"), 400, "body"),
            ("a folded header", with_line(b"X: y\r\n z"), 400, "folded_header"),
            ("a first header that is folded", asks().replace(b"\r\nHost", b"\r\n Host"), 400,
             "folded_header"),
            ("a bare carriage return", with_line(b"X: y\rZ: w"), 400, "bare_carriage_return"),
            ("a bare line feed", with_line(b"X: y\nZ: w"), 400, "bare_line_feed"),
            ("a NUL", with_line(b"X: \0"), 400, "bad_byte"),
            ("a space before the colon", with_line(b"Upgrade : x"), 400, "space_before_colon"),
            ("no colon", with_line(b"nothing"), 400, "bad_header"),
            ("two keys", with_line(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400,
             "websocket_key"),
            ("a key of 15 bytes", asks(Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAA"), 400,
             "websocket_key"),
            ("versions 13 and 8", asks(Sec_WebSocket_Version="13, 8"), 426, "websocket_version"),
            ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http_version"),
            ("a PROXY header", b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n" + asks(), 400,
             "bad_request_line"),
            ("a binary PROXY header", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c" + asks(), 400,
             "bad_request_line"),
            ("a TLS hello", b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"x" * 190, 400,
             "tls_hello"),
            ("CONNECT", b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", 405,
             "method"),
            ("Origin null", asks(Origin="null"), 403, "origin"),
            ("two Origins", with_line(b"Origin: null\r\nOrigin: null"), 400, "origin_header"),
            ("an unknown sub-protocol", asks(Sec_WebSocket_Protocol="roomcast.v9"), 400,
             "subprotocol"),
            ("a malformed sub-protocol", asks(Sec_WebSocket_Protocol="roomcast v1"), 400,
             "subprotocol"),
            ("a path upwards", asks(path="/../../etc/passwd", Upgrade=None), 404, "not_found"),
            ("an encoded path upwards", asks(path="/%2e%2e/%2e%2e/etc/passwd", Upgrade=None), 404,
             "not_found"),
        ]
        for name, request, status, reason in rows:
            with self.subTest(name):
                before = self.hub.metric(REFUSED % reason)
                began = time.monotonic()
                with self.memory.bounded(MORE_BYTES_MAX), Peer(self.hub.port) as peer:
                    # What follows is never run.
                    peer.send(request + asks())
                    got, _, body = status_and_end(peer)
                self.assertEqual(got, status)
                self.assertLess(len(body), 200)
                self.assertLess(time.monotonic() - began, AT_ONCE_S)
                until(lambda before=before, reason=reason:
                      self.hub.metric(REFUSED % reason) == before + 1, f"{reason} rises by one")
                self.see_that_nobody_noticed()

    def test_random_bytes_end_in_a_status(self):
        dice = random.Random(4)
        for _ in range(50):
            noise = dice.randbytes(dice.randint(1, 4096))
            with Peer(self.hub.port) as peer:
                peer.send(noise)
                self.assertIn(status_and_end(peer)[0], (400, 405, 408, 414, 431, 505), noise)

    def test_a_byte_now_and_then_does_not_move_the_deadline(self):
        before = self.hub.metric(REFUSED % "timeout")
        began = time.monotonic()
        with Peer(self.hub.port) as peer:
            peer.socket.setblocking(False)
            for byte in upgrade_request(self.hub.port):
                peer.send(bytes([byte]))
                time.sleep(self.UPGRADE / 20)
                try:
                    peer.bytes += peer.socket.recv(65536)
                except BlockingIOError:
                    continue
                break
            peer.socket.settimeout(10)
            self.assertEqual(peer.response_head()[0], 408)
        self.assertLess(time.monotonic() - began, self.UPGRADE + AT_ONCE_S)
        until(lambda: self.hub.metric(REFUSED % "timeout") == before + 1, "the timeout is counted")


class OriginTest(HubCase):
    """Whose pages may connect."""

    FLAGS = ("--set", "listeners.public.allowed_origins=[https://app.example, https://*.wide.example]")

    def test_the_own_host_and_the_list_are_welcome_and_others_not(self):
        own = f"http://127.0.0.1:{self.hub.port}"
        for origin, status in ((own, 101), (None, 101), ("https://app.example", 101),
                               ("https://app.example:443", 101), ("https://a.wide.example", 101),
                               ("https://a.b.wide.example", 101), ("https://wide.example", 403),
                               ("http://app.example", 403), ("https://app.example.evil", 403),
                               ("https://evilwide.example", 403), ("null", 403)):
            with self.subTest(origin), Peer(self.hub.port) as peer:
                peer.send(upgrade_request(self.hub.port, Origin=origin))
                self.assertEqual(peer.response_head()[0], status)


class AddressTest(unittest.TestCase):
    """Limits per address, with and without a proxy in between."""

    def assert_turned_away(self, peer):
        """Upgraded, told when to come back, closed with 1013."""
        closed, messages = peer.expect_close()
        self.assertEqual(closed.code, 1013)
        told = messages[0].disconnect
        self.assertEqual((len(messages), told.code), (1, 1013))
        self.assertGreaterEqual(told.retry_after_ms, 1000)
        self.assertGreaterEqual(told.spread_ms, 1000)

    def test_one_connection_too_many_is_told_so_and_a_flood_is_not(self):
        with Hub("--set", "limits.connections_per_address=3") as hub:
            peers = [Peer(hub.port) for _ in range(3)]
            for peer in peers:
                peer.join()
            with Peer(hub.port) as more:
                more.send(upgrade_request(hub.port) + encode(hello()))
                self.assertEqual(more.response_head()[0], 101)
                self.assert_turned_away(more)
            self.assertEqual(hub.metric(TURNED_AWAY % "address_connections"), 1)
            until(lambda: hub.metric("roomcast_connections") == 3, "it is gone")
            with Peer(hub.port) as page:
                page.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertEqual(status_and_end(page)[0], 404)
            idle = [Peer(hub.port) for _ in range(5)]
            until(lambda: hub.metric(TURNED_AWAY % "address_flood") >= 1, "the rest is dropped")
            for peer in idle:
                peer.close()
            # Who is in notices nothing, and there is room again when somebody goes.
            for peer in peers[1:]:
                self.assertTrue(peer.call(leave=client_pb2.Leave(room="chat:x")))
            peers[0].close()
            until(lambda: hub.metric("roomcast_connections") == 2, "one has gone")

            def is_welcome():
                with Peer(hub.port) as again:
                    return self.first_word(hub, again) == "welcome"

            until(is_welcome, "there is room again")
            for peer in peers:
                peer.close()

    def test_who_comes_too_fast_is_told_to_wait(self):
        with Hub("--set", "limits.accepts_per_address_per_second=5") as hub:
            def nine_come():
                peers = [Peer(hub.port) for _ in range(9)]
                said = [self.first_word(hub, peer) for peer in peers]
                for peer in peers:
                    peer.close()
                return said

            # Shards accept side by side, so which of them were too many is open.
            answers = nine_come()
            self.assertGreaterEqual(answers.count("welcome"), 5)

            # A machine that is slow enough makes nine no crowd.
            def some_were_told():
                if "disconnect" not in answers:
                    answers.extend(nine_come())
                return "disconnect" in answers

            until(some_were_told, "some are told to wait")
            self.assertEqual(hub.metric(TURNED_AWAY % "address_rate"), answers.count("disconnect"))

    @staticmethod
    def first_word(hub, peer):
        """What the hub says first to a Hello. None: it dropped the connection."""
        try:
            peer.send(upgrade_request(hub.port) + encode(hello()))
            assert peer.response_head()[0] == 101
            return peer.read().WhichOneof("body")
        except Closed:
            return None

    def test_behind_a_trusted_proxy_the_client_that_it_names_counts(self):
        with Hub("--set", "listeners.public.trusted_proxies=[127.0.0.0/8, 10.0.0.0/8]",
                 "--set", "limits.connections_per_address=2") as hub:
            def come(**headers):
                peer = Peer(hub.port)
                peer.send(upgrade_request(hub.port, **headers) + encode(hello()))
                return peer, peer.response_head()[0]

            peers = []
            for headers in ({"X_Forwarded_For": "192.0.2.7"},
                            {"X_Forwarded_For": "198.51.100.1, 192.0.2.7, 10.1.1.1"},
                            {"Forwarded": "for=192.0.2.8"}, {}, {}, {}):
                peer, status = come(**headers)
                self.assertEqual((status, peer.read().WhichOneof("body")), (101, "welcome"), headers)
                peers.append(peer)
            third, status = come(Forwarded='for="192.0.2.7:4711"')
            self.assertEqual(status, 101)
            self.assert_turned_away(third)
            for headers in ({"X_Forwarded_For": "nonsense"},
                            {"X_Forwarded_For": "192.0.2.9", "Forwarded": "for=192.0.2.10"}):
                peer, status = come(**headers)
                self.assertEqual(status, 400, headers)
                peer.close()
            self.assertEqual(hub.metric(REFUSED % "forwarded"), 2)
            for peer in [*peers, third]:
                peer.close()
            until(lambda: hub.log_line("connection ended", address="192.0.2.7"),
                  "the log names the client, not the proxy")

    def test_who_is_no_proxy_cannot_choose_its_address(self):
        with Hub("--set", "listeners.public.trusted_proxies=[10.0.0.0/8]",
                 "--set", "limits.connections_per_address=1") as hub, Peer(hub.port) as one:
            one.send(upgrade_request(hub.port, X_Forwarded_For="192.0.2.1") + encode(hello()))
            self.assertEqual(one.response_head()[0], 101)
            self.assertEqual(one.read().WhichOneof("body"), "welcome")
            with Peer(hub.port) as two:
                two.send(upgrade_request(hub.port, X_Forwarded_For="192.0.2.2"))
                self.assertEqual(two.response_head()[0], 101)
                self.assert_turned_away(two)


if __name__ == "__main__":
    unittest.main()
