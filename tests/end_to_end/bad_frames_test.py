#!/usr/bin/env python3
"""Frames, lengths, closes and deflated messages of strangers (RFC 6455, RFC 7692), on the real hub."""
import random
import struct
import unittest
import zlib

from hub import client_pb2, until
from story import ROOM, Story, StoryCase, disconnects, frames_refused, messages_refused
from wire import (BINARY, CLOSE, CONTINUATION, DEFLATED, PING, PONG, TEXT, Closed, Peer, deflate,
                  encode, frame, hello)

PROTOCOL_ERROR, BAD_PAYLOAD, TOO_BIG, POLICY = 1002, 1007, 1009, 1008
MESSAGE_MOST = 66 * 1024
STRANGER_MOST = 16 * 1024


def meaningless(size):
    """A ClientFrame of `size` bytes: a field that nobody knows."""
    for length_bytes in (1, 2, 3):
        content = size - 1 - length_bytes
        if content < 1 << (7 * length_bytes):
            break
    length = [content >> (7 * i) & 0x7F | 0x80 for i in range(length_bytes)]
    length[-1] &= 0x7F
    return b"\x7a" + bytes(length) + bytes(content)


def broken(name, sends, reason, code=PROTOCOL_ERROR, **fields):
    """A story that ends for a frame."""
    return Story(name, sends, code, frames_refused(reason), **fields)


def close_frame(code, reason=b""):
    """A close frame's bytes, whatever the code."""
    return frame(CLOSE, struct.pack("!H", code) + reason)


def first_bytes():
    """What one byte or two decide."""
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield broken(f"opcode {opcode}", frame(opcode), "reserved_opcode")
    for rsv in range(1, 8):
        yield broken(f"reserved bits {rsv:03b}", frame(BINARY, b"x", rsv=rsv), "reserved_bit")
        yield broken(f"reserved bits {rsv:03b} on a ping", frame(PING, b"x", rsv=rsv),
                     "reserved_bit", deflate=True)
    yield broken("a deflated continuation", frame(BINARY, b"x", fin=False) +
                 frame(CONTINUATION, b"x", rsv=DEFLATED), "reserved_bit", deflate=True)
    for name, opcode in (("ping", PING), ("pong", PONG), ("close", CLOSE)):
        yield broken(f"a fragmented {name}", frame(opcode, fin=False), "control_fragmented")
        yield broken(f"a {name} of 126 bytes", frame(opcode, b"x" * 126), "control_too_long")
        yield broken(f"a {name} of 2^63 bytes", frame(opcode, length=1 << 63), "control_too_long")
    yield broken("a continuation of nothing", frame(CONTINUATION, b"x"), "continuation_of_nothing")
    yield broken("a message inside of a message", frame(BINARY, b"x", fin=False) +
                 frame(BINARY, b"x"), "message_inside_message")
    yield broken("text", frame(TEXT, b"hello"), "text_refused", 1003)
    yield broken("text that is not UTF-8", frame(TEXT, b"\xff"), "text_refused", 1003)
    yield broken("an HTTP request in the place of a frame", b"GET / HTTP/1.1\r\n\r\n",
                 "reserved_opcode")
    noise = random.Random(4).randbytes(100_000)
    yield broken("random bytes", noise, "reserved_bit" if noise[0] & 0x70 else "reserved_opcode")


BORDERS = (("2^31 - 1", 2**31 - 1), ("2^31", 2**31), ("2^31 + 1", 2**31 + 1),
           ("2^32 - 1", 2**32 - 1), ("2^32", 2**32), ("2^32 + 1", 2**32 + 1),
           ("2^63 - 1", 2**63 - 1))


