#!/usr/bin/env python3
"""A hub that ends sends its clients elsewhere, one after the other; another one takes them. And a hub
that reads its config again."""
import os
import pathlib
import selectors
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from hub import BINARY, PATIENCE, Hub, client_pb2, run, until
from wire import Peer, encode, hello

DRAIN = ("--set", "drain.notice=500ms", "--set", "drain.spread=3s")


class Signpost:
    """One address in front of two hubs, as a load balancer is: new connections go to the one that it
    points to. A context manager."""

    def __init__(self, port):
        self.target = port
        self.connects = []  # when, in seconds
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ended = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        selector = selectors.DefaultSelector()
        selector.register(self.listener, selectors.EVENT_READ)
        other = {}
        while not self.ended:
            for key, _ in selector.select(0.05):
                if key.fileobj is self.listener:
                    self._accept(selector, other)
                    continue
                try:
                    data = key.fileobj.recv(65536)
                    if data:
                        other[key.fileobj].sendall(data)
                        continue
                except OSError:
                    pass
                for end in (key.fileobj, other.get(key.fileobj)):
                    if end in other:
                        selector.unregister(end)
                        del other[end]
                        end.close()

    def _accept(self, selector, other):
        near = self.listener.accept()[0]
        self.connects.append(time.monotonic())
        try:
            far = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            near.close()
            return
        other[near], other[far] = far, near
        selector.register(near, selectors.EVENT_READ)
        selector.register(far, selectors.EVENT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.ended = True
        self.thread.join(PATIENCE)
        self.listener.close()


class DrainTest(unittest.TestCase):
    """SIGTERM with a window."""

    def test_clients_move_to_another_hub_in_their_part_of_the_window(self):
        with Hub(*DRAIN) as old, Hub() as new:
            peers = [Peer(old.port) for _ in range(30)]
            positions = []
            for peer in peers:
                welcome = peer.join("chat:a")
                positions.append(welcome.joins[0].joined.position)
            began = time.monotonic()
            old.process.terminate()
            parts = [peer.expect("go_away") for peer in peers]
            self.assertTrue(all(500 <= part.retry_after_ms <= 2500 for part in parts), parts)
            self.assertTrue(all(part.spread_ms == 800 for part in parts), parts)
            self.assertGreater(len({part.retry_after_ms // 500 for part in parts}), 2, "spread out")
            self.assertEqual(old.get("/readyz")[0], 503)
            self.assertEqual(old.get("/livez")[0], 200)
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.1", old.port), PATIENCE)
            # Who obeys closes by itself; the verdict elsewhere is said honestly.
            for peer, position in zip(peers[::2], positions[::2]):
                peer.close()
                with Peer(new.port) as moved:
                    request = hello(resume=client_pb2.Resume(
                        session_id=peer.welcome.session_id, session_key=peer.welcome.session_key))
                    request.hello.joins.add(room="chat:a", position=position)
                    moved.upgrade(encode(request))
                    welcome = moved.expect("welcome")
                    self.assertFalse(welcome.resumed)
                    self.assertEqual(welcome.joins[0].joined.verdict, client_pb2.VERDICT_LOST)
            # Who does not is closed at the end of its part.
            for peer, part in zip(peers[1::2], parts[1::2]):
                closed, messages = peer.expect_close()
                self.assertEqual(closed.code, 3001)
                self.assertEqual(messages[-1].disconnect.action,
                                 client_pb2.DISCONNECT_ACTION_FRESH)
                self.assertGreaterEqual(time.monotonic() - began, part.retry_after_ms / 1000)
            # It does not wait for a window that nobody needs.
            self.assertEqual(old.process.wait(PATIENCE), 0)

    def test_the_sdk_obeys_and_goes_on_hearing(self):
        with Hub(*DRAIN) as old, Hub("--set", "namespaces.chat.access.publish=anyone") as new, \
                Signpost(old.port) as post:
            watch = subprocess.Popen(
                [BINARY, "watch", "chat:a", "--url", f"ws://127.0.0.1:{post.port}/ws",
                 "--count", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                until(lambda: old.metric("roomcast_members") == 1, "it has joined")
                post.target = new.port
                old.process.terminate()
                until(lambda: new.metric("roomcast_members") == 1, "it has moved")
                self.assertEqual(old.process.wait(PATIENCE), 0)
                with Peer(new.port) as speaker:
                    speaker.join()
                    speaker.publish("chat:a", b"over here", encoding=client_pb2.ENCODING_TEXT)
                out, said = watch.communicate(timeout=PATIENCE)
                self.assertIn("over here", out, said)
                self.assertEqual(len(post.connects), 2, "it went once")
                self.assertIsNone(old.log_line("connection ended", code=3001), "by itself")
            finally:
                watch.kill()
                watch.communicate()

    def test_a_second_signal_ends_it_at_once(self):
        with Hub("--set", "drain.notice=1m") as hub, Peer(hub.port) as peer:
            peer.join()
            hub.process.terminate()
            peer.expect("go_away")
            hub.process.send_signal(signal.SIGTERM)
            closed, _ = peer.expect_close()
            self.assertEqual(closed.code, 3001)
            self.assertEqual(hub.process.wait(PATIENCE), 0)

    def test_without_clients_it_ends_without_waiting(self):
        with Hub("--set", "drain.notice=10m") as hub:
            self.assertEqual(hub.terminate(), 0)


class ReloadTest(unittest.TestCase):
    """SIGHUP, with a config file."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomcast-config-")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "roomcast.yaml"
        self.write("  - {name: chat, access: {join: anyone}}\n")

    def write(self, namespaces, more=""):
        """A config in place of the one before, as a rename."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"namespaces:\n  - {{name: default}}\n{namespaces}{more}",
                         encoding="utf-8")
        os.replace(fresh, self.path)

    def reload(self, hub, message):
        """SIGHUP; the newest line with this message."""
        before = len([line for line in hub.log_lines() if line["message"] == message])
        hub.process.send_signal(signal.SIGHUP)

        def newer():
            lines = [line for line in hub.log_lines() if line["message"] == message]
            return len(lines) > before and lines[-1]
        return until(newer, message)

    def test_it_applies_what_can_change_and_names_what_cannot(self):
        with Hub("--config", str(self.path)) as hub, Peer(hub.port) as peer:
            peer.join("chat:a")
            self.write("  - {name: chat, access: {join: user}}\n"
                       "  - {name: new, access: {join: anyone}}\n", "shards: 7\n")
            line = self.reload(hub, "config read anew")
            self.assertEqual(line["changed"], "namespaces.chat.access.join, namespaces.new")
            self.assertEqual(line["needs_restart"], "shards")
            self.assertEqual(peer.expect("left").code, 2001)
            joined = peer.call(join=client_pb2.Join(room="new:a"))
            self.assertEqual(joined.WhichOneof("body"), "joined")
            line = self.reload(hub, "config read anew")
            self.assertEqual((line["changed"], line["needs_restart"]), ("", "shards"))

    def test_what_a_user_may_holds_for_sessions_that_are_there(self):
        secret = ("--set", "auth.development_secret=a secret of at least thirty-two bytes")
        namespaces = "  - {name: chat, access: {publish: anyone}}\n"
        limits = "limits: {publishes_per_second: 1, publish_burst: 200, user_rate_factor: %d}\n"
        self.write(namespaces, limits % 0)
        with Hub("--config", str(self.path), *secret) as hub, \
                Peer(hub.port) as one, Peer(hub.port) as two, Peer(hub.port) as three:
            def published(peer, count):
                return all(peer.publish("chat:a", b"x").HasField("published") for _ in range(count))
            token = run("token", "ada", "--dev", *secret).stdout.strip()
            for peer in (one, two, three):
                peer.join(token=token)
                self.assertTrue(published(peer, 80), "three together may what no session may")
            self.write(namespaces, limits % 1)
            line = self.reload(hub, "config read anew")
            self.assertEqual((line["changed"], line["needs_restart"]), ("limits.user_rate_factor", ""))
            self.assertTrue(published(one, 100))
            self.assertTrue(published(two, 100))
            while (answer := three.publish("chat:a", b"x")).HasField("published"):
                pass
            self.assertRegex(answer.error.message, "of all the user's sessions$")
            self.write(namespaces, limits % 0)
            ended = run("reload", "--bridge", hub.bridge)
            self.assertIn("limits.user_rate_factor", ended.stdout, ended.stderr)
            self.assertTrue(published(three, 10), "though it was told to wait")

    def test_a_bad_file_changes_nothing(self):
        with Hub("--config", str(self.path)) as hub, Peer(hub.port) as peer:
            peer.join("chat:a")
            for more in ("nonsense: 1\n", "limits: {joins_per_second: 0}\n",
                         "auth: {jwks_file: /there/is/none}\n"):
                self.write("  - {name: new}\n", more)
                line = self.reload(hub, "config kept as it was")
                self.assertTrue(line["reason"], line)
                refused = peer.call(join=client_pb2.Join(room="new:a"))
                self.assertEqual(refused.error.code, 102, more)
            os.unlink(self.path)
            self.reload(hub, "config kept as it was")
            joined = peer.call(join=client_pb2.Join(room="chat:b"))
            self.assertEqual(joined.WhichOneof("body"), "joined")


if __name__ == "__main__":
    unittest.main()
