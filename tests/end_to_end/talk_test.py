#!/usr/bin/env python3
"""Clients talk through the real hub, and a backend pushes to them over gRPC."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import grpc

import memory
from hub import ROOT, Hub, HubCase, bridge_pb2, bridge_pb2_grpc, client_pb2, run, until
from wire import BINARY, CONTINUATION, PING, Closed, Peer, encode, frame, hello

OPEN_CHAT = ("--set", "namespaces.chat.access.publish=anyone")


def stub_of(hub):
    """The bridge of a hub."""
    channel = grpc.insecure_channel(hub.bridge, options=[("grpc.enable_http_proxy", 0)])
    return bridge_pb2_grpc.BridgeStub(channel)


class TalkTest(HubCase):
    """Two shards, so that what one client says may have to cross to the other's."""

    FLAGS = (*OPEN_CHAT, "--shards", "2")

    def test_two_clients_talk(self):
        with Peer(self.hub.port) as alice, Peer(self.hub.port) as bob:
            alice.join("chat:talk")
            bob.join("chat:talk")
            for number in range(20):
                speaker, listener = (alice, bob) if number % 2 else (bob, alice)
                speaker.send(encode(client_pb2.ClientMessage(id=100 + number, publish=client_pb2.Publish(
                    room="chat:talk", data=b"%d" % number, counter=number + 1))))
                heard = listener.expect_publication("chat:talk")
                self.assertEqual((heard.data, heard.offset), (b"%d" % number, number + 1))
                self.assertEqual(heard.publisher.session, speaker.welcome.session_id)
                # To who spoke come its own message and the answer, in whichever order.
                said = {speaker.read().WhichOneof("body") for _ in range(2)}
                self.assertEqual(said, {"published", "room_batch"})

    def test_many_rooms_on_one_connection_keep_each_its_order(self):
        rooms = [f"chat:many-{number}" for number in range(16)]
        with Peer(self.hub.port) as reader, Peer(self.hub.port) as writer:
            reader.join(*rooms)
            writer.join()
            for offset in range(1, 6):
                writer.send(b"".join(encode(client_pb2.ClientMessage(publish=client_pb2.Publish(
                    room=room, data=b"%d" % offset))) for room in rooms))
            seen = {room: [] for room in rooms}
            while sum(map(len, seen.values())) < 5 * len(rooms):
                batch = reader.expect("room_batch")
                seen[reader.handles[batch.handle]] += [each.offset for each in batch.publications]
            self.assertEqual(set(map(tuple, seen.values())), {(1, 2, 3, 4, 5)})

    def test_a_backend_pushes_to_who_is_there(self):
        stub = stub_of(self.hub)
        with Peer(self.hub.port) as peer:
            peer.join("chat:pushed", "demo:pushed")
            answer = stub.Publish(bridge_pb2.PublishRequest(
                room="chat:pushed",
                publication=bridge_pb2.NewPublication(text="from gRPC", type="say", user="cron")))
            heard = peer.expect_publication("chat:pushed")
            self.assertEqual((heard.data, heard.type, heard.encoding),
                             (b"from gRPC", "say", client_pb2.ENCODING_TEXT))
            self.assertEqual((heard.offset, heard.publisher.user), (answer.position.offset, "cron"))
            stub.Broadcast(bridge_pb2.BroadcastRequest(
                rooms=["demo:pushed", "chat:pushed", "chat:nobody"],
                publication=bridge_pb2.NewPublication(json='{"a":1}')))
            batches = [peer.expect("room_batch") for _ in range(2)]
            self.assertEqual({peer.handles[each.handle] for each in batches},
                             {"chat:pushed", "demo:pushed"})

    def test_a_repeated_push_takes_effect_once(self):
        stub = stub_of(self.hub)
        request = bridge_pb2.PublishRequest(room="chat:once", idempotency_key="order-7",
                                            publication=bridge_pb2.NewPublication(text="once"))
        first, second = stub.Publish(request), stub.Publish(request)
        self.assertEqual((first.duplicate, second.duplicate), (False, True))
        self.assertEqual(first.position, second.position)

    def test_the_example_backend_is_heard(self):
        backend = ROOT / "bridge/examples/push_every_second.py"
        environment = dict(os.environ, no_proxy="127.0.0.1", no_grpc_proxy="127.0.0.1")
        with Peer(self.hub.port) as peer:
            peer.join("chat:example")
            process = subprocess.Popen([sys.executable, backend, "chat:example", self.hub.bridge],
                                       stdout=subprocess.DEVNULL, env=environment)
            try:
                self.assertIn("says the backend", peer.expect_publication("chat:example").data.decode())
            finally:
                process.terminate()
                process.wait()

    def test_the_command_line_pushes_and_tells(self):
        with Peer(self.hub.port) as peer:
            peer.join("chat:typed")
            done = run("publish", "--bridge", self.hub.bridge, "chat:typed", "typed by hand")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(peer.expect_publication("chat:typed").data, b"typed by hand")
            info = stub_of(self.hub).GetInfo(bridge_pb2.GetInfoRequest())
            self.assertEqual((info.instance, info.shards), (peer.welcome.instance, 2))
            self.assertGreaterEqual(info.connections, 1)
            self.assertGreaterEqual(info.publications, 1)

    def test_a_message_may_come_in_pieces_with_pings_between(self):
        payload = client_pb2.ClientFrame(messages=[hello(["chat:pieces"])]).SerializeToString()
        with Peer(self.hub.port) as peer:
            peer.upgrade()
            data = (frame(BINARY, payload[:5], fin=False) + frame(PING, b"one")
                    + frame(CONTINUATION, payload[5:9], fin=False) + frame(PING, b"two")
                    + frame(CONTINUATION, payload[9:]))
            for byte in data:
                peer.send(bytes([byte]))
            peer.expect("welcome")
            # Only the newest ping has to be answered.
            while peer.read_pong() != b"two":
                pass

    def test_who_leaves_by_itself_is_answered_with_its_code(self):
        with Peer(self.hub.port) as peer:
            peer.join()
            peer.send(frame(8, (4001).to_bytes(2, "big") + b"enough"))
            with self.assertRaises(Closed) as ended:
                peer.read()
            self.assertEqual(ended.exception.code, 4001)
        line = until(lambda: self.hub.log_line("connection ended", reason="closed by peer"),
                     "the log says who ended it")
        self.assertGreater(line["bytes_in"], 0)

    def test_a_reader_that_does_not_read_is_caught_up(self):
        """More than the outbox holds is published; the reader gets all of it from history, in order."""
        with Peer(self.hub.port) as reader, Peer(self.hub.port) as writer:
            reader.join("chat:slow")
            writer.join()
            size, count = 15_000, 60
            for number in range(count):
                answer = writer.publish("chat:slow", b"%04d" % number + b"x" * size)
                self.assertTrue(answer.HasField("published"), answer)
            offsets = []
            while len(offsets) < count:
                offsets += [each.offset for each in reader.expect("room_batch").publications]
            self.assertEqual(offsets, list(range(1, count + 1)))


