#!/usr/bin/env python3
"""What hostile messages cost the echo, which takes longer ones than the hub: time and memory."""
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end"))
# pylint: disable=wrong-import-position
from echo_server import EchoServer
from wire import BINARY, CONTINUATION, DEFLATED, TEXT, Closed, Peer, deflate, frame, upgrade_request

MIB = 1 << 20
# The figures are those of the release build on a quiet machine (README.md says how to see them);
# without ROOMCAST_FIGURES there is room for sanitizers and company.
FULL = os.environ.get("ROOMCAST_FIGURES") == "full"
BOMB_S_MAX = 0.005 if FULL else 2
BOMB_BYTES_MAX = MIB if FULL else 3 * MIB
ROUNDS = 5


def connect(echo, offer=None):
    """A peer whose handshake is done, and the extension that was agreed on."""
    peer = Peer(echo.port)
    peer.send(upgrade_request(echo.port, path="/", Sec_WebSocket_Protocol=None,
                              Sec_WebSocket_Extensions=offer))
    status, headers = peer.response_head()
    assert status == 101, status
    return peer, headers.get("sec-websocket-extensions")


class LimitsTest(unittest.TestCase):
    """The echo with a limit of 256 KiB."""

    def assert_closed(self, peer, code):
        """The next that comes is a close frame with this code."""
        with self.assertRaises(Closed) as end:
            while True:
                peer.read_data()
        self.assertEqual(end.exception.code, code, end.exception)

    def test_a_bomb_is_refused_at_the_limit(self):
        bomb = frame(BINARY, deflate(bytes(200 * MIB)), rsv=DEFLATED)
        self.assertLess(len(bomb), 210_000)
        took, grew = [], []
        with EchoServer("--message-bytes", str(256 * 1024)) as echo:
            for _ in range(ROUNDS):
                peer, _ = connect(echo, "permessage-deflate")
                with peer:
                    before = echo.memory.now_bytes()
                    echo.memory.forget_peak()
                    began = time.monotonic()
                    peer.send(bomb)
                    self.assert_closed(peer, 1009)
                    took.append(time.monotonic() - began)
                    grew.append(echo.memory.peak_bytes() - before)
        print(f"a bomb of 200 MiB in {len(bomb)} bytes: refused in {min(took) * 1000:.1f} ms, "
              f"{max(grew) // 1024} KiB more memory at most")
        self.assertLess(min(took), BOMB_S_MAX)
        self.assertLess(max(grew), BOMB_BYTES_MAX)

    def test_a_declared_length_costs_nothing(self):
        with EchoServer("--message-bytes", str(1 << 30)) as echo:
            before = echo.memory.now_bytes()
            peers = []
            for _ in range(100):
                peer, _ = connect(echo)
                peer.send(frame(BINARY, b"x" * 100, length=1 << 29))
                peers.append(peer)
            peer, _ = connect(echo)
            peer.send(frame(TEXT, b"still here"))
            self.assertEqual(peer.read_data(), (TEXT, b"still here"))
            self.assertLess(echo.memory.now_bytes() - before, 8 * MIB)
            for each in (*peers, peer):
                each.close()

    def test_text_is_checked_as_it_arrives_and_after_inflating(self):
        with EchoServer() as echo:
            peer, _ = connect(echo)
            with peer:
                # The message does not end here, nor does its first frame.
                peer.send(frame(TEXT, b"x" * 100 + b"\xff", length=1000))
                self.assert_closed(peer, 1007)
            peer, _ = connect(echo)
            with peer:
                peer.send(frame(TEXT, "κό".encode()[:3], fin=False) +
                          frame(CONTINUATION, "κό".encode()[3:]))
                self.assertEqual(peer.read_data(), (TEXT, "κό".encode()))
            peer, _ = connect(echo, "permessage-deflate")
            with peer:
                peer.send(frame(TEXT, deflate(b"x" * 100 + b"\xff"), rsv=DEFLATED))
                self.assert_closed(peer, 1007)

    def test_the_window_that_a_client_asks_for_is_kept(self):
        with EchoServer() as echo:
            for offer, answer, deflates in (
                    ("permessage-deflate; server_max_window_bits=9", "; server_max_window_bits=9",
                     {400: True, 600: False}),
                    ("permessage-deflate; server_max_window_bits=8, permessage-deflate", "",
                     {400: True, 600: True, 70_000: True})):
                peer, agreed = connect(echo, offer)
                with peer:
                    self.assertEqual(agreed, "permessage-deflate; server_no_context_takeover; "
                                             "client_no_context_takeover" + answer)
                    for size, inflated in deflates.items():
                        before = peer.inflated
                        peer.send(frame(BINARY, bytes(size)))
                        self.assertEqual(peer.read_data(), (BINARY, bytes(size)))
                        self.assertEqual(peer.inflated > before, inflated, size)


if __name__ == "__main__":
    unittest.main()
