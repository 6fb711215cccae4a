#!/usr/bin/env python3
"""A backend manages users, sessions, rooms and the hub itself; what clients see of it."""
import unittest

import grpc

from hub import Hub, HubCase, bridge_pb2, bridge_pb2_grpc, run, until
from wire import Peer

OPEN_CHAT = ("--set", "namespaces.chat.access.publish=anyone")


def stub_of(hub):
    """The bridge of a hub."""
    channel = grpc.insecure_channel(hub.bridge, options=[("grpc.enable_http_proxy", 0)])
    return bridge_pb2_grpc.BridgeStub(channel)


class ManageTest(HubCase):
    """Two shards, so that orders cross between them."""

    FLAGS = (*OPEN_CHAT, "--shards", "2", "--set",
             "auth.development_secret=a secret for tests, and nothing else")

    def setUp(self):
        self.stub = stub_of(self.hub)

    def minted(self, user, **more):
        """A token that the hub itself made."""
        return self.stub.MintToken(bridge_pb2.MintTokenRequest(user=user, **more)).token

    def publish(self, room, text):
        """Its position."""
        return self.stub.Publish(bridge_pb2.PublishRequest(
            room=room, publication=bridge_pb2.NewPublication(text=text))).position

    def test_a_minted_token_is_a_users(self):
        with Peer(self.hub.port) as peer:
            peer.join("chat:minted", token=self.minted("grace").encode())
            self.assertEqual(peer.welcome.user, "grace")

    def test_a_user_is_brought_into_a_room_kept_there_and_taken_out(self):
        token = self.minted("ada").encode()
        with Peer(self.hub.port) as first:
            first.join(token=token)
            joined = self.stub.JoinUser(bridge_pb2.JoinUserRequest(
                user="ada", room="chat:kept", keep=True))
            self.assertEqual(joined.sessions, 1)
            self.publish("chat:kept", "welcome")
            first.expect_publication("chat:kept")
            self.assertIn("chat:kept", first.joined_by_hub)
            left = self.stub.LeaveUser(bridge_pb2.LeaveUserRequest(
                user="ada", room="chat:kept", code=2001, reason="enough"))
            self.assertEqual(left.sessions, 1)
            said = first.expect("left")
            self.assertEqual((said.code, said.reason, said.rejoin), (2001, "enough", False))

    def test_connections_end_by_user_by_session_and_by_room(self):
        for how in ("user", "session", "room"):
            with self.subTest(how), Peer(self.hub.port) as peer:
                peer.join(f"chat:by-{how}", token=self.minted(f"{how}-1").encode())
                name = {"user": f"{how}-1", "session": peer.welcome.session_id,
                        "room": f"chat:by-{how}"}[how]
                request = bridge_pb2.DisconnectRequest(code=4001, reason="maintenance", **{how: name})
                self.assertEqual(self.stub.Disconnect(request).sessions, 1)
                closed, before = peer.expect_close()
                self.assertEqual(closed.code, 4001)
                self.assertEqual(before[-1].disconnect.reason, "maintenance")
        for who in ({"user": "nobody"}, {"session": "no session's id"}, {"room": "chat:nobody"}):
            self.assertEqual(self.stub.Disconnect(bridge_pb2.DisconnectRequest(**who)).sessions, 0)

    def test_history_is_trimmed_and_a_stream_begins_anew(self):
        top = [self.publish("chat:trimmed", str(number)) for number in range(5)][-1]
        kept = self.stub.TrimHistory(bridge_pb2.TrimHistoryRequest(room="chat:trimmed", keep_last=2))
        self.assertEqual((kept.removed, kept.position), (3, top))
        anew = self.stub.TrimHistory(bridge_pb2.TrimHistoryRequest(room="chat:trimmed", restart=True))
        self.assertEqual(anew.removed, 2)
        self.assertNotEqual(anew.position.epoch, top.epoch)

    def test_the_hub_refuses_with_its_reason(self):
        for code, call, request in (
                (grpc.StatusCode.NOT_FOUND, self.stub.JoinUser,
                 bridge_pb2.JoinUserRequest(user="ada", room="no-such-namespace:1")),
                (grpc.StatusCode.PERMISSION_DENIED, self.stub.JoinUser,
                 bridge_pb2.JoinUserRequest(user="ada", room="$user:ada")),
                (grpc.StatusCode.INVALID_ARGUMENT, self.stub.TrimHistory,
                 bridge_pb2.TrimHistoryRequest(room=" x", restart=True)),
                (grpc.StatusCode.INVALID_ARGUMENT, self.stub.MintToken,
                 bridge_pb2.MintTokenRequest(user="a\nb"))):
            with self.subTest(call=call), self.assertRaises(grpc.RpcError) as caught:
                call(request)
            self.assertEqual(caught.exception.code(), code, caught.exception.details())

    def test_the_command_line_manages_too(self):
        with Peer(self.hub.port) as peer:
            peer.join("chat:cli", token=self.minted("joan").encode())
            at = ("--bridge", self.hub.bridge)
            self.publish("chat:cli", "one")
            peer.expect_publication("chat:cli")
            for words, said in (
                    (("join", "joan", "chat:cli-2"), "1 session"),
                    (("leave", "joan", "chat:cli-2"), "1 session"),
                    (("trim", "chat:cli", "--keep-last", "0"), "1 removed"),
                    (("reload", "--dry-run"), "nothing would change"),
                    (("disconnect", "user", "joan", "--code", "3000", "--reason", "bye"),
                     "1 session")):
                ended = run(*words, *at)
                self.assertEqual((ended.returncode, ended.stderr), (0, ""), words)
                self.assertIn(said, ended.stdout, words)
            self.assertEqual(peer.expect_close()[0].code, 3000)
            self.assertEqual(run("disconnect", "user", "nobody", "--json", *at).stdout,
                             '{"sessions":0}\n')
            self.assertEqual(run("join", "joan", "no-such-namespace:1", *at).returncode, 1)
            self.assertEqual(run("disconnect", "planet", "earth", *at).returncode, 2)


class DrainTest(unittest.TestCase):
    """A hub that a backend sends away."""

    def test_a_drain_by_a_backend_is_as_of_sigterm(self):
        with Hub() as hub, Peer(hub.port) as peer:
            peer.join()
            ended = run("drain", "--notice", "0.01", "--spread", "0.2", "--bridge", hub.bridge)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertIn("210 ms", ended.stdout)
            self.assertTrue(peer.expect("go_away"))
            self.assertEqual(peer.expect_close()[0].code, 3001)
            until(lambda: hub.process.poll() is not None, "the hub has ended")
            self.assertEqual(hub.process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
