#!/usr/bin/env python3
"""What an operator sees: how the hub starts, refuses to, tells of itself, and ends."""
import hashlib
import json
import re
import signal
import socket
import unittest

import grpc

from hub import Hub, HubCase, bridge_pb2, bridge_pb2_grpc, client_pb2, run, until
from wire import BINARY, Peer, encode, frame, upgrade_request

SECRET = "a secret of at least thirty-two bytes"
MARK = "not-for-the-log"


class StartTest(unittest.TestCase):
    """What keeps a hub from starting is one clear text and an exit code."""

    def assert_refused(self, code, pattern, *flags):
        """It ends with the code and says why."""
        done = run("serve", "--dev", "--port", "0", "--bridge-port", "0", "--ops-port", "0", *flags)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertRegex(done.stderr, pattern)
        self.assertNotIn("Traceback", done.stderr)

    def test_a_busy_port_is_named(self):
        with Hub() as other:
            for flag, port in zip(("--port", "--bridge-port", "--ops-port"), other.ports):
                with self.subTest(flag):
                    self.assert_refused(1, str(port), flag, str(port))
            self.assert_refused(1, rf"^roomcast: cannot listen on 127.0.0.1:{other.port}: "
                                   "another program does\n$", "--port", str(other.port))

    def test_a_port_that_another_program_would_share_is_busy(self):
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            self.assert_refused(1, f"{port}.*another program", "--port", str(port))

    def test_an_unknown_key_is_named_with_the_nearest(self):
        self.assert_refused(2, r"heartbeat\.intervall.*interval", "--set",
                            "heartbeat.intervall=10s")

    def test_limits_that_do_not_fit_together_are_refused(self):
        self.assert_refused(2, "outbox", "--set", "outbox.soft=2MiB")

    def test_what_is_no_address_no_folder_and_no_flag(self):
        self.assert_refused(2, "address", "--address", "localhost.example")
        self.assert_refused(2, "no folder", "--static-dir", "/there/is/none")
        self.assert_refused(2, "no such flag", "--prot", "1")

    def test_an_open_hub_has_to_be_asked_for(self):
        done = run("serve", "--port", "0")
        self.assertEqual(done.returncode, 2)
        self.assertIn("auth", done.stderr)

    def test_the_program_explains_itself(self):
        self.assertEqual(run().returncode, 2)
        self.assertEqual(run("nonsense").returncode, 2)
        helped = run("help")
        self.assertEqual(helped.returncode, 0)
        for verb in ("serve", "publish", "token", "version"):
            self.assertIn(f"  {verb}", helped.stdout)
        self.assertRegex(run("version").stdout, r"^\d+\.\d+\.\d+\n$")


class EndTest(unittest.TestCase):
    """SIGTERM and SIGINT."""

    def test_a_signal_ends_it_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), Hub() as hub, Peer(hub.port) as peer, Peer(hub.port) as head:
                peer.join("chat:end")
                head.send(b"GET /ws HT")
                self.assertEqual(hub.get("/readyz")[0], 200)
                hub.process.send_signal(number)
                closed, messages = peer.expect_close()
                self.assertEqual(closed.code, 3001)
                self.assertEqual([each.disconnect.code for each in messages], [3001])
                self.assertEqual(hub.process.wait(30), 0)
                self.assertIsNotNone(hub.log_line("connection ended", code=3001))
                self.assertEqual(hub.log_lines()[-1]["message"], "stopped")

    def test_a_peer_that_does_not_answer_cannot_hold_it_up(self):
        with Hub("--set", "timeouts.close=300ms") as hub, Peer(hub.port) as peer:
            peer.join()
            self.assertEqual(hub.terminate(), 0)

    def test_while_it_ends_it_is_not_ready(self):
        with Hub("--set", "timeouts.close=1m") as hub, Peer(hub.port) as peer:
            peer.join()
            hub.process.terminate()
            until(lambda: hub.get("/readyz")[0] == 503, "readyz says no")
            self.assertIn("draining", hub.get("/readyz")[1])
            self.assertEqual(hub.get("/livez")[0], 200)
            # The peer never answers the close; the second signal ends the hub at once.
            hub.process.terminate()
            self.assertEqual(hub.process.wait(30), -signal.SIGTERM)