class RestartTest(unittest.TestCase):
    """A hub that dies, and another in its place."""

    def test_a_new_hub_on_the_same_ports_knows_that_it_is_new(self):
        with Hub(*OPEN_CHAT) as first, Peer(first.port) as peer:
            before = peer.join("chat:life")
            self.assertTrue(peer.publish("chat:elsewhere", b"x", counter=1).HasField("published"))
            position = before.joins[0].joined.position
            first.kill()
            self.assertEqual(peer.expect_close()[0].code, 1006)
            with Hub(*OPEN_CHAT, ports=first.ports) as second, Peer(second.port) as again:
                again.upgrade(encode(client_pb2.ClientMessage(id=1, hello=client_pb2.Hello(
                    protocol_version=1, producer=b"p" * 16,
                    joins=[client_pb2.Join(room="chat:life", position=position)]))))
                welcome = again.expect("welcome")
                self.assertNotEqual(welcome.instance, before.instance)
                self.assertNotEqual(welcome.joins[0].joined.position.epoch, position.epoch)
                self.assertEqual(welcome.joins[0].joined.verdict, client_pb2.VERDICT_LOST)


def folder_with_page(folder):
    """Puts a page there."""
    pathlib.Path(folder, "index.html").write_text("<h1>hello</h1>", encoding="utf-8")
    return folder


class PageTest(unittest.TestCase):
    """Static files beside the WebSocket."""

    def test_files_are_served_with_their_headers(self):
        with tempfile.TemporaryDirectory() as folder, Hub("--static-dir", folder_with_page(folder)) as hub:
            status, text = hub.get("/", hub.port)
            self.assertEqual((status, text), (200, "<h1>hello</h1>"))
            self.assertEqual(hub.get("/absent.js", hub.port)[0], 404)
            with Peer(hub.port) as peer:
                peer.send(b"GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n")
                status, headers = peer.response_head()
                self.assertEqual(status, 200)
                self.assertIn("wasm-unsafe-eval", headers["content-security-policy"])
            with Peer(hub.port) as peer:
                peer.send(b"GET /index.html HTTP/1.1\r\nHost: x\r\nIf-None-Match: "
                          + headers["etag"].encode() + b"\r\n\r\n")
                self.assertEqual(peer.response_head()[0], 304)

    def test_a_slow_reader_gets_all_of_a_long_file_and_one_that_stops_is_let_go(self):
        """Whoever reads has longer than the close deadline; none costs more than a piece of the file."""
        content = os.urandom(8 << 20)
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "long.bin").write_bytes(content)
            with Hub("--static-dir", folder, "--set", "timeouts.close=500ms",
                     environment=memory.ENVIRONMENT) as hub:
                peers = [Peer(hub.port, receive_buffer=4096) for _ in range(20)]
                with memory.ProcessMemory(hub.process.pid).bounded(12 << 20), Peer(hub.port) as slow:
                    for peer in (*peers, slow):
                        peer.send(b"GET /long.bin HTTP/1.1\r\nHost: x\r\n\r\n")
                    self.assertEqual(slow.response_head()[0], 200)
                    came = [slow.bytes]
                    while chunk := slow.socket.recv(256 << 10):
                        came.append(chunk)
                        time.sleep(0.05)
                    self.assertEqual(b"".join(came), content)
                until(lambda: hub.metric("roomcast_connections") == 0, "nobody is left")
                for peer in peers:
                    peer.close()


if __name__ == "__main__":
    unittest.main()
