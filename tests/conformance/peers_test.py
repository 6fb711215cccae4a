#!/usr/bin/env python3
"""WebSocket clients that are not ours, against the echo and against the hub.

Each peer is a program that runs a script of messages and says what came back; README.md has the
contract. So the same stories are told to all of them.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))
# pylint: disable=wrong-import-position
from certificates import Pair
from echo_server import PATIENCE, EchoServer
from hub import HubCase, client_pb2
from wire import hello

PEERS = HERE / "peers"
_BUILT = tempfile.TemporaryDirectory(prefix="roomcast-peers-")


def build_gorilla():
    """The Go peer as a program, from Debian's sources alone."""
    program = pathlib.Path(_BUILT.name) / "gorilla_peer"
    environment = {**os.environ, "GOPATH": "/usr/share/gocode", "GO111MODULE": "off",
                   "GOFLAGS": "-p=1", "GOCACHE": str(HERE.parents[1] / "build/go-cache")}
    subprocess.run(["go", "build", "-o", str(program), str(PEERS / "gorilla_peer.go")],
                   check=True, env=environment, timeout=600)
    return [str(program)]


COMMANDS = {
    "websockets": lambda: [sys.executable, str(PEERS / "websockets_peer.py")],
    "aiohttp": lambda: [sys.executable, str(PEERS / "aiohttp_peer.py")],
    "autobahn": lambda: [sys.executable, str(PEERS / "autobahn_peer.py")],
    "ws": lambda: ["node", str(PEERS / "ws_peer.mjs")],
    "gorilla": build_gorilla,
}


def run_peer(command, url, steps, *, deflate, subprotocols=(), environment=None):
    """What the peer said, a line each, and its end."""
    script = {"url": url, "subprotocols": list(subprotocols), "deflate": deflate, "steps": steps}
    done = subprocess.run(command, input=json.dumps(script).encode(), capture_output=True,
                          timeout=4 * PATIENCE, check=False,
                          env={**os.environ, **(environment or {})})
    if done.returncode:
        raise AssertionError(f"{command[-1]} failed: {done.stderr.decode()[-2000:]}")
    *came, end = [json.loads(line) for line in done.stdout.splitlines()]
    return came, end


def say(kind, data, times=1, pieces=1):
    """A step: send this, `times` over, in so many fragments where the peer can."""
    return {"send": kind, "data": data.hex(), "times": times, "pieces": pieces}


def echo_of(step):
    """What has to come back."""
    data = bytes.fromhex(step["data"]) * step["times"]
    told = {"came": "pong" if step["send"] == "ping" else step["send"], "data": data.hex()}
    if step["send"] != "ping":
        told |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        if len(data) > 4096:
            del told["data"]
    return told


NOISE = hashlib.shake_256(b"noise").digest(3000)
STORIES = {
    "small": [say("text", b"hello"), say("binary", b"\x00\xff\x80"), say("text", b""),
              say("binary", b""), say("text", "Κόσμε \U0001f600".encode())],
    "every border of the length": [say("binary", b"x", times=size)
                                   for size in (125, 126, 127, 65535, 65536, 65537)],
    "deflates well": [say("text", b'{"user": "alice", "text": "hi"} ', times=4000)],
    "does not deflate": [say("binary", NOISE), say("binary", NOISE, times=100)],
    "fragments": [say("text", "äöü".encode(), times=3000, pieces=7),
                  say("binary", NOISE, pieces=3)],
    "a ping between messages": [say("text", b"a"), say("ping", b"are you there?"),
                                say("text", b"b")],
    "16 MiB": [say("binary", NOISE[:1024], times=16384)],
}


class PeersTest(unittest.TestCase):
    """Against the echo."""

    def test_each_peer_hears_what_it_said(self):
        with EchoServer() as echo:
            for name, make in COMMANDS.items():
                command = make()
                for story, steps in STORIES.items():
                    for deflate in (False, True):
                        with self.subTest(name, story=story, deflate=deflate):
                            came, end = run_peer(command, f"ws://127.0.0.1:{echo.port}/any/path?x",
                                                 steps, deflate=deflate)
                            self.assertEqual(came, [echo_of(step) for step in steps])
                            self.assertEqual(end, {"closed": 1000, "deflate": deflate})


    def test_each_peer_speaks_tls(self):
        steps = STORIES["small"] + STORIES["deflates well"] + STORIES["16 MiB"]
        with tempfile.TemporaryDirectory(prefix="roomcast-tls-") as folder:
            pair = Pair(folder)
            trust = {"SSL_CERT_FILE": str(pair.certificate),
                     "NODE_EXTRA_CA_CERTS": str(pair.certificate)}
            with EchoServer("--certificate", str(pair.certificate), "--key", str(pair.key)) as echo:
                for name, make in COMMANDS.items():
                    with self.subTest(name):
                        came, end = run_peer(make(), f"wss://localhost:{echo.port}/", steps,
                                             deflate=True, environment=trust)
                        self.assertEqual(came, [echo_of(step) for step in steps])
                        self.assertEqual(end, {"closed": 1000, "deflate": True})


class PeersOfTheHubTest(HubCase):
    """Against the hub: the peers know nothing of its protocol, and carry its bytes."""

    FLAGS = ("--set", "compression.enabled=true", "--set", "compression.above=1B",
             "--set", "namespaces.chat.access.publish=anyone")

    def test_each_peer_is_welcomed_and_publishes(self):
        publish = client_pb2.Publish(room="chat:peers", data=b"text that repeats " * 100)
        steps = [say("binary", client_pb2.ClientFrame(messages=[message]).SerializeToString())
                 for message in (hello(["chat:peers"]),
                                 client_pb2.ClientMessage(id=2, publish=publish))]
        for name, make in COMMANDS.items():
            for deflate in (False, True):
                with self.subTest(name, deflate=deflate):
                    came, end = run_peer(make(), f"ws://127.0.0.1:{self.hub.port}/ws", steps,
                                         deflate=deflate, subprotocols=["roomcast.v1"])
                    bodies = [each.WhichOneof("body") for told in came
                              for each in client_pb2.ServerFrame.FromString(
                                  bytes.fromhex(told["data"])).messages]
                    self.assertEqual(bodies[0], "welcome")
                    self.assertIn(bodies[1], ("published", "room_batch"))
                    self.assertEqual(end, {"closed": 1000, "deflate": deflate})
        self.assertGreater(self.hub.metric("roomcast_messages_inflated_total"), 0)
        self.assertGreater(self.hub.metric("roomcast_deflate_saved_bytes_total"), 0)


if __name__ == "__main__":
    unittest.main()
