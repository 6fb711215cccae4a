#!/usr/bin/env python3
"""Rooms that keep their promises, on the real hub: sessions that come back, history, tokens that
expire and are exchanged, keys that rotate."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import socket
import struct
import tempfile
import time
import unittest

from hub import Hub, HubCase, client_pb2, run, until
from story import AT_ONCE_S
from wire import Closed, Peer, encode, hello

SECRET = "a secret of at least thirty-two bytes"


def base64url(data):
    """Without padding, as in tokens."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(secret, key_id="", **claims):
    """An HS256 token; good for an hour unless the claims say otherwise."""
    claims.setdefault("exp", int(time.time()) + 3600)
    header = {"alg": "HS256", **({"kid": key_id} if key_id else {})}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{base64url(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())}"


def cut(peer):
    """Ends the connection with a reset, as a lost network does."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


class RoomsTest(HubCase):
    """Several shards, so that a connection lands on any of them."""
    FLAGS = ("--set", f"auth.development_secret={SECRET}", "--set", "shards=3",
             "--set", "auth.clock_skew=0", "--set", "namespaces.chat.access.join=member")

    def token(self, user="ada", **claims):
        """A token for the rooms of `chat`."""
        claims.setdefault("roomcast", {"rooms": [{"room": "chat:*", "rights": ["join", "history"]}]})
        return sign(SECRET, sub=user, **claims)

    def test_a_session_comes_back_with_what_it_missed(self):
        with Peer(self.hub.port) as speaker:
            speaker.join("chat:r", token=self.token("speaker"))
            peer = Peer(self.hub.port)
            welcome = peer.join("chat:r", token=self.token())
            position = welcome.joins[0].joined.position
            for times in range(1, 6):
                cut(peer)
                speaker.publish("chat:r", b"missed")
                peer = Peer(self.hub.port)
                request = hello(token=self.token(), resume=client_pb2.Resume(
                    session_id=welcome.session_id, session_key=welcome.session_key))
                request.hello.joins.add(room="chat:r", position=position)
                peer.upgrade(encode(request))
                back = peer.expect("welcome")
                self.assertTrue(back.resumed)
                self.assertEqual(back.session_id, welcome.session_id)
                self.assertEqual(back.joins[0].joined.verdict, client_pb2.VERDICT_RECOVERED)
                batch = peer.expect("room_batch")
                self.assertEqual([one.data for one in batch.publications], [b"missed"])
                position = back.joins[0].joined.position
                self.assertGreaterEqual(
                    self.hub.metric('roomcast_resumes_total{outcome="resumed"}'), times)
            peer.close()

    def test_history_is_read_in_pages(self):
        with Peer(self.hub.port) as peer:
            peer.join("chat:h", token=self.token())
            for number in range(10):
                # What the room says to it comes before the answer or behind it.
                self.assertTrue(peer.publish("chat:h", str(number).encode()).HasField("published"))
            page = peer.call(history=client_pb2.History(room="chat:h", limit=4, reverse=True))
            self.assertEqual([one.data for one in page.history_page.publications],
                             [b"9", b"8", b"7", b"6"])
            self.assertTrue(page.history_page.more)

    def test_a_token_expires_at_its_moment_unless_it_is_refreshed(self):
        with Peer(self.hub.port) as peer, Peer(self.hub.port) as other:
            ends = int(time.time()) + 6
            welcome = peer.join(token=self.token(exp=ends))
            self.assertTrue(0 < welcome.token_lifetime_ms <= 6000, welcome.token_lifetime_ms)
            other.join(token=self.token(exp=ends))
            reply = other.call(refresh=client_pb2.Refresh(token=self.token()))
            self.assertEqual(reply.WhichOneof("body"), "ok")
            closed, before = peer.expect_close()
            self.assertEqual(closed.code, 3005)
            self.assertEqual(before[-1].disconnect.action, client_pb2.DISCONNECT_ACTION_RESUME)
            self.assertTrue(-1 < time.time() - ends < AT_ONCE_S, time.time() - ends)
            other.publish("chat:x", b"")  # still there, whatever the answer

    def test_a_room_of_grants_is_closed_to_others(self):
        with Peer(self.hub.port) as peer:
            peer.join(token=sign(SECRET, sub="bob"))
            denied = peer.call(join=client_pb2.Join(room="chat:g"))
            self.assertEqual(denied.error.code, 103)
            room_token = sign(SECRET, sub="bob",
                              roomcast={"rooms": [{"room": "chat:g", "rights": ["join"]}]})
            joined = peer.call(join=client_pb2.Join(room="chat:g", token=room_token))
            self.assertEqual(joined.WhichOneof("body"), "joined")


class KeysTest(unittest.TestCase):
    """Keys come from files, and a key set is read again when it changes."""

    @staticmethod
    def write(path, **secrets):
        """A key set in place of the one before, as a rename."""
        keys = [{"kty": "oct", "kid": name, "k": base64url(secret.encode())}
                for name, secret in secrets.items()]
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"keys": keys}), encoding="utf-8")
        os.replace(fresh, path)

    @staticmethod
    def accepts(hub, token):
        """Whether a Hello with it is welcome."""
        with Peer(hub.port) as peer:
            try:
                peer.join(token=token)
                return True
            except Closed as closed:
                assert closed.code == 3500, closed
                return False
            except AssertionError:  # Disconnect stands before the close
                return False

    def test_a_key_set_is_read_again_when_it_changes_and_a_bad_one_changes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "keys.json"
            old, new = "o" * 32, "n" * 32
            self.write(path, old=old)
            with Hub("--set", f"auth.jwks_file={path}") as hub:
                old_token, new_token = sign(old, "old", sub="ada"), sign(new, "new", sub="ada")
                self.assertTrue(self.accepts(hub, old_token))
                self.assertFalse(self.accepts(hub, new_token))
                self.write(path, old=old, new=new)
                until(lambda: hub.log_line("token keys read anew"), "the keys are read again")
                self.assertTrue(self.accepts(hub, new_token))
                self.assertTrue(self.accepts(hub, old_token), "both are good during a rotation")
                path.write_text("{", encoding="utf-8")
                until(lambda: hub.log_line("token keys kept as they were"), "a bad file is told")
                self.assertTrue(self.accepts(hub, new_token))

    def test_a_file_that_is_no_key_keeps_the_hub_from_starting(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "key.pem"
            path.write_text("no key", encoding="utf-8")
            for flags, says in (
                    (("--set", "auth.jwks_file=/there/is/none"), r"auth\.jwks_file: cannot read"),
                    (("--set", f"auth.jwks_file={path}"), "not one JSON object"),
                    (("--set", f"auth.keys=[{{name: k, algorithm: es256, file: {path}}}]"),
                     r"auth\.keys\.k\.file: .* not a public key in PEM for ES256"),
                    (("--set", f"auth.keys=[{{name: k, file: {path}}}]"),
                     "the secret has 6 bytes, the least is 32")):
                done = run("serve", "--dev", "--port", "0", "--bridge-port", "0", "--ops-port", "0",
                           *flags)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertRegex(done.stderr, says)


if __name__ == "__main__":
    unittest.main()