class TellTest(HubCase):
    """Log, metrics and tokens of a running hub."""

    FLAGS = ("--set", f"auth.development_secret={SECRET}", "--set", "limits.control_frames=1000",
             "--set", "namespaces.chat.access.publish=anyone")

    def test_a_token_says_who_it_is(self):
        minted = run("token", "alice", "--dev", "--set", f"auth.development_secret={SECRET}")
        self.assertEqual(minted.returncode, 0, minted.stderr)
        token = minted.stdout.strip()
        with Peer(self.hub.port) as peer:
            self.assertEqual(peer.join(token=token).user, "alice")
        with Peer(self.hub.port) as peer:
            peer.upgrade()
            peer.send(encode(client_pb2.ClientMessage(id=1, hello=client_pb2.Hello(
                protocol_version=1, producer=b"p" * 16, token=token[:-4] + "AAAA"))))
            self.assertEqual(peer.expect_close()[0].code, 3500)
        self.assertEqual(
            self.hub.metric('roomcast_tokens_refused_total{reason="bad_signature"}'), 1)
        self.assertNotIn(token, self.hub.said())

    def test_the_log_is_lines_of_json_without_what_clients_said(self):
        with Peer(self.hub.port) as peer:
            peer.join(f"chat:{MARK}-room", client_name=f"{MARK}-client")
            peer.publish("chat:1", f"{MARK}-payload".encode(), type=f"{MARK}-type")
            peer.send(frame(8, b"\x03\xe8" + f"{MARK}-reason".encode()))
            self.assertEqual(peer.expect_close()[0].code, 1000)
        with Peer(self.hub.port) as peer:
            peer.send(upgrade_request(self.hub.port, path=f"/{MARK}"))
            self.assertEqual(peer.response_head()[0], 404)
        until(lambda: self.hub.log_line("connection ended", code=1000), "the end is logged")
        for line in self.hub.said().splitlines():
            fields = json.loads(line)
            self.assertEqual(list(fields)[:3], ["time", "level", "message"])
        self.assertNotIn(MARK, self.hub.said())
        end = self.hub.log_line("connection ended", code=1000)
        self.assertEqual(end["address"], "127.0.0.1")
        self.assertEqual(end["messages_in"], 2)
        self.assertGreaterEqual(end["duration_ms"], 0)

    def test_metrics_are_prometheus_text_without_names_of_ours(self):
        with Peer(self.hub.port) as peer:
            peer.join(f"chat:{MARK}")
            until(lambda: self.hub.metric("roomcast_sessions") >= 1, "the session is counted")
            text = self.hub.get("/metrics")[1]
            self.assertNotIn(MARK, text)
            self.assertNotIn(peer.welcome.session_id, text)
            for line in text.splitlines():
                self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? \S+)$')
        until(lambda: self.hub.metric("roomcast_sessions") == 0, "it is gone again")
        until(lambda: self.hub.metric("roomcast_connections") == 0, "its connection too")

    def test_calls_of_backends_are_counted(self):
        series = 'roomcast_bridge_answers_total{status="INVALID_ARGUMENT"}'
        before = self.hub.metric(series)
        channel = grpc.insecure_channel(self.hub.bridge, options=[("grpc.enable_http_proxy", 0)])
        with self.assertRaises(grpc.RpcError):
            bridge_pb2_grpc.BridgeStub(channel).Publish(bridge_pb2.PublishRequest())
        until(lambda: self.hub.metric(series) == before + 1, f"{series} rises")
        calls = re.search(r'roomcast_bridge_calls_total\{method="Publish"\} (\d+)',
                          self.hub.get("/metrics")[1])
        self.assertGreaterEqual(int(calls[1]), 1)


class KeyTest(unittest.TestCase):
    """Keys of backends."""

    def test_the_log_is_without_them(self):
        key = f"{MARK}-key"
        digest = hashlib.sha256(key.encode()).hexdigest()
        with Hub("--set", "log.level=debug", "--set",
                 f"bridge.keys=[{{name: shop, sha256: {digest}, roles: [publish]}}]") as hub:
            channel = grpc.insecure_channel(hub.bridge, options=[("grpc.enable_http_proxy", 0)])
            stub = bridge_pb2_grpc.BridgeStub(channel)
            request = bridge_pb2.PublishRequest(
                room="chat:1", publication=bridge_pb2.NewPublication(text=f"{MARK}-payload"))
            stub.Publish(request, metadata=[("authorization", f"Bearer {key}")], timeout=30)
            with self.assertRaises(grpc.RpcError):
                stub.Publish(request, metadata=[("authorization", f"Bearer {key}.")], timeout=30)
            self.assertEqual(hub.terminate(), 0)
            self.assertEqual(hub.log_lines()[-1]["message"], "stopped")
            self.assertNotIn(MARK, hub.said())


class LimitTest(unittest.TestCase):
    """What the node as a whole can hold."""

    def test_one_connection_too_many_comes_back_later(self):
        with Hub("--shards", "1", "--set", "memory.connections_max=2") as hub, \
                Peer(hub.port) as one, Peer(hub.port) as two, Peer(hub.port) as three:
            one.join()
            two.join()
            three.upgrade()
            self.assertEqual(three.expect_close()[0].code, 1013)
            two.close()
            until(lambda: hub.metric("roomcast_connections") == 1, "there is room again")
            with Peer(hub.port) as four:
                four.join()

    def test_a_peer_that_only_takes_bytes_is_alive_and_one_that_takes_none_is_not(self):
        lost = 'roomcast_disconnects_total{code="3012"}'
        with Hub("--set", "heartbeat.interval=300ms", "--set", "heartbeat.grace=200ms",
                 "--set", "namespaces.chat.access.publish=anyone") as hub, \
                Peer(hub.port) as silent, Peer(hub.port, receive_buffer=4096) as stuck:
            # It says Hello, half of a message and not a byte more; its machine acknowledges the pings.
            silent.join()
            rest = encode(client_pb2.ClientMessage(id=9, leave=client_pb2.Leave(room="chat:-")))
            silent.send(rest[:-3])
            pings = 0
            while pings < 5:
                opcode, payload = silent.read_frame()
                self.assertEqual(opcode, BINARY)
                for message in client_pb2.ServerFrame.FromString(payload).messages:
                    pings += message.HasField("ping")
            self.assertEqual(hub.metric(lost), 0)
            silent.send(rest[-3:])
            self.assertEqual(silent.read().id, 9)
            # The other's window is full: nothing more is acknowledged, pings included.
            stuck.join("chat:stuck")
            stuck.send(frame(BINARY, b"x", length=60_000))
            with Peer(hub.port) as writer:
                writer.join()
                for _ in range(4):
                    writer.publish("chat:stuck", b"x" * 50_000)
            until(lambda: hub.metric(lost) == 1, "the stuck peer is given up")


if __name__ == "__main__":
    unittest.main()