def lengths():
    """Each border of the length, masked or not, in one frame or as a second fragment."""
    first = frame(BINARY, b"x", fin=False)
    for name, size in (("66 KiB and one", MESSAGE_MOST + 1), *BORDERS):
        yield broken(f"{name} bytes", frame(BINARY, length=size), "message_too_long", TOO_BIG,
                     welcomed=True)
        yield broken(f"{name} bytes as a fragment", first + frame(CONTINUATION, length=size),
                     "message_too_long", TOO_BIG, welcomed=True)
    for name, size in (("2^63", 2**63), ("2^64 - 1", 2**64 - 1)):
        yield broken(f"{name} bytes", frame(BINARY, length=size), "length_top_bit")
        yield broken(f"{name} bytes as a fragment", first + frame(CONTINUATION, length=size),
                     "length_top_bit")
    for size in (0, 125, 126, 65535, 65536, *(size for _, size in BORDERS), 2**63, 2**64 - 1):
        yield broken(f"{size} bytes without a mask", frame(BINARY, mask=False, length=size),
                     "unmasked")
        yield broken(f"{size} bytes without a mask as a fragment",
                     first + frame(CONTINUATION, mask=False, length=size), "unmasked")
    for size, field in ((0, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65535, 8)):
        yield broken(f"{size} in {field} bytes", frame(BINARY, length=size, field=field),
                     "length_not_minimal")


def fragments():
    """Messages in parts."""
    yield broken("too long in fragments", frame(BINARY, b"x" * 40_000, fin=False) +
                 frame(CONTINUATION, b"x" * 40_000), "message_too_long", TOO_BIG, welcomed=True)
    yield broken("65 fragments", frame(BINARY, fin=False) +
                 64 * frame(CONTINUATION, fin=False), "too_many_fragments", TOO_BIG)
    yield broken("100,000 empty fragments", frame(BINARY, fin=False) +
                 99_999 * frame(CONTINUATION, fin=False), "too_many_fragments", TOO_BIG)
    yield broken("16 MiB in fragments of a byte", frame(BINARY, b"x", fin=False) +
                 ((16 << 20) - 1) * frame(CONTINUATION, b"x", fin=False), "too_many_fragments",
                 TOO_BIG, within_s=10)
    yield Story("16 MiB in messages of a byte", (16 << 20) * frame(BINARY, b"\n"), 3501,
                messages_refused("malformed"), welcomed=True, told=3501, within_s=10)
    yield Story("half a frame, then the end", frame(BINARY, b"x", length=100), 1006,
                'roomcast_connections_ended_total{code="1006"}', welcomed=True, then_cuts=True)
    yield Story("half a frame, then silence", frame(BINARY, b"x", length=100), 3002,
                disconnects(3002), told=3002)
    yield Story("half a header, then silence", b"\x82", 3002, disconnects(3002), told=3002)


def closes():
    """Close frames that may not be."""
    for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535):
        yield broken(f"close code {code}", close_frame(code), "close_code")
    yield broken("a close of one byte", frame(CLOSE, b"\x03"), "close_one_byte")
    yield broken("a close reason that is not UTF-8", close_frame(1000, b"\xc3\x28"),
                 "close_reason_not_utf8", BAD_PAYLOAD)
    yield broken("a close reason cut inside of a character", close_frame(1000, b"ok \xe2\x82"),
                 "close_reason_not_utf8", BAD_PAYLOAD)


