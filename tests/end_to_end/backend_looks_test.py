#!/usr/bin/env python3
"""A backend looks at real members: lists, presence and Watch, over gRPC and from a shell."""
import json
import subprocess
import unittest

from hub import BINARY, HubCase, PATIENCE, bridge_pb2, client_pb2, run, until
from talk_test import stub_of
from wire import Peer

ROOM = "chat:looked-at"


class LookTest(HubCase):
    """Two shards, so that what is asked for is in different places."""

    FLAGS = ("--shards", "2", "--set", "namespaces.chat.presence.mode=members")

    def setUp(self):
        super().setUp()
        self.stub = stub_of(self.hub)

    def sessions(self, **request):
        """All that fit."""
        messages = self.stub.ListSessions(bridge_pb2.ListSessionsRequest(**request),
                                          timeout=PATIENCE)
        return [one for message in messages for one in message.sessions]

    def shell(self, *words):
        """The program's output, as a backend runs it."""
        done = run(*words, "--bridge", self.hub.bridge)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_sessions_are_shown_with_where_they_are(self):
        with Peer(self.hub.port) as ada, Peer(self.hub.port) as bob:
            welcome = ada.join(ROOM, "chat:other", client_name="probe", client_version="1.2")
            bob.join("chat:other")
            shown = self.sessions(room="chat:other")
            self.assertEqual(sorted(one.session for one in shown),
                             sorted([ada.welcome.session_id, bob.welcome.session_id]))
            mine, = self.sessions(room=ROOM)
            self.assertEqual((mine.session, mine.room_count, mine.parked, mine.address),
                             (welcome.session_id, 2, False, "127.0.0.1"))
            self.assertEqual((mine.client_name, mine.client_version), ("probe", "1.2"))
            self.assertGreater(mine.opened_at, 0)
            self.assertEqual(self.sessions(session=welcome.session_id)[0].session,
                             welcome.session_id)
            self.assertIn(welcome.session_id, self.shell("sessions", "--room", ROOM))
        # A lost connection leaves a session that waits to be resumed.
        until(lambda: [one.parked for one in self.sessions(session=welcome.session_id)] == [True],
              "the session is parked")

    def test_rooms_and_who_is_in_them(self):
        with Peer(self.hub.port) as ada, Peer(self.hub.port) as bob:
            ada.join("chat:counted")
            bob.join("chat:counted")
            rooms = [room for message in self.stub.ListRooms(
                bridge_pb2.ListRoomsRequest(name_prefix="chat:count", members_min=2),
                timeout=PATIENCE) for room in message.rooms]
            self.assertEqual([(one.room, one.members, one.users) for one in rooms],
                             [("chat:counted", 2, 2)])
            counts = self.stub.GetPresenceCounts(
                bridge_pb2.GetPresenceCountsRequest(rooms=["chat:nobody", "chat:counted"]),
                timeout=PATIENCE).results
            self.assertEqual([(one.count.users, one.count.sessions) for one in counts],
                             [(0, 0), (2, 2)])
            ask = bridge_pb2.GetPresenceRequest(query=client_pb2.PresenceGet(room="chat:counted"))
            page = self.stub.GetPresence(ask, timeout=PATIENCE).page
            self.assertEqual([one.user for one in page.snapshot.users],
                             sorted([ada.welcome.user, bob.welcome.user]))
            self.assertIn("chat:counted", self.shell("rooms", "chat:"))
            self.assertIn("2 users, 2 sessions", self.shell("presence", "chat:counted"))
            self.assertIn("chat:counted", self.shell("presence", "chat:counted", "chat:nobody"))

    def test_a_shell_watches_a_room_and_reads_its_history(self):
        self.shell("publish", "chat:shell", "before", "--user", "ada")
        watching = subprocess.Popen(
            [BINARY, "watch", "chat:shell", "--last", "1", "--count", "3", "--bridge",
             self.hub.bridge], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.assertEqual(watching.stdout.readline(), "1 ada - before\n")
            self.shell("publish", "chat:shell", "during")
            self.shell("publish", "chat:shell", "after", "--type", "last")
            said, _ = watching.communicate(timeout=PATIENCE)
        finally:
            watching.kill()
        self.assertEqual(said, "2 - - during\n3 - last after\n")
        self.assertEqual(watching.returncode, 0)
        self.assertEqual(self.shell("history", "chat:shell", "--limit", "2", "--reverse"),
                         "3 - last after\n2 - - during\n")
        page = json.loads(self.shell("history", "chat:shell", "--json"))
        self.assertEqual(len(page["page"]["publications"]), 3)

    def test_what_a_shell_cannot_ask_is_said(self):
        for words, code in ((("watch",), 2), (("history",), 2), (("history", "nowhere:x"), 1),
                            (("presence",), 2), (("rooms", "a", "b"), 2), (("sessions", "x"), 2),
                            (("watch", "chat:a", "--since", "x"), 2)):
            with self.subTest(words):
                done = run(*words, "--bridge", self.hub.bridge)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertTrue(done.stderr.startswith("roomcast "), done.stderr)


if __name__ == "__main__":
    unittest.main()