def deflated():
    """Messages that only say that they are deflated."""
    def sends(name, payload, reason, code=BAD_PAYLOAD, **fields):
        return broken(name, frame(BINARY, payload, rsv=DEFLATED), reason, code, deflate=True,
                      **fields)

    good = deflate(b"a message that is long enough to be cut " * 5)
    yield broken("deflated without agreement", frame(BINARY, good, rsv=DEFLATED), "reserved_bit")
    yield sends("garbage", random.Random(5).randbytes(1000), "deflate_corrupt")
    yield sends("text that was never deflated", b"hello, hub", "deflate_corrupt")
    yield sends("cut inside of a block", good[:-10], "deflate_truncated")
    yield sends("with the flush's tail left on", good + b"\x00\x00\xff\xff", "deflate_truncated")
    yield sends("garbage behind a last block", deflate(b"x", zlib.Z_FINISH)[:-1] + b"\xff\xff",
                "deflate_corrupt")
    yield sends("a bomb", deflate(b"\x00" * (60 << 20)), "inflated_too_long", TOO_BIG,
                welcomed=True)
    yield sends("a bomb of two last blocks", 2 * deflate(b"\x00" * 40_000, zlib.Z_FINISH)[:-1],
                "inflated_too_long", TOO_BIG, welcomed=True)
    bomb = deflate(b"\x00" * (200 << 20))
    yield sends("200 MiB in 200 kB", bomb, "message_too_long", TOO_BIG, welcomed=True)
    half = len(good) // 2
    yield broken("garbage in fragments", frame(BINARY, good[:half], fin=False, rsv=DEFLATED) +
                 frame(CONTINUATION, b"\xff" * half), "deflate_corrupt", BAD_PAYLOAD, deflate=True)
    # The stranger's limit is counted while inflating, and in all.
    yield Story("much before Welcome, inflated", frame(
        BINARY, deflate(b"\x00" * (STRANGER_MOST + 1)), rsv=DEFLATED), TOO_BIG,
        messages_refused("before_welcome_bytes"), deflate=True)


def strangers():
    """What is too much from somebody who was not welcomed."""
    unknown = b"\x7a" + bytes([0x80, 0x40]) + b"x" * 8192  # field 15, which means nothing
    yield Story("much before Welcome", frame(BINARY, b"x" * (STRANGER_MOST + 1)), TOO_BIG,
                messages_refused("before_welcome_bytes"))
    yield Story("much before Welcome in two messages", 2 * frame(BINARY, unknown), TOO_BIG,
                messages_refused("before_welcome_bytes"))
    yield Story("21 pings", 21 * frame(PING), POLICY, messages_refused("control_flood"))
    yield Story("21 pongs", 21 * frame(PONG), POLICY, messages_refused("control_flood"))
    yield Story("10,000 pings", 10_000 * frame(PING, b"x" * 125), POLICY,
                messages_refused("control_flood"), welcomed=True)


class BadFramesTest(StoryCase):
    """One hub for all stories."""

    FLAGS = ("--set", "timeouts.hello=2s", "--set", "timeouts.close=2s",
             "--set", "compression.enabled=true", "--set", "compression.above=1B",
             "--set", "namespaces.chat.access.publish=anyone")

    def see_all(self, stories):
        """Plays each."""
        for story in stories:
            with self.subTest(story.name):
                self.see(story)

    def test_first_bytes(self):
        self.see_all(first_bytes())

    def test_lengths(self):
        self.see_all(lengths())

    def test_fragments(self):
        self.see_all(fragments())

    def test_closes(self):
        self.see_all(closes())

    def test_deflated_messages(self):
        self.see_all(deflated())

    def test_strangers(self):
        self.see_all(strangers())

    def test_nothing_behind_a_close_is_run(self):
        publish = client_pb2.ClientMessage(
            id=9, publish=client_pb2.Publish(room=ROOM, data=b"behind the close"))
        with Peer(self.hub.port) as peer:
            peer.join(ROOM)
            peer.send(close_frame(1000, b"bye") + encode(publish) + frame(3))
            closed, messages = peer.expect_close()
        self.assertEqual((closed.code, messages), (1000, []))

    def test_each_close_code_that_may_travel_is_answered_with_itself(self):
        for payload, code in ((b"", 1005), (struct.pack("!H", 1000), 1000),
                              (struct.pack("!H", 1001) + b"x" * 123, 1001),
                              (struct.pack("!H", 3000), 3000), (struct.pack("!H", 4999), 4999)):
            with self.subTest(code), Peer(self.hub.port) as peer:
                peer.join()
                peer.send(frame(CLOSE, payload))
                self.assertEqual(peer.expect_close()[0].code, code)

    def test_the_newest_ping_is_answered_of_those_that_came_together(self):
        with Peer(self.hub.port) as peer:
            peer.join()
            peer.send(b"".join(frame(PING, bytes([i])) for i in range(10)))
            pongs = [peer.read_pong()]
            while pongs[-1] != b"\x09":
                pongs.append(peer.read_pong())
        self.assertLess(len(pongs), 10)

    def test_what_is_in_order_is_taken_at_every_border(self):
        with Peer(self.hub.port) as peer:
            peer.join(deflate=True)
            for size in (125, 126, 127, 65535, 65536, MESSAGE_MOST):
                payload = meaningless(size)
                peer.send(frame(BINARY, payload) + frame(BINARY, deflate(payload), rsv=DEFLATED) +
                          frame(BINARY, payload[:50], fin=False) + frame(PING, b"between") +
                          frame(CONTINUATION, payload[50:]))
                self.assertTrue(peer.publish(ROOM, b"after it").HasField("published"))
                self.assertEqual(self.bystander.expect_publication(ROOM).data, b"after it")
                self.assertEqual(peer.read_pong(), b"between")

    def test_odd_but_right_deflated_messages_are_taken(self):
        ask = client_pb2.ClientFrame(messages=[client_pb2.ClientMessage(
            id=5, leave=client_pb2.Leave(room="chat:never-joined"))]).SerializeToString()
        finished = deflate(ask, zlib.Z_FINISH)
        rows = (("in one block", deflate(ask)), ("in a last block", finished),
                ("in a last block and no more", finished[:-1]),
                ("in two last blocks", deflate(ask[:7], zlib.Z_FINISH)[:-1] +
                 deflate(ask[7:], zlib.Z_FINISH)))
        with Peer(self.hub.port) as peer:
            peer.join(deflate=True)
            for name, payload in rows:
                with self.subTest(name):
                    # Before it an empty message, deflated and not.
                    peer.send(frame(BINARY, b"", rsv=DEFLATED) + frame(BINARY, b"\0", rsv=DEFLATED) +
                              frame(BINARY) + frame(BINARY, payload, rsv=DEFLATED))
                    self.assertEqual(peer.read().id, 5)

    def test_batches_come_deflated_to_those_who_agreed_and_plain_to_the_others(self):
        data = b"the same words again and again, " * 20
        with Peer(self.hub.port) as peer, Peer(self.hub.port) as other:
            peer.join(ROOM, deflate=True)
            other.join(ROOM)
            before = peer.inflated
            self.publisher.publish(ROOM, data)
            for each in (peer, other, self.bystander):
                self.assertEqual(each.expect_publication(ROOM).data, data)
            self.assertEqual((peer.inflated - before, other.inflated), (1, 0))
        self.assertGreater(self.hub.metric("roomcast_deflate_saved_bytes_total"), len(data) // 2)

    def test_a_stalled_reader_that_floods_pings_costs_what_one_pong_costs(self):
        with Peer(self.hub.port, receive_buffer=4096) as peer:
            peer.join()
            peer.send(20 * frame(PING, b"x" * 125))
            until(lambda: self.hub.metric("roomcast_outbox_bytes") < 4096, "the pongs are gone")
            peer.send(frame(PING, b"x"))
            with self.assertRaises(Closed) as end:
                while True:
                    peer.read()
            self.assertEqual(end.exception.code, POLICY)

    def test_a_hello_may_come_deflated_behind_the_upgrade(self):
        payload = client_pb2.ClientFrame(messages=[hello([ROOM])]).SerializeToString()
        with Peer(self.hub.port) as peer:
            peer.upgrade(frame(BINARY, deflate(payload), rsv=DEFLATED), deflate=True)
            self.assertEqual(peer.expect("welcome").joins[0].joined.room, ROOM)


if __name__ == "__main__":
    unittest.main()
